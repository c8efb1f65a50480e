"""The form of a call: what is typed into it, as the schema of the terms reads it, and back.

    form = typed_form()                     # everything as it was typed
    values, errors = read_form(form)        # {"code": …, "title": …, "terms": Terms(…)}
    form = form_of(row, terms)              # a call's fields, to be changed

Days and times are the call's own time zone's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import RowMapping

from services.grants.calls.schemas import CallHeadSchema, CallTermsSchema
from services.grants.calls.terms import MEMBERS_MAX, Terms
from services.grants.programmes import views as programme_views
from services.grants.programmes.amounts import decimal_text, typed_amount
from services.grants.programmes.forms import read, typed
from services.grants.programmes.region import MUNICIPALITIES_MAX, REGIONS_MAX
from services.grants.staff import COMMITTEE, holders, names
from shared.language.formats import DEFAULT_ZONE
from shared.web.commands import service

TEXTS: Final = (
    *("code", "title", "opens_on", "deadline_day", "deadline_time", "timezone", "grace_minutes"),
    *("currency", "budget", "ceiling", "certificate_kind", "criteria", "tie_break", "threshold"),
    *("quorum", "cooldown_days", "tranche_percents"),
)
PLACES: Final = {
    "call-code-taken": "code",
    "code-form": "code",
    "currency-not-kept": "currency",
    "currency-differs": "currency",
    "ceiling": "ceiling",
    "criteria": "criteria",
    "points-max": "criteria",
    "threshold": "threshold",
    "tie-break": "tie_break",
    "members": "member_ids",
    "members-without-role": "member_ids",
    "quorum": "quorum",
    "cooldown": "cooldown_days",
    "grace": "grace_minutes",
    "timezone": "timezone",
    "deadline-zone": "timezone",
    "deadline-before-opening": "deadline_day",
    "tranche-percents": "tranche_percents",
    "regions-missing": "regions",
    "region-outside": "regions",
    "municipalities": "regions",
}
"""The field that a refusal's code is about."""

_FIELDS: Final = {"deadline": "deadline_day", "threshold_hundredths": "threshold"}
"""The field of a schema's name, where it has another one."""


def typed_form() -> dict[str, Any]:
    """Everything as it was typed; ``regions`` are places such as RS/Topola."""
    form: dict[str, Any] = dict(typed(*TEXTS))
    form["regions"] = request.form.getlist("regions")[: REGIONS_MAX * MUNICIPALITIES_MAX]
    form["member_ids"] = request.form.getlist("member_ids")[:MEMBERS_MAX]
    form["residence_required"] = request.form.getlist("residence_required")[:1]
    return form


def empty_form(places: Sequence[str]) -> dict[str, Any]:
    """What a new call most often has."""
    return {
        "deadline_time": "23:59",
        "timezone": DEFAULT_ZONE,
        "grace_minutes": "0",
        "cooldown_days": "730",
        "tranche_percents": "60, 40",
        "regions": list(places),
        "residence_required": ["yes"],
    }


def form_of(row: RowMapping, terms: Terms) -> dict[str, Any]:
    """A call's fields as they would be typed."""
    local = terms.deadline.astimezone(ZoneInfo(terms.timezone))
    return {
        "code": row["code"],
        "title": row["title"],
        "opens_on": terms.opens_on.isoformat(),
        "deadline_day": local.date().isoformat(),
        "deadline_time": local.strftime("%H:%M:%S" if local.second else "%H:%M"),
        "timezone": terms.timezone,
        "grace_minutes": str(terms.grace_minutes),
        "currency": terms.currency,
        "budget": decimal_text(terms.budget),
        "ceiling": decimal_text(terms.ceiling),
        "certificate_kind": terms.certificate_kind,
        "criteria": "\n".join(f"{one.name} {one.points_max}" for one in terms.criteria),
        "tie_break": terms.tie_break,
        "threshold": points_text(terms.threshold_hundredths),
        "quorum": str(terms.quorum),
        "cooldown_days": str(terms.cooldown_days),
        "tranche_percents": ", ".join(str(percent) for percent in terms.tranche_percents),
        "member_ids": list(terms.member_ids),
        "regions": [
            f"{region.country}/{name}" for region in terms.regions for name in region.municipalities
        ],
        "residence_required": ["yes"] if terms.residence_required else [],
    }


