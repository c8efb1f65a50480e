"""Applications as lists, pages and rules ask for them.

    application(connection, application_id)["state"]        "under_review"
    list(decision_rows(connection, "P1"))                   as in the register's expected decisions

The bank account of an application is in no view; whoever may see it reads the stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    collate,
    select,
)

from services.grants.applications import application_events as events
from services.grants.applications.application import APPLICATION
from services.grants.calls.views import CALLS
from services.grants.foreign import REGISTRATIONS
from services.grants.programmes import views as programmes
from services.grants.tables import MOMENT, VIEWS, as_json
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import personal

OUTCOMES: Final = ("approved", "ineligible", "rejected", "waitlisted")
ROWS_AT_ONCE: Final = 1_000
OVER: Final = (*OUTCOMES, "withdrawn", "lapsed")

APPLICATIONS: Final = Table(
    "applications",
    VIEWS,
    Column("application_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("application_no", String(40), nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("state", String(20), nullable=False),
    Column("kind", String(20)),
    Column("business", Text, info=personal("identity")),
    Column("requested_minor", BigInteger),
    Column("own_contribution_minor", BigInteger),
    Column("currency", String(3)),
    Column("channel", String(20)),
    Column("assisted_by", String(80)),
    Column("began_at", MOMENT, nullable=False),
    Column("submitted_at", MOMENT),
    Column("submission", Integer, nullable=False),
    Column("checks", Text),
    Column("reason", String(40)),
    Column("note", Text, info=personal("identity")),
    Column("proposed_by", String(80)),
    Column("meeting_id", String(36)),
    Column("score_hundredths", Integer),
    Column("rank", Integer),
    Column("approved_minor", BigInteger, nullable=False),
    Column("decided_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("applications_call", "call_id", "state"),
    Index("applications_registration", "registration_id"),
    Index("applications_programme", "programme", "application_no", "application_id"),
)


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of an application."""
    values: dict[str, Any]
    match recorded.event:
        case events.PaperReceived() as event:
            values = _begun(recorded, event) | {"state": "received", "channel": "paper"}
        case events.Drafted() as event:
            values = _drafted(recorded, event)
        case events.Revised() as event:
            values = _content(event)
        case events.Submitted() as event:
            values = {
                "state": "submitted",
                "submitted_at": event.submitted_at,
                "submission": event.version,
                "note": None,
            }
        case events.ChangesRequested() as event:
            values = {"state": "changes_requested", "note": event.note}
        case events.FoundEligible() as event:
            values = {"state": "under_review", "checks": as_json(event.checks)}
        case events.FoundIneligible() as event:
            values = {
                "state": "ineligible",
                "reason": event.reason,
                "checks": as_json(event.checks),
            }
        case events.ReinstatementProposed() as event:
            values = {"proposed_by": event.proposed_by, "note": event.reason}
        case events.Reinstated():
            values = {"state": "under_review", "reason": None, "proposed_by": None}
        case events.MovedToPerson():
            values = {}
        case _:
            values = _committee(recorded)
    if recorded.version == 1:
        at.make(APPLICATIONS, {"application_id": recorded.identifier, **values, "version": 1})
        return
    key = {"application_id": recorded.identifier}
    at.put(APPLICATIONS, key, **values, version=recorded.version)


def _begun(recorded: Recorded, event: events.PaperReceived | events.Drafted) -> dict[str, Any]:
    return {
        "programme": recorded.programme,
        "application_no": event.application_no,
        "call_id": event.call_id,
        "registration_id": event.registration_id,
        "began_at": recorded.at,
        "submission": 0,
        "approved_minor": 0,
        "imported": False,
    }


def _drafted(recorded: Recorded, event: events.Drafted) -> dict[str, Any]:
    return _begun(recorded, event) | {
        "state": "draft",
        "channel": event.channel,
        "assisted_by": event.assisted_by,
        "imported": event.imported,
        **_content(event),
    }


def _content(event: events.Drafted | events.Revised) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "business": event.business,
        "requested_minor": event.requested.minor,
        "own_contribution_minor": event.own_contribution.minor,
        "currency": event.requested.currency,
    }


def _committee(recorded: Recorded) -> dict[str, Any]:
    match recorded.event:
        case events.Ranked() as event:
            return {
                "state": "ranked",
                "meeting_id": event.meeting_id,
                "score_hundredths": event.score_hundredths,
                "rank": event.rank,
            }
        case events.Approved() as event:
            return {
                "state": "approved",
                "approved_minor": event.amount.minor,
                "decided_on": event.decided_on,
            }
        case events.Waitlisted() as event:
            return {"state": "waitlisted", "decided_on": event.decided_on}
        case events.Rejected() as event:
            return {"state": "rejected", "decided_on": event.decided_on}
        case events.Withdrawn():
            return {"state": "withdrawn"}
        case events.Lapsed():
            return {"state": "lapsed"}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


