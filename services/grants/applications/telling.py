"""What an application's pages tell beside its fields: history, rules, what the rules rest on.

history(connection, row)         newest first, as the component ``ui.history`` takes it
rules(checks)                    every rule in words with its result
grounds(connection, row, terms)  deadline, day of birth, places, certificates
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g
from sqlalchemy import Connection

from services.grants.applications.application import APPLICATION
from services.grants.applications.eligibility import Check
from services.grants.applications.wording import CERTIFICATES, RULES, note, sentence
from services.grants.calls.terms import Terms
from services.grants.foreign import certificates_of, registration, registrations_of
from services.grants.staff import called
from shared.web.commands import service
from shared.web.language import say


def history(connection: Connection, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What happened to the application, newest first."""
    stream = APPLICATION.stream(row["application_id"])
    events = service().store.history(connection, stream)
    who = called(connection, {one.actor for one in events})
    return [
        {
            "what": say(sentence(one.event)),
            "who": who[one.actor],
            "when": g.formats["moment"](one.at, row["timezone"]),
            "at": one.at.isoformat(),
            "note": service().text(note(one.event)),
        }
        for one in reversed(events)
    ]


def rules(checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """Each rule: what it asks, whether it passed, the sentence for that."""
    return [
        {
            "asks": say(RULES[one.rule].asks),
            "passed": one.passed,
            "says": say(RULES[one.rule].passed if one.passed else RULES[one.rule].failed),
        }
        for one in checks
    ]


def grounds(connection: Connection, row: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    """What the rules rest on, for who checks: born, places, certificates, deadline, ceiling."""
    person = registration(connection, row["registration_id"])
    mine = registrations_of(connection, person["person_id"]) if person else ()
    found = certificates_of(connection, person["person_id"]) if person else ()
    born = person["birth_date"] if person else None
    return {
        "born": date.fromisoformat(born) if born else None,
        "confirmed": bool(person and person["confirmed"]),
        "places": sorted({f"{one['municipality'] or '?'} ({one['country']})" for one in mine}),
        "certificates": [
            {
                "number": one["number"] or one["recognised_from"],
                "kind": say(CERTIFICATES.get(one["kind"], one["kind"])),
                "issued_on": one["issued_on"],
                "revoked_on": one["revoked_on"],
            }
            for one in found
        ],
        "last_moment": terms.last_moment(),
        "zone": terms.timezone,
        "ceiling": terms.ceiling,
        "asked_kind": say(CERTIFICATES[terms.certificate_kind]),
    }
