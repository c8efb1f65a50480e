"""What the pages of erasures need, in words: what goes, what stays, what is in the way.

choices(row)  ->  [{"value": "special", "text": "Especially protected", "hint": "…"}, …]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.erasure import acting, views
from services.trainings.erasure.erasure import ERASURE, KINDS
from services.trainings.erasure.erasure_events import KeysDestroyed
from services.trainings.erasure.wording import (
    BLOCK_WORDS,
    BY_HAND,
    CLASS_WORDS,
    EVENT_SENTENCES,
    GROUND_WORDS,
    KEPT_WORDS,
    SERVICE_WORDS,
    STATE_WORDS,
    TABLE_WORDS,
)
from services.trainings.people import views as registered
from services.trainings.people.views import staff_names
from services.trainings.people.wording import ERASED
from shared.language.marking import N_
from shared.web.commands import service
from shared.web.language import say

STAFF_WORDS: Final[Mapping[str, str]] = {**KEPT_WORDS, **BLOCK_WORDS}


def line(row: Row[Any]) -> dict[str, Any]:
    """An erasure in the list."""
    words, colour, shape = STATE_WORDS[row.state]
    return {
        "id": row.erasure_id,
        "programme": row.programme,
        "what": ", ".join(say(CLASS_WORDS[one][0]) for one in row.classes.split("\n")),
        "why": say(GROUND_WORDS[row.ground][0]),
        "requested_at": row.requested_at,
        "number": row.number or "",
        "state": {"code": row.state, "text": say(words), "colour": colour, "shape": shape},
    }


def person(row: Row[Any]) -> dict[str, Any]:
    """Whose data it is about."""
    return {
        "id": row.registration_id,
        "name": row.full_name or say(ERASED),
        "reference": row.reference,
        "programme": row.programme,
    }


def people(row: Row[Any], *, limit: int) -> list[dict[str, Any]]:
    """Whose registrations an erasure concerns; no name where it is erased."""
    with service().database.reading() as connection:
        ids = views.registrations(connection, row.erasure_id)[:limit]
        rows = [registered.record(connection, one) for one in ids]
    return [
        {"id": one.registration_id, "name": one.full_name or "", "reference": one.reference}
        for one in rows
        if one is not None
    ]


def choices(row: Row[Any]) -> list[dict[str, str]]:
    """What may be chosen; the agreement only where there is one that is not kept any more."""
    standing = _standing(row)
    return [
        {"value": one, "text": say(name), "hint": say(hint)}
        for one, (name, hint) in CLASS_WORDS.items()
        if one != "agreement" or standing.agreement
    ]


def blocks(row: Row[Any], *, words: Mapping[str, str] = STAFF_WORDS) -> list[dict[str, Any]]:
    """What is in the way, and what of money stays: sentences with the day they end, if known."""
    standing = _standing(row)
    found = [{"text": say(words[one]), "until": None} for one in standing.blocks]
    if standing.agreement:
        why = "accounting_law" if standing.agreement_until else "money_under_way"
        found.append({"text": say(words[why]), "until": standing.agreement_until})
    return found


def grounds() -> list[dict[str, str]]:
    """Why somebody may ask, each with its article."""
    return [
        {"value": one, "text": say(GROUND_WORDS[one][0]), "hint": say(GROUND_WORDS[one][1])}
        for one in BY_HAND
    ]


def whole(row: Row[Any], told: dict[str, Any]) -> dict[str, Any]:
    """An erasure with its answers, in words. ``told``: as ``acting.whole`` gives it."""
    with service().database.reading() as connection:
        names = staff_names(connection)
    return {
        **line(row),
        "version": row.version,
        "ground": say(GROUND_WORDS[row.ground][0]),
        "basis": say(GROUND_WORDS[row.ground][1]),
        "registrations": row.registrations,
        "requested_by": _called(names, row.requested_by, by_the_person=row.by_the_person),
        "confirmed_by": _called(names, row.confirmed_by) if row.confirmed_by else "",
        "confirmed_at": row.confirmed_at,
        "announced_on": row.announced_on,
        "completed_on": row.completed_on,
        "services": row.services,
        "counted": row.counted,
        "purged": row.purged,
        "kept": [
            {
                "what": say(CLASS_WORDS[one["what"]][0]),
                "until": one["until"],
                "why": say(KEPT_WORDS[one["because"]]),
            }
            for one in told["kept"]
        ],
        "answers": [_answer(one, row) for one in told["answers"]],
    }


def history(row: Row[Any]) -> list[dict[str, Any]]:
    """What happened, the newest first."""
    with service().database.reading() as connection:
        recorded = service().store.history(connection, ERASURE.stream(row.erasure_id))
        names = staff_names(connection)
    found = []
    for one in reversed(recorded):
        event: Any = one.event
        name = getattr(event, "service", "")
        facts = {
            "service": say(SERVICE_WORDS[name]) if name in SERVICE_WORDS else name,
            "keys": len(event.key_ids) if isinstance(event, KeysDestroyed) else 0,
            "number": getattr(event, "number", ""),
        }
        found.append(
            {
                "what": say(EVENT_SENTENCES[type(event).__name__], facts),
                "who": _called(names, one.actor),
                "at": one.at,
            }
        )
    return found


def _answer(answer: dict[str, Any], row: Row[Any]) -> dict[str, Any]:
    """What a service holds of what goes, and what it emptied."""
    kinds = {kind for one in row.classes.split("\n") for kind in KINDS[one]}
    counted = answer["counted"]
    goes = [one for one in counted or () if one["kind"] in kinds]
    stays = [one for one in counted or () if one["kind"] not in kinds]
    return {
        "name": say(SERVICE_WORDS.get(answer["service"], answer["service"])),
        "answered": counted is not None,
        "goes": _words(goes),
        "stays": _words(stays),
        "purged": None if answer["purged"] is None else _words(answer["purged"]),
        "files": answer["files"],
        "before": answer["before"],
        "after": answer["after"],
    }


def _words(rows: list[dict[str, Any]]) -> list[str]:
    """A line a table and class, such as ``Certificates: 1 (Identity)``."""
    return [
        say(
            N_("{table}: {rows} ({kind})"),
            {
                "table": say(TABLE_WORDS[one["table"]])
                if one["table"] in TABLE_WORDS
                else one["table"],
                "rows": one["rows"],
                "kind": _kind(one["kind"]),
            },
        )
        for one in rows
    ]


def _kind(kind: str) -> str:
    data_class, _, group = kind.partition("/")
    return say(CLASS_WORDS["agreement" if group == "agreement" else data_class][0])


def _standing(row: Row[Any]) -> Any:
    with service().database.reading() as connection:
        ids = [
            one.registration_id
            for one in registered.registrations_of(connection, row.person_id)
            if one.programme == row.programme
        ]
        return acting.standing(connection, ids)


def _called(names: dict[str, str], account: str, *, by_the_person: bool = False) -> str:
    if by_the_person:
        return say(N_("The person"))
    if account.startswith("system/"):
        return say(N_("The software itself"))
    return names.get(account, account)
