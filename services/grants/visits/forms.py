"""The forms of visits: what is typed becomes what the JSON interface's schemas take.

    values, errors = recorded(request.form, now=now, zone=ZoneInfo("Europe/Belgrade"))
    errors   ->  {"jobs": "This must be a whole number."}     by the field's id on the page

Whatever was typed can be shown again with ``typed_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError

from services.grants.visits.schemas import (
    FIRST_DAY,
    LAST_DAY,
    NOTE_LENGTH_MAX,
    CorrectVisitSchema,
    FindingsSchema,
    PlanVisitSchema,
)
from services.grants.visits.visit_events import Findings, VisitVersion
from shared.language.marking import N_
from shared.web.language import say
from shared.web.validation import errors_of

EQUIPMENT_ROWS: Final = 6
TYPED_LENGTH_MAX: Final = 4000
_CHOICES: Final = {"yes": True, "no": False}
_NOON: Final = time(12, 0)


@dataclass(frozen=True)
class Recorded:
    """A version made on a page, and its note."""

    version: VisitVersion
    note: str | None


def typed_of(given: Mapping[str, str] | Findings) -> dict[str, str]:
    """What stands in a form, or what findings would look like in one."""
    if not isinstance(given, Findings):
        return {name: text[:TYPED_LENGTH_MAX] for name, text in given.items()}
    typed: dict[str, str] = {"outcome": given.outcome, "income_band": given.income_band or ""}
    for name in ("registered", "equipment_present"):
        value = getattr(given, name)
        typed[name] = "" if value is None else "yes" if value else "no"
    typed["jobs"] = "" if given.jobs is None else str(given.jobs)
    typed["trading_since"] = given.trading_since.isoformat() if given.trading_since else ""
    for number, seen in enumerate(given.equipment[:EQUIPMENT_ROWS], start=1):
        typed[f"serial-{number}"] = seen.serial_no
        typed[f"present-{number}"] = "yes" if seen.present else "no"
    return typed


def planned(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What to plan, and what is wrong; ``award_id`` is left out when the form has none."""
    given: dict[str, Any] = {
        "month": _number(form.get("month", "")),
        "unannounced": form.get("unannounced") == "yes",
    }
    for name in ("award_id", "visitor"):
        if text := form.get(name, "").strip():
            given[name] = text
    return _loaded(PlanVisitSchema(partial=("award_id",)), given)


def recorded(
    form: Mapping[str, str], *, now: datetime, zone: ZoneInfo
) -> tuple[Recorded | None, dict[str, str]]:
    """A version found on the typed day (at noon when no time is given), recorded now."""
    findings, errors = _loaded_findings(form)
    note = form.get("note", "").strip()
    if len(note) > NOTE_LENGTH_MAX:
        errors["note"] = say(
            N_("Shorten the note to at most {characters_max} characters."),
            {"characters_max": NOTE_LENGTH_MAX},
        )
    occurred_at = _occurred_at(form, now=now, zone=zone, errors=errors)
    if errors or findings is None or occurred_at is None:
        return None, errors
    version = VisitVersion(occurred_at=occurred_at, recorded_at=now, findings=findings)
    return Recorded(version, note or None), {}


def corrected(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Findings put right and the reason."""
    given = {"findings": _findings(form), "reason": form.get("reason", "").strip()}
    values, errors = _loaded(CorrectVisitSchema(), given)
    if "reason" in errors and not given["reason"]:
        errors["reason"] = say(N_("State a reason."))
    return values, errors


def _loaded_findings(form: Mapping[str, str]) -> tuple[Findings | None, dict[str, str]]:
    try:
        return FindingsSchema().load(_findings(form)), {}
    except ValidationError as error:
        return None, _by_field(error)


def _findings(form: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "outcome": form.get("outcome", ""),
        "registered": _CHOICES.get(form.get("registered", "")),
        "equipment_present": _CHOICES.get(form.get("equipment_present", "")),
        "jobs": _number(form.get("jobs", "")),
        "income_band": form.get("income_band") or None,
        "trading_since": form.get("trading_since", "").strip() or None,
    }
    equipment = []
    for number in range(1, EQUIPMENT_ROWS + 1):
        if serial_no := form.get(f"serial-{number}", "").strip():
            present = form.get(f"present-{number}", "") != "no"
            equipment.append({"serial_no": serial_no, "present": present})
    return given | {"equipment": equipment}


def _occurred_at(
    form: Mapping[str, str], *, now: datetime, zone: ZoneInfo, errors: dict[str, str]
) -> datetime | None:
    local = now.astimezone(zone)
    try:
        day = date.fromisoformat(form.get("occurred_on", "").strip())
    except ValueError:
        errors["occurred_on"] = say(N_("Write the day like 2026-03-31."))
        return None
    if not FIRST_DAY <= day <= LAST_DAY:
        errors["occurred_on"] = say(N_("Write the day like 2026-03-31."))
        return None
    if day > local.date():
        errors["occurred_on"] = say(N_("The visit lies in the future."))
        return None
    hour = _NOON if day < local.date() else min(_NOON, local.time())
    if typed := form.get("occurred_time", "").strip():
        try:
            hour = time.fromisoformat(typed)
        except ValueError:
            errors["occurred_time"] = say(N_("Write the time like 14:30."))
            return None
    moment = datetime.combine(day, hour.replace(tzinfo=None), zone)
    if moment > now:
        errors["occurred_time"] = say(N_("The visit lies in the future."))
        return None
    return moment


def _number(text: str) -> int | str | None:
    """A whole number, nothing for nothing, and what is none as it was typed, to be refused."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else text


def _loaded(schema: Schema, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        return {}, _by_field(error)
    return values, {}


def _by_field(error: ValidationError) -> dict[str, str]:
    """Errors by the ids of fields: ``findings/equipment/0/serial_no`` is ``serial-1``."""
    found: dict[str, str] = {}
    for one in errors_of(error.messages, say):
        parts = [part for part in one.pointer.removeprefix("#/").split("/") if part != "findings"]
        name = parts[0]
        if name == "equipment":
            number = int(parts[1]) + 1 if len(parts) > 1 and parts[1].isdecimal() else 1
            name = f"serial-{number}"
        found.setdefault(name, one.detail)
    if "outcome" in found:
        found["outcome"] = say(N_("Say how you found the business."))
    return found
