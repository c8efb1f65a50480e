"""What comes in and goes out over HTTP about calls and their money.

CallTermsSchema().load({"currency": "RSD", "budget": {"amount": "1000000", ...}, ...})  -> Terms
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final, get_args

from marshmallow import Schema, fields, post_load, validate

from services.grants.calls.terms import (
    COOLDOWN_DAYS_MAX,
    CRITERIA_MAX,
    GRACE_MINUTES_MAX,
    MEMBERS_MAX,
    POINTS_MAX,
    TRANCHES_MAX,
    CertificateKind,
    Criterion,
    Terms,
)
from services.grants.programmes.amounts import DecimalAmountSchema
from services.grants.programmes.schemas import code_field, line, regions_field
from services.grants.programmes.wording import CODE_LENGTH_MAX
from shared.language.marking import N_
from shared.money import CURRENCIES
from shared.web.pagination import PageArguments, page_schema

STATES: Final = ("draft", "published", "open", "closed", "decided", "archived", "cancelled")
KINDS: Final[tuple[str, ...]] = get_args(CertificateKind)
MEMBER_LENGTH_MAX: Final = 80
ZONE_LENGTH_MAX: Final = 60
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)

_ZONE: Final = re.compile(r"^[A-Za-z0-9_+/-]+(?![\s\S])")
_DAY_RANGE: Final = N_("This must lie between the years 2000 and 2199.")


class CallCriterionSchema(Schema):
    """A scoring criterion. Loads as ``Criterion``."""

    name = fields.String(required=True, validate=line(), metadata={"example": "plan"})
    points_max = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=POINTS_MAX)
    )

    @post_load
    def criterion(self, data: dict[str, Any], **_: Any) -> Criterion:
        """As the domain has it."""
        return Criterion(name=data["name"].strip(), points_max=data["points_max"])


class CallTermsSchema(Schema):
    """The terms of a call. Loads as ``Terms``."""

    regions = regions_field()
    currency = fields.String(required=True, validate=validate.OneOf(tuple(CURRENCIES)))
    budget = fields.Nested(DecimalAmountSchema, required=True)
    ceiling = fields.Nested(
        DecimalAmountSchema, required=True, metadata={"description": "The most one award may be."}
    )
    certificate_kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    criteria = fields.List(
        fields.Nested(CallCriterionSchema),
        required=True,
        validate=validate.Length(min=1, max=CRITERIA_MAX),
    )
    threshold_hundredths = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=CRITERIA_MAX * POINTS_MAX * 100),
        metadata={"description": "In hundredths of a point: 5600 is 56 points."},
    )
    quorum = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=MEMBERS_MAX)
    )
    cooldown_days = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=COOLDOWN_DAYS_MAX)
    )
    opens_on = fields.Date(
        required=True, validate=validate.Range(min=FIRST_DAY, max=LAST_DAY, error=_DAY_RANGE)
    )
    deadline = fields.AwareDateTime(
        required=True,
        validate=validate.Range(
            min=datetime(2000, 1, 2, tzinfo=UTC),
            max=datetime(2199, 12, 30, tzinfo=UTC),
            error=_DAY_RANGE,
        ),
        metadata={"description": "The last moment, with its offset."},
    )
    timezone = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=ZONE_LENGTH_MAX), validate.Regexp(_ZONE)],
        metadata={"example": "Europe/Belgrade"},
    )
    tranche_percents = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1, max=100)),
        required=True,
        validate=validate.Length(min=1, max=TRANCHES_MAX),
    )
    member_ids = fields.List(
        fields.String(validate=line(MEMBER_LENGTH_MAX)),
        required=True,
        validate=validate.Length(max=MEMBERS_MAX),
        metadata={"description": "Accounts; shown to those who may read meetings."},
    )
    tie_break = fields.String(required=True, validate=line())
    grace_minutes = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0, max=GRACE_MINUTES_MAX)
    )
    residence_required = fields.Boolean(load_default=True, truthy={True}, falsy={False})

    @post_load
    def terms(self, data: dict[str, Any], **_: Any) -> Terms:
        """As the domain has them."""
        for name in ("regions", "criteria", "tranche_percents"):
            data[name] = tuple(data[name])
        data["member_ids"] = tuple(member.strip() for member in data["member_ids"])
        data["tie_break"] = data["tie_break"].strip()
        data["deadline"] = data["deadline"].astimezone(UTC)
        return Terms(**data)


class CallHeadSchema(Schema):
    """What a call is called."""

    code = code_field()
    title = fields.String(required=True, validate=line())


class NewCallSchema(CallHeadSchema):
    """A call to be drafted."""

    programme = fields.String(required=True, validate=validate.Length(min=1, max=CODE_LENGTH_MAX))
    terms = fields.Nested(CallTermsSchema, required=True)


class ChangedCallSchema(Schema):
    """Title and terms from now on, whole."""

    title = fields.String(required=True, validate=line())
    terms = fields.Nested(CallTermsSchema, required=True)


class CallArguments(PageArguments):
    """Which calls."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    programme = fields.String(
        load_default="",
        validate=[
            validate.Length(max=CODE_LENGTH_MAX),
            validate.Regexp(r"^[A-Za-z0-9._-]*(?![\s\S])"),
        ],
        metadata={"description": "The programme's code."},
    )


class _ShortCallSchema(Schema):
    call_id = fields.String(required=True)
    programme = fields.String(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(STATES)})
    opens_on = fields.Date(required=True)
    deadline = fields.AwareDateTime(required=True)
    timezone = fields.String(required=True)
    decided_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


class CallMoneySchema(Schema):
    """Where a call's money is: the four add up to the budget."""

    budget = fields.Nested(DecimalAmountSchema, required=True)
    available = fields.Nested(DecimalAmountSchema, required=True)
    reserved = fields.Nested(
        DecimalAmountSchema, required=True, metadata={"description": "For approved applications."}
    )
    obligated = fields.Nested(
        DecimalAmountSchema, required=True, metadata={"description": "By signed agreements."}
    )
    spent = fields.Nested(
        DecimalAmountSchema, required=True, metadata={"description": "Confirmed by the bank."}
    )


class CallBudgetSchema(CallMoneySchema):
    """A call's money with the version of its budget."""

    call_id = fields.String(required=True)
    version = fields.Integer(required=True)


class ListedCallSchema(_ShortCallSchema):
    """A call in a list. ``money`` is null before it opens."""

    money = fields.Nested(CallMoneySchema, required=True, allow_none=True)


class CallSchema(_ShortCallSchema):
    """A call with its terms."""

    terms = fields.Nested(CallTermsSchema, required=True)
    meeting_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The meeting that decided."}
    )
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it was cancelled."}
    )
    imported = fields.Boolean(required=True)


CallPageSchema = page_schema(ListedCallSchema, name="CallPage")
