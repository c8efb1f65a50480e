"""What comes in and goes out over HTTP about awards.

>>> amount_of(MoneySchema().load({"amount": "126612.00", "currency": "RSD"}))
Money(minor=12661200, currency='RSD')
>>> money_out(Money(-5, "RSD"))
{'amount': '-0.05', 'currency': 'RSD'}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.grants.awards import award_events as e
from services.grants.awards.reasons import REASON_CHARACTERS_MAX
from services.grants.payments.account_number import TEXT_LENGTH_MAX
from shared.language.marking import N_
from shared.money import CURRENCIES, MINOR_MAX, Money
from shared.web.pagination import PageArguments, page_schema

STATUSES: Final = (
    "offered",
    "accepted",
    "active",
    "suspended",
    "completed",
    "closed",
    "declined",
    "lapsed",
    "cancelled",
    "terminated",
)
HASHES_MAX: Final = 50
_NO_AMOUNT: Final = N_("This must be an amount with a point, written like 126612.00.")
_AMOUNT: Final = re.compile(r"(?P<whole>[0-9]{1,16})(?:\.(?P<part>[0-9]{1,6}))?")


def parse_amount(text: str, currency: str) -> Money:
    """``126612.00`` of a currency. Raises ValueError for anything else or too many decimals."""
    match = _AMOUNT.fullmatch(text.strip())
    decimals = CURRENCIES[currency]
    part = (match["part"] or "") if match else ""
    if match is None or len(part) > decimals:
        raise ValueError("not an amount")
    minor = int(match["whole"]) * 10**decimals + int(part.ljust(decimals, "0") or "0")
    if minor > MINOR_MAX:
        raise ValueError("too large")
    return Money(minor, currency)


def money_out(amount: Money) -> dict[str, str]:
    """An amount as the interface gives it: decimal text with a point, and its currency."""
    decimals = CURRENCIES[amount.currency]
    whole, part = divmod(abs(amount.minor), 10**decimals)
    sign = "-" if amount.minor < 0 else ""
    text = f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"
    return {"amount": text, "currency": amount.currency}


class MoneySchema(Schema):
    """An amount of money."""

    amount = fields.String(
        required=True,
        validate=[
            validate.Length(max=24),
            validate.Regexp(r"^-?[0-9]{1,13}(\.[0-9]{1,2})?(?![\s\S])", error=_NO_AMOUNT),
        ],
        metadata={"description": "Decimal text with a point, such as 126612.00."},
    )
    currency = fields.String(required=True, validate=validate.OneOf(sorted(CURRENCIES)))

    @post_load
    def money(self, data: dict[str, str], **_: Any) -> Money:
        """As Money. Raises ValidationError at ``amount``."""
        try:
            return parse_amount(data["amount"], data["currency"])
        except ValueError:
            raise ValidationError(_NO_AMOUNT, "amount") from None


def amount_of(loaded: Any) -> Money:
    """What MoneySchema made of its input."""
    assert isinstance(loaded, Money)  # noqa: S101
    return loaded


class AwardArguments(PageArguments):
    """Which awards."""

    status = fields.String(load_default="", validate=validate.OneOf(("", *STATUSES)))
    call_id = fields.String(load_default="", validate=validate.Length(max=36))


class AwardSchema(Schema):
    """An award. ``account``: its last digits behind dots, unless the reader may see it whole."""

    award_id = fields.String(required=True)
    programme = fields.String(required=True)
    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    call_id = fields.String(required=True)
    kind = fields.String(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    status = fields.String(required=True)
    offered_on = fields.Date(required=True)
    lapses_on = fields.Date(required=True, allow_none=True)
    signed_on = fields.Date(required=True, allow_none=True)
    handed_over_on = fields.Date(required=True, allow_none=True)
    agreement_no = fields.String(required=True, allow_none=True)
    full_name = fields.String(
        required=True, allow_none=True, metadata={"description": "Null before signing, or erased."}
    )
    account = fields.String(required=True, allow_none=True)
    account_state = fields.String(
        required=True, metadata={"enum": ["missing", "agreed", "changed", "confirmed"]}
    )
    version = fields.Integer(required=True)


class TrancheSchema(Schema):
    """One part of an award. ``receipts``, ``visit``: open, asked (for a waiver), met, waived."""

    tranche = fields.Integer(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    payment_id = fields.String(required=True, allow_none=True)
    paid = fields.Boolean(required=True)
    booked_on = fields.Date(required=True, allow_none=True)
    receipts = fields.String(required=True)
    visit = fields.String(required=True)


class WholeAwardSchema(AwardSchema):
    """An award with its tranches."""

    tranches = fields.List(fields.Nested(TrancheSchema), required=True)


class DueTrancheSchema(Schema):
    """A tranche that could be paid now and has no payment yet."""

    award_id = fields.String(required=True)
    programme = fields.String(required=True)
    application_no = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    tranche = fields.Integer(required=True)
    amount = fields.Nested(MoneySchema, required=True)


def filled(most: int, description: str = "") -> fields.String:
    """A text that must be there, of at most ``most`` characters."""
    return fields.String(
        required=True,
        validate=[validate.Length(min=1, max=most), validate.Regexp(r"\s*\S")],
        metadata={"description": description} if description else {},
    )


class SignSchema(Schema):
    """What the signed agreement says."""

    full_name = filled(200, "As on the identity document.")
    account_number = filled(TEXT_LENGTH_MAX, "Domestic or IBAN, of Serbia or of Bosnia.")
    agreement_no = filled(60)


class AccountSchema(Schema):
    """The account to pay to from now on."""

    account_number = filled(TEXT_LENGTH_MAX, "Domestic or IBAN, of Serbia or of Bosnia.")


def _ground(kind: Any) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(get_args(kind)))


def _reason() -> fields.String:
    return filled(REASON_CHARACTERS_MAX, "Names nobody: it is kept in clear.")


def _note() -> fields.String:
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=REASON_CHARACTERS_MAX),
        metadata={"description": "Kept sealed."},
    )


class DeclineSchema(Schema):
    """Why the applicant does not want it."""

    ground = _ground(e.DeclineGround)


class CancelSchema(Schema):
    """Why it ends with nothing paid."""

    ground = _ground(e.CancellationGround)


class SuspendSchema(Schema):
    """Why nothing is paid for a while."""

    ground = _ground(e.SuspensionGround)
    note = _note()


class TerminateSchema(Schema):
    """Why it ends with something paid."""

    ground = _ground(e.TerminationGround)
    note = _note()


class ReasonSchema(Schema):
    """Why."""

    reason = _reason()


class RequirementSchema(Schema):
    """Which requirement of a tranche."""

    requirement = fields.String(required=True, validate=validate.OneOf(get_args(e.Requirement)))


class WaiverSchema(RequirementSchema):
    """Which requirement of a tranche to pass over, and why."""

    reason = _reason()


class ReceiptsSchema(Schema):
    """Receipts that account for a tranche."""

    amount = fields.Nested(MoneySchema, required=True)
    receipts = fields.List(
        fields.String(validate=validate.Regexp(r"[0-9a-f]{64}\Z")),
        required=True,
        validate=validate.Length(min=1, max=HASHES_MAX),
        metadata={"description": "SHA-256 of the sealed bytes of each file."},
    )


AwardPageSchema = page_schema(AwardSchema, name="AwardPage")
DueTranchePageSchema = page_schema(DueTrancheSchema, name="DueTranchePage")


def tranche_out(row: Any) -> dict[str, Any]:
    """A tranche as the interface gives it."""
    return {**plain(row), "amount": _amount(row)}


def award_out(row: Any, account: str | None) -> dict[str, Any]:
    """An award as the interface gives it. ``account``: as this reader may see it."""
    return {
        **plain(row),
        "amount": _amount(row),
        "account": account,
        "account_state": account_state(row),
    }


def account_state(row: Any) -> str:
    """``missing``, ``agreed``, ``changed`` (nobody has called back yet) or ``confirmed``."""
    if row.account_changed_by is None:
        return "missing" if row.account_number is None else "agreed"
    return "confirmed" if row.account_called_back_by else "changed"


def plain(row: Any) -> Mapping[str, Any]:
    """A row's columns by name."""
    mapping: Mapping[str, Any] = row._mapping  # noqa: SLF001 (SQLAlchemy's public name for it)
    return mapping


def _amount(row: Any) -> dict[str, str]:
    return money_out(Money(row.amount_minor, row.currency))