APPLICATION_LIST: Final = Projection(
    "applications", 1, (APPLICATIONS,), project, APPLICATION.events
)


def with_names() -> Any:
    """Applications with the applicant's name and person, and their call's code and title."""
    return (
        select(
            APPLICATIONS,
            REGISTRATIONS.c.full_name,
            REGISTRATIONS.c.person_id,
            REGISTRATIONS.c.country,
            REGISTRATIONS.c.municipality,
            CALLS.c.code.label("call_code"),
            CALLS.c.title.label("call_title"),
            CALLS.c.timezone,
            CALLS.c.state.label("call_state"),
        )
        .join(CALLS, CALLS.c.call_id == APPLICATIONS.c.call_id)
        .join(
            REGISTRATIONS,
            REGISTRATIONS.c.registration_id == APPLICATIONS.c.registration_id,
            isouter=True,
        )
    )


def application(connection: Connection, application_id: str) -> RowMapping | None:
    """The application with its applicant and call."""
    query = with_names().where(APPLICATIONS.c.application_id == application_id)
    return connection.execute(query).mappings().first()


def decision_rows(connection: Connection, programme: str) -> Iterator[dict[str, Any]]:
    """What was decided about every application, by application number as plain text.

    The columns of the register's expected decisions; ``score`` has two decimals, ``score`` and
    ``rank`` are empty for the ineligible, ``reason`` for the others. Read while they are taken,
    in the caller's transaction.
    """
    rows = APPLICATIONS.c
    # By code point in both databases, whatever language a server sorts in.
    plain = collate(rows.application_no, "BINARY" if connection.dialect.name == "sqlite" else "C")
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
        select(
            rows.application_no,
            rows.state,
            rows.reason,
            rows.score_hundredths,
            rows.rank,
            rows.approved_minor,
            CALLS.c.code.label("call_code"),
        )
        .join(CALLS, CALLS.c.call_id == rows.call_id)
        .where(rows.programme == programme, rows.state.in_(OUTCOMES))
        .order_by(plain, rows.application_id)
    )
    for row in found.mappings():
        yield _decision(row)


def _decision(row: RowMapping) -> dict[str, Any]:
    ineligible = row["state"] == "ineligible"
    return {
        "application_no": row["application_no"],
        "call": row["call_code"],
        "outcome": row["state"],
        "reason": row["reason"] if ineligible else "",
        "score": "" if ineligible else hundredths(row["score_hundredths"]),
        "rank": "" if ineligible else str(row["rank"]),
        "approved_minor": str(row["approved_minor"]),
    }


def hundredths(score: int) -> str:
    """A score in hundredths as text: 8840 is 88.40."""
    return f"{score // 100}.{score % 100:02d}"


def application_figures(connection: Connection, programme: str) -> dict[str, Any]:
    """Counts and sums over the programme's applications; names as in the register's totals."""
    rows: Sequence[RowMapping] = (
        connection.execute(
            select(
                APPLICATIONS.c.state,
                APPLICATIONS.c.reason,
                APPLICATIONS.c.approved_minor,
                CALLS.c.currency,
                REGISTRATIONS.c.person_id,
            )
            .join(CALLS, CALLS.c.call_id == APPLICATIONS.c.call_id)
            .join(
                REGISTRATIONS,
                REGISTRATIONS.c.registration_id == APPLICATIONS.c.registration_id,
                isouter=True,
            )
            .where(APPLICATIONS.c.programme == programme)
        )
        .mappings()
        .all()
    )
    states = Counter(row["state"] for row in rows)
    known = programmes.programme(connection, programme)
    currencies = msgspec.json.decode(known["currencies"], type=list[str]) if known else []
    approved: Counter[str] = Counter(dict.fromkeys(currencies, 0))
    for row in rows:
        approved[row["currency"]] += row["approved_minor"]
    return {
        "applications": len(rows),
        "outcomes": {name: states[name] for name in OUTCOMES},
        "ineligible": dict(
            sorted(Counter(r["reason"] for r in rows if r["state"] == "ineligible").items())
        ),
        "approved_minor": dict(sorted(approved.items())),
        "persons_granted": len({r["person_id"] for r in rows if r["state"] == "approved"}),
    }
