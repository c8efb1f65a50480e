"""What comes in and goes out over HTTP about unfinished registrations and many people at once.

RegistrationAnswersSchema().load({"full_name": "Mira Primer", "has_number": "no"})
"""

from __future__ import annotations

from typing import Any, Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.people.fields import (
    EMAIL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from services.trainings.people.purposes import PURPOSES
from services.trainings.people.registration import NATIONAL_NUMBER_LENGTH_MAX, PHONE_LENGTH_MAX
from services.trainings.people.registration_events import (
    ConsentForm,
    DeclaredRoma,
    Paper,
    Sex,
    WhyNoPapers,
)
from services.trainings.people.schemas import (
    PROGRAMME_LENGTH_MAX,
    RegisterSchema,
    WarningSchema,
    programme,
)
from shared.language.marking import N_

HAS_NUMBER: Final = ("yes", "no", "unknown")
FURTHER_PURPOSES: Final = tuple(
    code for code, words in PURPOSES.items() if code != "programme" and not words.special
)
"""What somebody may agree to besides the programme and what they say of their origin."""
ROWS_MAX: Final = 50


def _text(length_max: int, **options: Any) -> fields.String:
    return fields.String(
        allow_none=True, validate=validate.Length(min=1, max=length_max), **options
    )


def _one_of(terms: tuple[str, ...], **options: Any) -> fields.String:
    return fields.String(allow_none=True, validate=validate.OneOf(terms), **options)


class RegistrationAnswersSchema(Schema):
    """Answers so far; what is left out stays as it is, null takes an answer away."""

    full_name = _text(NAME_LENGTH_MAX)
    birth_date = fields.Date(allow_none=True)
    sex = _one_of(get_args(Sex))
    has_number = _one_of(
        HAS_NUMBER, metadata={"description": "Whether there is a national number."}
    )
    jmbg = _text(NATIONAL_NUMBER_LENGTH_MAX)
    missing = fields.List(
        fields.String(validate=validate.OneOf(get_args(Paper))),
        validate=validate.Length(max=len(get_args(Paper))),
        metadata={"description": "Which papers the person has not got yet."},
    )
    why = _one_of(get_args(WhyNoPapers))
    note = _text(REASON_LENGTH_MAX)
    ask_again_on = fields.Date(allow_none=True)
    country = fields.String(
        allow_none=True,
        validate=validate.Regexp(
            r"\A[A-Z]{2}\Z", error=N_("This must be two capital letters, such as RS.")
        ),
    )
    municipality = _text(PLACE_LENGTH_MAX)
    phone = _text(PHONE_LENGTH_MAX)
    email = _text(EMAIL_LENGTH_MAX)
    consented = fields.Boolean(allow_none=True)
    declared_roma = _one_of(get_args(DeclaredRoma))
    purposes = fields.List(
        fields.String(validate=validate.OneOf(FURTHER_PURPOSES)),
        validate=validate.Length(max=len(FURTHER_PURPOSES)),
        metadata={"description": "What else the person consents to."},
    )
    form = _one_of(get_args(ConsentForm))
    reference = _text(REFERENCE_LENGTH_MAX)


class BeginRegistrationSchema(Schema):
    """A registration that is begun."""

    programme = programme()
    answers = fields.Nested(RegistrationAnswersSchema, load_default=dict)


class RegistrationDraftSchema(Schema):
    """An unfinished registration of one's own."""

    id = fields.String(required=True)
    programme = fields.String(required=True)
    answers = fields.Nested(RegistrationAnswersSchema, required=True)
    next = fields.String(
        required=True, metadata={"description": "The first question that is not answered."}
    )
    began_at = fields.AwareDateTime(required=True)
    saved_at = fields.AwareDateTime(required=True)


class RegistrationDraftsSchema(Schema):
    """All unfinished registrations of one's own, the one saved last first."""

    items = fields.List(fields.Nested(RegistrationDraftSchema), required=True)


class PeopleTableSchema(Schema):
    """Many people at once; each is judged apart."""

    programme = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=PROGRAMME_LENGTH_MAX),
    )
    rows = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(min=1, max=ROWS_MAX),
        metadata={"description": "Each as for POST /people, without its programme."},
    )


class PersonRowSchema(RegisterSchema):
    """One person of many."""

    class Meta:
        """The programme is said once for all."""

        exclude = ("programme",)


class PeopleRowErrorSchema(Schema):
    """What is wrong in a row; ``field`` is empty for what is about the whole of it."""

    field = fields.String(required=True)
    detail = fields.String(required=True)


class PeopleRowDoneSchema(Schema):
    """What became of a row. ``id`` is null for one that was not registered."""

    row = fields.Integer(required=True, metadata={"description": "Counted from 1."})
    id = fields.String(required=True, allow_none=True)
    person_id = fields.String(required=True, allow_none=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    errors = fields.List(fields.Nested(PeopleRowErrorSchema), required=True)


class PeopleTableDoneSchema(Schema):
    """What became of each row, in their order."""

    registered = fields.Integer(required=True)
    rows = fields.List(fields.Nested(PeopleRowDoneSchema), required=True)
