"""What Prometheus reads of a service, and whether it lives and is ready.

    metrics.commands.labels(service="grants", command="submit", outcome="accepted").inc()
    app.register_blueprint(operations({"database": database.check, "queue": queue.check}))

Correct under several worker processes when ``PROMETHEUS_MULTIPROC_DIR`` names a folder that is
empty at start: then ``/metrics`` adds up what all of them wrote there. No label ever holds
anything that a person typed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from flask import Blueprint, Response, jsonify
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from shared.access.roles import PUBLIC
from shared.web.access import declared

METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

requests: Final = Counter(
    "zanat_requests_total", "Requests answered.", ("service", "route", "method", "status")
)
request_seconds: Final = Histogram(
    "zanat_request_seconds",
    "Time from the request to its answer.",
    ("service", "route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
commands: Final = Counter(
    "zanat_commands_total", "Commands decided.", ("service", "command", "outcome")
)
appends: Final = Counter("zanat_appends_total", "Appends to the event store.", ("service",))
append_conflicts: Final = Counter(
    "zanat_append_conflicts_total", "Appends that another append came before.", ("service",)
)
log_position: Final = Gauge(
    "zanat_log_position",
    "Position of the log's last entry.",
    ("service",),
    multiprocess_mode="mostrecent",
)
checkpoints: Final = Counter("zanat_checkpoints_total", "Checkpoints of the log.", ("service",))
checkpoints_refused: Final = Counter(
    "zanat_checkpoints_refused_total",
    "Times that no checkpoint could be signed: the log is not what was signed, or not there.",
    ("service",),
)
log_uncosigned: Final = Gauge(
    "zanat_log_uncosigned_seconds",
    "Age of the first checkpoint since the last that a service cosigned; 0 when none is newer.",
    ("service",),
    multiprocess_mode="mostrecent",
)
consumer_lag: Final = Gauge(
    "zanat_consumer_lag",
    "Entries of a source's log that are not applied yet.",
    ("service", "source"),
    multiprocess_mode="mostrecent",
)
dead_letters: Final = Gauge(
    "zanat_dead_letters",
    "Messages that wait for an operator.",
    ("service",),
    multiprocess_mode="mostrecent",
)
outbound_pending: Final = Gauge(
    "zanat_outbound_pending",
    "Outbound records that are not sent yet.",
    ("service",),
    multiprocess_mode="mostrecent",
)
alarms_open: Final = Gauge(
    "zanat_alarms_open",
    "Alarms about a log that nobody has settled.",
    ("service", "source", "kind"),
    multiprocess_mode="mostrecent",
)
scanner_failures: Final = Counter(
    "zanat_scanner_failures_total",
    "Files that were refused because the virus scanner gave no answer.",
)
sign_in_codes_slowed: Final = Counter(
    "zanat_sign_in_codes_slowed_total",
    "Applicants' codes that were answered late, since too many wrong ones were typed of late.",
)
certificate_checks: Final = Counter(
    "zanat_certificate_checks_total",
    "Certificates that anybody checked: found, unknown (number or code), or refused for a while.",
    ("outcome",),
)
outside_witness_failures: Final = Counter(
    "zanat_outside_witness_failures_total",
    "Attempts to have a checkpoint cosigned outside that failed.",
    ("service", "witness"),
)

Check = Callable[[], str | None]
"""None when all is well, else one short reason without data."""


def observe_request(*, service: str, route: str, method: str, status: int, seconds: float) -> None:
    """Count one request; an invented method counts as OTHER, so that labels stay few."""
    method = method if method in METHODS else "OTHER"
    _counter(service, route, method, status).inc()
    _histogram(service, route, method).observe(seconds)


@cache
def _counter(service: str, route: str, method: str, status: int) -> Counter:
    """Kept, since finding a label's child again costs more than counting."""
    return requests.labels(service, route, method, str(status))


@cache
def _histogram(service: str, route: str, method: str) -> Histogram:
    return request_seconds.labels(service, route, method)


@cache
def command_counter(service: str, command: str, outcome: str) -> Counter:
    """The counter of a command's outcomes."""
    return commands.labels(service, command, outcome)


def exposition() -> bytes:
    """All metrics in Prometheus' text form."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def operations(
    checks: Mapping[str, Check], *, watched: Mapping[str, Check] | None = None
) -> Blueprint:
    """``/metrics``, ``/healthz`` (the process answers) and ``/readyz`` (what it needs is there).

    watched: told beside the others, yet without them the process is ready all the same.
    A check that raises counts as failed; its message stays inside.
    """
    blueprint = declared(Blueprint("operations", __name__), PUBLIC)

    @blueprint.get("/metrics")
    def metrics_text() -> Response:
        return Response(exposition(), content_type=CONTENT_TYPE_LATEST)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        found = {name: _outcome(check) for name, check in checks.items()}
        fine = all(outcome == "ok" for outcome in found.values())
        found |= {name: _outcome(check) for name, check in (watched or {}).items()}
        return jsonify(status="ready" if fine else "not ready", checks=found), 200 if fine else 503

    return blueprint


def _outcome(check: Check) -> str:
    try:
        return check() or "ok"
    except Exception as error:  # noqa: BLE001 (a check that breaks has failed)
        return f"failed: {type(error).__name__}"
