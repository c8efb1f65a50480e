"""What comes in and goes out over HTTP about programmes, partners, donors and budget lines.

NewProgrammeSchema().load({"code": "RS-2026", "name": "Second chance", ...})
"""

from __future__ import annotations

import re
from typing import Any, Final

from marshmallow import Schema, fields, post_load, validate

from services.grants.programmes.amounts import DecimalAmountSchema
from services.grants.programmes.region import MUNICIPALITIES_MAX, REGIONS_MAX, Region
from services.grants.programmes.wording import (
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
)
from shared.language.marking import N_
from shared.money import CURRENCIES
from shared.web.pagination import page_schema

_END: Final = r"(?![\s\S])"
"""The very end of a text, as Python and JSON Schema both read it."""
_LINE: Final = re.compile(rf"^(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*{_END}")
_CODE: Final = re.compile(rf"^[A-Za-z0-9][A-Za-z0-9._-]*{_END}")
_COUNTRY: Final = re.compile(rf"^[A-Z]{{2}}{_END}")


def line(length_max: int = NAME_LENGTH_MAX) -> list[Any]:
    """Validators of a text on one line, not empty."""
    return [
        validate.Length(min=1, max=length_max),
        validate.Regexp(_LINE, error=N_("This is empty or has characters that cannot be written.")),
    ]


def country() -> Any:
    """Validator of an ISO 3166-1 alpha-2 code."""
    return validate.Regexp(
        _COUNTRY, error=N_("A country is two capital letters, such as RS or BA.")
    )


class ServedRegionSchema(Schema):
    """A country and municipalities in it. Loads as ``Region``."""

    country = fields.String(required=True, validate=country(), metadata={"example": "RS"})
    municipalities = fields.List(
        fields.String(validate=line()),
        required=True,
        validate=validate.Length(min=1, max=MUNICIPALITIES_MAX),
    )

    @post_load
    def region(self, data: dict[str, Any], **_: Any) -> Region:
        """As the domain has it."""
        names = tuple(name.strip() for name in data["municipalities"])
        return Region(country=data["country"], municipalities=names)


def regions_field() -> Any:
    """A list of regions."""
    return fields.List(
        fields.Nested(ServedRegionSchema),
        required=True,
        validate=validate.Length(min=1, max=REGIONS_MAX),
    )


def code_field() -> Any:
    """A code that can stand in an address; ``new`` is the address of the form."""
    return fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=CODE_LENGTH_MAX),
            validate.Regexp(
                _CODE, error=N_("Use letters, digits, hyphens and full stops, a letter first.")
            ),
            validate.NoneOf(("new",)),
        ],
        metadata={"example": "RS-2026"},
    )


def reason_field() -> Any:
    """Why; it names nobody."""
    return fields.String(
        required=True,
        validate=line(REASON_LENGTH_MAX),
        metadata={"description": "Why. Name no person here."},
    )


def currency_field() -> Any:
    """A currency that is known here."""
    return fields.String(validate=validate.OneOf(tuple(CURRENCIES)))


class NewProgrammeSchema(Schema):
    """A programme to be opened."""

    code = code_field()
    name = fields.String(required=True, validate=line())
    regions = regions_field()
    currencies = fields.List(
        currency_field(), required=True, validate=validate.Length(min=1, max=len(CURRENCIES))
    )


class ChangedProgrammeSchema(Schema):
    """What is to be different; what is left out stays. Currencies are added, never taken away."""

    name = fields.String(validate=line())
    regions = fields.List(
        fields.Nested(ServedRegionSchema), validate=validate.Length(min=1, max=REGIONS_MAX)
    )
    add_currencies = fields.List(
        currency_field(), load_default=list, validate=validate.Length(max=len(CURRENCIES))
    )


class EndReasonSchema(Schema):
    """Why something ends."""

    reason = reason_field()


class ProgrammeSchema(Schema):
    """A programme."""

    programme_id = fields.String(required=True)
    programme = fields.String(required=True, metadata={"description": "Its code."})
    name = fields.String(required=True)
    regions = fields.List(fields.Nested(ServedRegionSchema), required=True)
    currencies = fields.List(fields.String(), required=True)
    history_open = fields.Boolean(
        required=True, metadata={"description": "Whether its past may still be brought in."}
    )
    state = fields.String(required=True, metadata={"enum": ["running", "ended"]})
    version = fields.Integer(required=True)


class NewOrganisationSchema(Schema):
    """A partner or donor that joins."""

    name = fields.String(required=True, validate=line())
    country = fields.String(required=True, validate=country())


class OtherNameSchema(Schema):
    """Another name."""

    name = fields.String(required=True, validate=line())


class PartnerSchema(Schema):
    """A partner."""

    partner_id = fields.String(required=True)
    programme = fields.String(required=True)
    name = fields.String(required=True)
    country = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["active", "gone"]})
    reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class DonorSchema(Schema):
    """A donor."""

    donor_id = fields.String(required=True)
    programme = fields.String(required=True)
    name = fields.String(required=True)
    country = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["active", "gone"]})
    reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class NewBudgetLineSchema(Schema):
    """A budget line to be opened."""

    donor_id = fields.String(required=True, validate=validate.Length(min=1, max=36))
    code = code_field()
    name = fields.String(required=True, validate=line())
    budget = fields.Nested(DecimalAmountSchema, required=True)


class RevisedBudgetSchema(Schema):
    """The line's amount from now on, whole."""

    budget = fields.Nested(DecimalAmountSchema, required=True)
    reason = reason_field()


class BudgetLineSchema(Schema):
    """A budget line."""

    budget_line_id = fields.String(required=True)
    programme = fields.String(required=True)
    donor_id = fields.String(required=True)
    donor_name = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    budget = fields.Nested(DecimalAmountSchema, required=True)
    state = fields.String(required=True, metadata={"enum": ["open", "closed"]})
    reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


ProgrammePageSchema = page_schema(ProgrammeSchema, name="ProgrammePage")
PartnerPageSchema = page_schema(PartnerSchema, name="PartnerPage")
DonorPageSchema = page_schema(DonorSchema, name="DonorPage")
BudgetLinePageSchema = page_schema(BudgetLineSchema, name="BudgetLinePage")
