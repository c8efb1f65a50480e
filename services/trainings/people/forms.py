"""The forms about people: what they ask, what was typed into them, and how they show it again.

new_page(blank())                   # an empty form
new_page(as_typed(), errors)        # the same after something needed correcting
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import render_template, request
from sqlalchemy import Row

from services.trainings.asking import Errors, new_key, programmes, typed, typed_day, validated
from services.trainings.people import acting
from services.trainings.people.acting import day_of
from services.trainings.people.schemas import CorrectSchema
from services.trainings.people.showing import told
from services.trainings.people.wording import DECLARED_WORDS, MEANS_WORDS, SEX_WORDS, countries
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.language import language, say

Typed = Mapping[str, str]

LABELS: Final = {
    "programme": N_("Programme"),
    "full_name": N_("Full name"),
    "birth_date": N_("Birth date"),
    "sex": N_("Sex"),
    "country": N_("Country"),
    "municipality": N_("Municipality"),
    "jmbg": N_("National number (JMBG)"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "reference": N_("Reference"),
    "declared_roma": N_("What the person says of their own origin"),
    "consented": N_("Consent"),
    "reason": N_("Why"),
    "no_number": N_("No national number"),
    "means": N_("How you saw who it is"),
    "witness": N_("Who knows the person"),
}
"""Field → the words beside it."""

FIELDS_OF: Final = {
    "reference-taken": "reference",
    "number-length": "jmbg",
    "consent-needed": "consented",
    "country-code": "country",
    "not-an-email": "email",
    "witness-needed": "witness",
}
"""Code of a refusal → the field that it is about."""

PARTS: Final = ("day", "month", "year")
_IDENTITY: Final = ("full_name", "sex", "jmbg")
_CONTACT: Final = ("country", "municipality", "phone", "email")
_ALL: Final = (
    *_IDENTITY,
    *_CONTACT,
    *("programme", "reference", "declared_roma", "consented", "reason", "no_number"),
    *(f"birth_date-{part}" for part in PARTS),
)


# What was typed


def blank() -> dict[str, str]:
    """A form that nobody has typed into."""
    return dict.fromkeys(_ALL, "") | {"country": "RS"}


def as_typed() -> Typed:
    """Everything as it was typed."""
    return {name: request.form.get(name, "") for name in _ALL}


def typed_person() -> dict[str, Any]:
    """Somebody to be registered, for ``RegisterSchema``."""
    return {
        **_identity(),
        **typed_contact(),
        "programme": typed("programme"),
        "reference": typed("reference"),
        "declared_roma": typed("declared_roma"),
        "consented": bool(typed("consented")),
    }


def typed_identity() -> dict[str, Any]:
    """An identity, for ``CorrectSchema``."""
    return {**_identity(), "reason": typed("reason")}


def read_identity() -> dict[str, Any]:
    """The identity that was typed. A number left empty stays, unless it is said that there is none.

    Raises Invalid.
    """
    given = validated(CorrectSchema(), typed_identity())
    if typed("no_number"):
        if "jmbg" in given:
            raise Invalid(
                "number-or-none",
                N_("Type a number, or say that there is none; not both."),
                field="jmbg",
            )
        given["jmbg"] = None
    return given


def typed_contact() -> dict[str, Any]:
    """Place and phone, for ``ContactSchema``."""
    return {name: typed(name) for name in _CONTACT}


def typed_declaration() -> dict[str, Any]:
    """Consent and declaration, for ``DeclarationSchema``."""
    return {"declared_roma": typed("declared_roma"), "consented": bool(typed("consented"))}


def _identity() -> dict[str, Any]:
    return {**{name: typed(name) for name in _IDENTITY}, "birth_date": typed_day("birth_date")}


# What is there already


def identity_of(row: Row[Any]) -> Typed:
    """A registration's identity as its form shows it; the number is never shown to be kept."""
    born = day_of(row.birth_date)
    return blank() | {
        "full_name": row.full_name or "",
        "sex": row.sex,
        **{f"birth_date-{part}": str(getattr(born, part, "")) for part in PARTS},
    }


def contact_of(row: Row[Any]) -> Typed:
    """A registration's place and phone as their form shows them."""
    return blank() | {
        "country": row.country,
        "municipality": row.municipality,
        "phone": row.phone or "",
        "email": row.email or "",
    }


def declaration_of(row: Row[Any]) -> Typed:
    """A registration's consent and declaration as their form shows them."""
    return blank() | {
        "declared_roma": acting.declared_shown(row) or "",
        "consented": "yes" if acting.consent_shown(row) else "",
    }


# The pages


def new_page(shown: Typed, errors: Errors = ()) -> str:
    """The form for somebody new."""
    return _page(
        "new",
        shown,
        errors,
        programmes=[(code, code) for code in programmes("trainings.people.write")],
        countries=countries(language(), shown["country"]),
    )


def correct_page(row: Row[Any], shown: Typed, errors: Errors = ()) -> str:
    """The form for an identity that was written wrongly."""
    return _page("correct", shown, errors, person=told(row))


def contact_page(row: Row[Any], shown: Typed, errors: Errors = ()) -> str:
    """The form for place and phone."""
    offered = countries(language(), row.country)
    return _page("contact", shown, errors, person=told(row), countries=offered)


def declaration_page(row: Row[Any], shown: Typed, errors: Errors = ()) -> str:
    """The form for consent and declaration."""
    return _page("declaration", shown, errors, person=told(row))


def means() -> list[tuple[str, str]]:
    """By what somebody can see who a person is."""
    return [(code, say(words)) for code, words in MEANS_WORDS.items()]


def _page(name: str, shown: Typed, errors: Errors, **more: Any) -> str:
    return render_template(
        f"trainings/people/{name}.html",
        typed=shown,
        errors=errors,
        wrong=dict(errors),
        labels={field: say(words) for field, words in LABELS.items()},
        sexes=[(code, say(words)) for code, words in SEX_WORDS.items()],
        declarations=[(code, say(words)) for code, words in DECLARED_WORDS.items()],
        key=new_key(),
        **more,
    )
