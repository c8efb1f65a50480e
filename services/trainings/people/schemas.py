"""What comes in and goes out over HTTP about people.

RegisterSchema().load({"full_name": "Mira Primer", "birth_date": "1990-01-01", "sex": "F", …})
"""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.people.fields import (
    EMAIL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from services.trainings.people.registration import (
    NATIONAL_NUMBER_LENGTH_MAX,
    PHONE_LENGTH_MAX,
    WITNESS_LENGTH_MAX,
)
from services.trainings.people.registration_events import DeclaredRoma, Means, Sex
from shared.language.marking import N_
from shared.web.commands import ReceiptSchema
from shared.web.pagination import PageArguments, page_schema

SEARCH_LENGTH_MAX: Final = 120
PROGRAMME_LENGTH_MAX: Final = 40
STATES: Final = ("unconfirmed", "confirmed", "outside")
FIRST_DAY: Final = date(1900, 1, 1)


def text(length_max: int, **options: object) -> fields.String:
    """A required text of 1 to ``length_max`` characters."""
    length = validate.Length(min=1, max=length_max)
    return fields.String(required=True, validate=length, **options)  # type: ignore[arg-type]


def programme() -> fields.String:
    """In which programme something new is made; not needed by who works in one only."""
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=PROGRAMME_LENGTH_MAX),
        metadata={"description": "Its code; not needed by who works in one programme only."},
    )


class _Identified(Schema):
    """Who somebody is."""

    full_name = text(
        NAME_LENGTH_MAX, metadata={"description": "As on the identity document, in its script."}
    )
    birth_date = fields.Date(required=True)
    sex = fields.String(required=True, validate=validate.OneOf(get_args(Sex)))
    jmbg = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=NATIONAL_NUMBER_LENGTH_MAX),
        metadata={"description": "The national number; null for people without papers."},
    )


class ContactSchema(Schema):
    """Where somebody lives and how to reach them, whole."""

    country = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A[A-Z]{2}\Z", error=N_("This must be two capital letters, such as RS.")
        ),
    )
    municipality = text(PLACE_LENGTH_MAX)
    phone = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=PHONE_LENGTH_MAX)
    )
    email = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=EMAIL_LENGTH_MAX)
    )


class RegisterSchema(_Identified, ContactSchema):
    """Somebody who is here to be registered."""

    programme = programme()
    reference = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=REFERENCE_LENGTH_MAX),
        metadata={"description": "A number that people know the person by; else one is made."},
    )
    declared_roma = fields.String(
        load_default="not_known",
        validate=validate.OneOf(get_args(DeclaredRoma)),
        metadata={"description": "What the person says of themself; yes and no need consent."},
    )
    consented = fields.Boolean(load_default=False)


class CorrectSchema(_Identified):
    """The identity as it should have been written; a national number left out stays as it is."""

    jmbg = fields.String(
        allow_none=True,
        validate=validate.Length(max=NATIONAL_NUMBER_LENGTH_MAX),
        metadata={"description": "The national number; left out it stays, null takes it away."},
    )
    reason = text(REASON_LENGTH_MAX)


class ConfirmSchema(Schema):
    """By what a second person saw who it is."""

    means = fields.String(required=True, validate=validate.OneOf(get_args(Means)))
    witness = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=WITNESS_LENGTH_MAX),
        metadata={"description": "Who knows the person, and from where; needed for a witness."},
    )


class DeclarationSchema(Schema):
    """Whether somebody consents to this being held, and what they say of themself."""

    consented = fields.Boolean(required=True)
    declared_roma = fields.String(required=True, validate=validate.OneOf(get_args(DeclaredRoma)))


class PeopleArguments(PageArguments):
    """Which people."""

    reference = fields.String(
        load_default="",
        validate=validate.Length(max=SEARCH_LENGTH_MAX),
        metadata={"description": "A whole reference. Names are searched by POST /people/search."},
    )
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))


class SearchSchema(PageArguments):
    """Which people, kept out of addresses."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=SEARCH_LENGTH_MAX),
        metadata={
            "description": "Words of a name in any script and order, or their beginnings; or a"
            " whole reference, phone number or e-mail address."
        },
    )
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    jmbg = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=NATIONAL_NUMBER_LENGTH_MAX),
        metadata={"description": "A whole national number, however it is written."},
    )


class PersonSchema(Schema):
    """A registration of a person. Personal fields are null once they were erased."""

    registration_id = fields.String(required=True)
    person_id = fields.String(
        required=True, metadata={"description": "The same for all registrations of one person."}
    )
    programme = fields.String(required=True)
    reference = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    birth_date = fields.String(required=True, allow_none=True)
    sex = fields.String(required=True)
    country = fields.String(required=True)
    municipality = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    number_masked = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The national number with all but its last digits covered."},
    )
    declared_roma = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null for who may not know it."},
    )
    consent_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    registered_by = fields.String(required=True, allow_none=True)
    registered_at = fields.AwareDateTime(required=True)
    imported = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class WarningSchema(Schema):
    """What deserves a second look; nothing is refused for it."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class RegisteredSchema(ReceiptSchema):
    """What registering or correcting did."""

    person_id = fields.String(required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)


class NumberSchema(Schema):
    """A national number, covered, and what about it deserves a second look."""

    registration_id = fields.String(required=True)
    number_masked = fields.String(required=True, allow_none=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)


class FoundSchema(PersonSchema):
    """Somebody of a list."""

    similar = fields.Boolean(
        required=True,
        metadata={"description": "Found by a name that is spelled otherwise than it was typed."},
    )


PeoplePageSchema = page_schema(FoundSchema, name="PeoplePage")