def place_choices(programme: RowMapping) -> list[tuple[str, str]]:
    """The programme's municipalities: (RS/Topola, Topola (RS))."""
    return [
        (f"{region.country}/{name}", f"{name} ({region.country})")
        for region in programme_views.regions(programme)
        for name in region.municipalities
    ]


def member_choices(programme: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """(account, name) of who may be in a committee of the programme, and of who already is."""
    with service().database.reading() as connection:
        found = [(one, name) for one, name, _ in holders(connection, COMMITTEE, [programme])]
        known = {one for one, _ in found}
        before = [one for one in dict.fromkeys(chosen) if one not in known]
        return found + list(names(connection, before).items())


def points_text(hundredths: int) -> str:
    """5600 as 56, 5650 as 56.5."""
    text = f"{Decimal(hundredths).scaleb(-2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_form(
    form: Mapping[str, Any], *, coded: bool = True
) -> tuple[dict[str, Any], dict[str, str]]:
    """(title, terms and, when ``coded``, code; sentences by field)."""
    named = {"code": form["code"].strip(), "title": form["title"]}
    if not coded:
        del named["code"]
    head, errors = read(CallHeadSchema(exclude=() if coded else ("code",)), named)
    terms, wrong = read(CallTermsSchema(), _terms(form))
    errors |= {_FIELDS.get(name, name): sentence for name, sentence in wrong.items()}
    return ({**head, "terms": terms}, errors) if not errors else ({}, errors)


def _terms(form: Mapping[str, Any]) -> dict[str, Any]:
    currency = form["currency"]
    return {
        "regions": _regions(form["regions"]),
        "currency": currency,
        "budget": {"amount": typed_amount(form["budget"]), "currency": currency},
        "ceiling": {"amount": typed_amount(form["ceiling"]), "currency": currency},
        "certificate_kind": form["certificate_kind"],
        "criteria": [_criterion(row) for row in form["criteria"].splitlines() if row.strip()],
        "threshold_hundredths": _hundredths(form["threshold"]),
        "quorum": _whole(form["quorum"]),
        "cooldown_days": _whole(form["cooldown_days"]),
        "opens_on": form["opens_on"].strip(),
        "deadline": _deadline(form),
        "timezone": form["timezone"].strip(),
        "tranche_percents": [
            _whole(part) for part in form["tranche_percents"].split(",") if part.strip()
        ],
        "member_ids": form["member_ids"],
        "tie_break": form["tie_break"].strip(),
        "grace_minutes": _whole(form["grace_minutes"] or "0"),
        "residence_required": bool(form["residence_required"]),
    }


def _regions(places: Sequence[str]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for place in places:
        country, _, name = place.partition("/")
        found.setdefault(country, []).append(name)
    return [{"country": country, "municipalities": names} for country, names in found.items()]


def _criterion(row: str) -> dict[str, Any]:
    name, _, points = row.strip().rpartition(" ")
    return {"name": name.strip(" :"), "points_max": _whole(points)}


def _whole(text: str) -> int | str:
    """The number, or the text for the schema to refuse."""
    plain = text.strip().removesuffix("%").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else text


def _hundredths(text: str) -> int | str:
    whole, _, part = text.strip().replace(",", ".").partition(".")
    if len(part) > 2 or not isinstance(_whole(whole), int):
        return text
    digits = whole.strip() + part.ljust(2, "0")
    return _whole(digits) if digits.isdigit() else text


def _deadline(form: Mapping[str, Any]) -> str:
    """The moment with its offset, or what was typed for the schema to refuse."""
    day, at = form["deadline_day"].strip(), form["deadline_time"].strip()
    try:
        moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(at))
        return moment.replace(tzinfo=ZoneInfo(form["timezone"].strip())).isoformat()
    except (LookupError, ValueError, OSError, OverflowError):
        return f"{day} {at}"
