"""What comes in and goes out over HTTP about applications.

    ApplicationContentSchema().load({"kind": "start", "business": "Carpentry", "requested": {…}, …})

Amounts are ``{"amount": "120000.00", "currency": "RSD"}``.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.grants.applications.application import ACCOUNT_LENGTH_MAX
from services.grants.applications.checking import ELIGIBLE
from services.grants.applications.eligibility import RULE_VERSIONS
from services.grants.applications.wording import KINDS, STATES
from services.grants.awards.schemas import MoneySchema
from services.grants.programmes.wording import NAME_LENGTH_MAX, REASON_LENGTH_MAX
from shared.web.pagination import PageArguments, page_schema

ID_LENGTH_MAX: Final = 36
FINDINGS: Final = (ELIGIBLE, *RULE_VERSIONS)


class ApplicationArguments(PageArguments):
    """Which applications."""

    call = fields.String(
        load_default="",
        validate=validate.Length(max=ID_LENGTH_MAX),
        metadata={"description": "Of this call (its id)."},
    )
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))


class ApplicationContentSchema(Schema):
    """What an application says. Left out, the bank account stays; null takes it away."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    business = fields.String(
        required=True,
        validate=validate.Length(min=1, max=NAME_LENGTH_MAX),
        metadata={"description": "What the business does, in a sentence."},
    )
    requested = fields.Nested(MoneySchema, required=True)
    own_contribution = fields.Nested(MoneySchema, required=True)
    account = fields.String(
        allow_none=True,
        validate=validate.Length(max=ACCOUNT_LENGTH_MAX),
        metadata={"description": "The bank account to pay to."},
    )


class NewApplicationSchema(ApplicationContentSchema):
    """A new application, written by an officer with the applicant or from paper."""

    call_id = fields.String(required=True, validate=validate.Length(max=ID_LENGTH_MAX))
    registration_id = fields.String(required=True, validate=validate.Length(max=ID_LENGTH_MAX))
    channel = fields.String(load_default="assisted", validate=validate.OneOf(("assisted", "paper")))


class PaperApplicationSchema(Schema):
    """A paper application that came in and is typed in later."""

    call_id = fields.String(required=True, validate=validate.Length(max=ID_LENGTH_MAX))
    registration_id = fields.String(required=True, validate=validate.Length(max=ID_LENGTH_MAX))


class ReturnedApplicationSchema(Schema):
    """What is to be completed."""

    note = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class OverrideSchema(Schema):
    """Why the finding is to be overridden."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class ApplicationCheckSchema(Schema):
    """The finding that is expected."""

    expected = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(FINDINGS),
        metadata={"description": "The finding that you saw; another one is refused with 409."},
    )


class EligibilityRuleSchema(Schema):
    """One rule's outcome. A rule is named for what it finds: "late" passed means in time."""

    rule = fields.String(required=True)
    rule_version = fields.Integer(required=True)
    passed = fields.Boolean(required=True)


class EligibilitySchema(Schema):
    """What the rules say. recorded: whether it is on record or what would be recorded now."""

    finding = fields.String(required=True, validate=validate.OneOf(FINDINGS))
    recorded = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(EligibilityRuleSchema), required=True)


class ListedApplicationSchema(Schema):
    """An application in a list. Null: nothing there, or nothing for this reader."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    call_code = fields.String(required=True)
    state = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    requested = fields.Nested(MoneySchema, required=True, allow_none=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    declared = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of a committee member: no, clear or recused."},
    )
    sheet_in = fields.Boolean(required=True, allow_none=True)
    waits = fields.Boolean(required=True, metadata={"description": "Whether it waits for you."})
    version = fields.Integer(required=True)


class ApplicationSchema(Schema):
    """An application. Null: nothing there, or nothing for this reader."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    call_code = fields.String(required=True)
    registration_id = fields.String(required=True)
    state = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    municipality = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    business = fields.String(required=True, allow_none=True)
    requested = fields.Nested(MoneySchema, required=True, allow_none=True)
    own_contribution = fields.Nested(MoneySchema, required=True, allow_none=True)
    account = fields.String(
        required=True, allow_none=True, metadata={"description": "Masked but for its end."}
    )
    channel = fields.String(required=True, allow_none=True)
    assisted_by = fields.String(required=True, allow_none=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    submission = fields.Integer(required=True, metadata={"description": "Times handed in."})
    reason = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    proposed_by = fields.String(required=True, allow_none=True)
    score = fields.String(required=True, allow_none=True)
    rank = fields.Integer(required=True, allow_none=True)
    decided_on = fields.Date(required=True, allow_none=True)
    imported = fields.Boolean(required=True)
    version = fields.Integer(required=True)


ApplicationPageSchema = page_schema(ListedApplicationSchema, name="ApplicationPage")
