"""What every answer of every service has: headers, correlation id, assets, words, metrics."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from flask import flash, render_template_string
from flask.testing import FlaskClient

from shared import logging as logs
from shared.access.roles import PUBLIC
from shared.identifiers import is_identifier
from shared.metrics import operations
from shared.web.access import requires
from shared.web.assets import Assets

from .conftest import Installation

CORRELATION = "0192f0aa-7d3c-7b1e-8a44-1f2e3d4c5b6a"


@pytest.mark.parametrize("address", ["/grants/form", "/grants/nothing", "/grants/broken"])
def test_every_answer_is_protected(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Permissions-Policy" in headers
    assert "Strict-Transport-Security" not in headers


def test_the_correlation_id_is_kept_when_it_is_one(client: FlaskClient) -> None:
    given = client.get("/grants/form", headers={"X-Correlation-Id": CORRELATION})
    assert given.headers["X-Correlation-Id"] == CORRELATION
    for odd in ("x", "'; drop table", CORRELATION + "0"):
        response = client.get("/grants/form", headers={"X-Correlation-Id": odd})
        assert response.headers["X-Correlation-Id"] != odd
        assert is_identifier(response.headers["X-Correlation-Id"])


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[::2]:80"])
def test_another_host_is_not_served(client: FlaskClient, host: str) -> None:
    response = client.get("/grants/form", headers={"Host": host})
    assert response.status_code == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:80", "[::1]:80"])
def test_our_hosts_are(client: FlaskClient, host: str) -> None:
    assert client.get("/grants/form", headers={"Host": host}).status_code == 200


def test_probes_come_by_any_name(client: FlaskClient) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        assert client.get(address, headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_assets_have_addresses_of_their_content(installation: Installation) -> None:
    app, client = installation.app, installation.app.test_client()
    with app.test_request_context("/grants/form"):
        address = render_template_string("{{ asset('main.css') }}")
        with pytest.raises(LookupError):
            render_template_string("{{ asset('nothing.css') }}")
    response = client.get(address)
    assert response.text.startswith("body")
    assert "immutable" in response.headers["Cache-Control"]
    folder = address.rpartition("/")[0]
    assert client.get(f"{folder}/fonts/noto.woff2").status_code == 200
    assert client.get(f"{folder}/../../secret").status_code == 404
    older = client.get("/grants/assets/0000000000000000/main.css")
    assert older.status_code == 200 and "immutable" not in older.headers["Cache-Control"]


def test_the_digest_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "main.css").write_text("one")
    before = Assets(tmp_path, prefix="/x").address("main.css")
    assert before == Assets(tmp_path, prefix="/x").address("main.css")
    (tmp_path / "main.css").write_text("two")
    assert before != Assets(tmp_path, prefix="/x").address("main.css")


def test_templates_know_reader_language_and_notices(make: Callable[..., Installation]) -> None:
    app = make(with_routes=False).app

    @requires(PUBLIC)
    def said() -> str:
        flash("It is saved.", "success")
        return render_template_string(
            "{{ lang }} {{ _('Open') }} {{ ngettext('one', 'many', 2) }} {{ reader is none }}"
            "{% if notices %}{% for kind, text in notices %} {{ kind }}: {{ text }}{% endfor %}"
            "{% endif %}"
        )

    app.add_url_rule("/grants/said", "said", said)
    assert app.test_client().get("/grants/said").text == "en Open many True success: It is saved."


def test_metrics_count_by_route_and_never_by_address(client: FlaskClient) -> None:
    client.get("/grants/ledger/secret-name")
    client.open("/grants/form", method="BREW")
    text = client.get("/metrics").text
    assert 'route="/grants/ledger/<programme>"' in text
    assert 'method="OTHER"' in text
    assert "secret-name" not in text and "BREW" not in text
    for name in ("requests_total", "request_seconds", "commands_total", "appends_total",
                 "append_conflicts_total", "log_position", "consumer_lag", "dead_letters",
                 "outbound_pending"):  # fmt: skip
        assert f"zanat_{name}" in text


def test_readiness_names_what_is_missing(make: Callable[..., Installation]) -> None:
    app = make(with_routes=False).app

    def broken() -> str | None:
        raise OSError("password=secret")

    checks = {"database": broken, "queue": lambda: "no broker", "disk": lambda: None}
    app.register_blueprint(operations(checks))
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.get_json() == {
        "status": "not ready",
        "checks": {"database": "failed: OSError", "queue": "no broker", "disk": "ok"},
    }
    assert app.test_client().get("/healthz").status_code == 200


def test_logs_are_json_without_what_people_typed(installation: Installation) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        logs.configure(service="grants", stream=stream)
        installation.app.test_client().get(
            "/grants/form?name=Mira", headers={"X-Correlation-Id": CORRELATION}
        )
        structlog.get_logger("zanat.grants").info("person.saved", full_name="Mira", count=1)
        logging.getLogger("library").warning("could not store %s", "Mira")
        try:
            raise ValueError("Mira")
        except ValueError:
            structlog.get_logger("zanat.grants").exception("person.failed")
            logging.getLogger("library").exception("broken")
    finally:
        structlog.reset_defaults()
        root.handlers, root.level = before
    assert "Mira" not in stream.getvalue()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    request = next(line for line in lines if line["event"] == "request")
    assert (request["correlation_id"], request["route"]) == (CORRELATION, "/grants/form")
    saved = next(line for line in lines if line["event"] == "person.saved")
    assert saved["withheld"] == ["full_name"] and saved["count"] == 1
    failed = next(line for line in lines if line["event"] == "person.failed")
    assert failed["error"] == "ValueError"
