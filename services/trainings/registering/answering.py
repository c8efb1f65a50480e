"""What was answered on a page: read from its form, checked, and shown in it again.

    given = read("born")                              # {"birth_date": "1990-03-27"}
    checked("born", given, today=day)                 # the same, or Invalid with every field named
    shown({"birth_date": "1990-03-27"})               # {"birth_date-day": "27", …}

An answer is kept as JSON has it, days as ISO text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import request

from services.trainings.asking import typed, typed_day, validated
from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    line,
    optional_email,
    past_day,
    text,
)
from services.trainings.people.handling import NewPerson, Papers
from services.trainings.people.schemas import RegisterSchema
from services.trainings.registering.schemas import RegistrationAnswersSchema
from services.trainings.registering.steps import BY_NAME, STEPS
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.language import say

DAYS: Final = ("birth_date", "ask_again_on")
LISTS: Final = ("missing", "purposes")
MANY_LENGTH_MAX: Final = 20
NOT_ANSWERED: Final = N_("This is not answered yet.")


def read(step: str) -> dict[str, Any]:
    """The answers in the form of a page, empty ones as empty text."""
    found: dict[str, Any] = {}
    for name in BY_NAME[step].fields:
        if name in DAYS:
            found[name] = typed_day(name)
        elif name in LISTS:
            found[name] = request.form.getlist(name)[:MANY_LENGTH_MAX]
        elif name == "consented":
            found[name] = {"yes": True, "no": False}.get(typed(name), "")
        else:
            found[name] = typed(name)
    return found


def checked(step: str, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The answers of a page as a draft keeps them; None for those left empty. Raises Invalid."""
    asked = BY_NAME[step]
    values = {name: value for name, value in given.items() if value not in ("", None)}
    loaded = validated(RegistrationAnswersSchema(), values)
    missing = [name for name in asked.needs if name not in loaded]
    if missing:
        raise Invalid(
            "form-incomplete",
            N_("Something in the form needs correcting."),
            errors=[(name, say(NOT_ANSWERED)) for name in missing],
        )
    kept = dict.fromkeys(asked.fields) | written(loaded)
    floor(kept, today=today)
    return kept if asked.needs else {**kept, f"seen-{step}": True}


def written(loaded: Mapping[str, Any]) -> dict[str, Any]:
    """What ``RegistrationAnswersSchema`` read, as a draft keeps it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in loaded.items()
    }


def floor(answers: Mapping[str, Any], *, today: date) -> None:
    """Raise Invalid for what no registration could be written with. ``today``: of UTC."""
    if answers.get("full_name"):
        line(answers["full_name"], field="full_name", length_max=NAME_LENGTH_MAX)
    if answers.get("birth_date"):
        past_day(answers["birth_date"], field="birth_date", today=today)
    if answers.get("municipality"):
        line(answers["municipality"], field="municipality", length_max=PLACE_LENGTH_MAX)
    if answers.get("note"):
        text(answers["note"], field="note", length_max=REASON_LENGTH_MAX)
    optional_email(answers.get("email"), field="email")


def shown(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the forms show them: days in three fields, yes and no as their values."""
    every = (name for step in STEPS for name in step.fields)
    found: dict[str, Any] = dict.fromkeys(every, "")
    found |= {name: value for name, value in answers.items() if value is not None}
    for name in DAYS:
        year, month, day = (*str(found[name]).split("-"), "", "", "")[:3]
        parts = {"year": year, "month": month.lstrip("0"), "day": day.lstrip("0")}
        found |= {f"{name}-{part}": value for part, value in parts.items()}
    if isinstance(found["consented"], bool):
        found["consented"] = "yes" if found["consented"] else "no"
    return found


def shown_as_typed(step: str) -> dict[str, Any]:
    """What is in the form of a page, exactly as it was typed."""
    found: dict[str, Any] = {name: request.form.get(name, "") for name in BY_NAME[step].fields}
    for name in BY_NAME[step].fields:
        if name in DAYS:
            parts = (f"{name}-{part}" for part in ("day", "month", "year"))
            found |= {part: request.form.get(part, "") for part in parts}
        elif name in LISTS:
            found[name] = request.form.getlist(name)
    return found


def person_of(answers: Mapping[str, Any]) -> NewPerson:
    """Somebody to register. Raises Invalid, by field, where answers are missing or wrong."""
    consented = answers.get("consented") is True
    values = {
        **{name: answers.get(name) for name in ("full_name", "birth_date", "sex", "country")},
        **{name: answers.get(name) for name in ("municipality", "phone", "email", "reference")},
        "jmbg": answers.get("jmbg") if answers.get("has_number") == "yes" else None,
        "consented": consented,
        "declared_roma": answers.get("declared_roma") if consented else None,
    }
    given = validated(RegisterSchema(), values)
    fields = {name: value for name, value in given.items() if name != "programme"}
    fields["birth_date"] = given["birth_date"].isoformat()
    return NewPerson(**fields, consent_form=answers.get("form") if consented else None)


def papers_of(answers: Mapping[str, Any]) -> Papers | None:
    """Which papers are missing; None where nothing is to be noted."""
    if answers.get("has_number") not in ("no", "unknown") or not answers.get("missing"):
        return None
    again = answers.get("ask_again_on")
    return Papers(
        missing=tuple(answers["missing"]),
        why=answers.get("why"),
        note=answers.get("note"),
        ask_again_on=date.fromisoformat(again) if again else None,
    )


def purposes_of(answers: Mapping[str, Any]) -> list[str]:
    """What somebody consents to besides the programme: what is held of origin by their word."""
    if answers.get("consented") is not True:
        return []
    said = answers.get("declared_roma") in ("yes", "no")
    return [*(["ethnicity"] if said else []), *(answers.get("purposes") or [])]
