"""What comes in and goes out over HTTP about the ledger.

Amounts are ``{"amount": "126612.00", "currency": "RSD"}``: exact decimal text, never a float.
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.grants.awards.schemas import MoneySchema
from services.grants.ledger.postings import CHART_OF_ACCOUNTS
from shared.money import CURRENCIES
from shared.web.pagination import PageArguments, page_schema

_CODE = validate.Length(max=40)
_CURRENCY = validate.OneOf(("", *CURRENCIES))
_FIRST_DAY = {"description": "First day of the bank's statement, included."}
_LAST_DAY = {"description": "Last day, included."}
_PROGRAMME = {"description": "The programme; needed by readers of more than one."}


class BalanceArguments(Schema):
    """Which part of the ledger."""

    programme = fields.String(load_default="", validate=_CODE, metadata=_PROGRAMME)
    call_id = fields.String(load_default="", validate=_CODE)
    currency = fields.String(load_default="", validate=_CURRENCY)
    since = fields.Date(load_default=None, metadata=_FIRST_DAY)
    until = fields.Date(load_default=None, metadata=_LAST_DAY)


class ExportArguments(BalanceArguments):
    """Which part of the ledger, and the file that was announced."""

    sha256 = fields.String(
        load_default="",
        validate=validate.Regexp(r"([0-9a-f]{64})?\Z"),
        metadata={"description": "Give the file only if it still has this digest (else 409)."},
    )


class PostingArguments(PageArguments):
    """Which postings."""

    programme = fields.String(load_default="", validate=_CODE, metadata=_PROGRAMME)
    call_id = fields.String(load_default="", validate=_CODE)
    account = fields.String(load_default="", validate=validate.OneOf(("", *CHART_OF_ACCOUNTS)))
    currency = fields.String(load_default="", validate=_CURRENCY)
    since = fields.Date(load_default=None, metadata=_FIRST_DAY)
    until = fields.Date(load_default=None, metadata=_LAST_DAY)


class DisbursementArguments(PageArguments):
    """Which disbursements."""

    programme = fields.String(load_default="", validate=_CODE, metadata=_PROGRAMME)
    call_id = fields.String(load_default="", validate=_CODE)
    currency = fields.String(load_default="", validate=_CURRENCY)
    kind = fields.String(
        load_default="", validate=validate.OneOf(("", "paid", "returned", "reversed"))
    )
    since = fields.Date(load_default=None, metadata=_FIRST_DAY)
    until = fields.Date(load_default=None, metadata=_LAST_DAY)


class PostingSchema(Schema):
    """One side of an entry and the event that it came from."""

    event_id = fields.String(required=True)
    booked_on = fields.Date(required=True)
    account = fields.String(required=True)
    side = fields.String(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    what = fields.String(
        required=True,
        metadata={"description": "paid, returned, reversed or handed_over (in kind)."},
    )
    call_id = fields.String(required=True)
    call_code = fields.String(required=True, allow_none=True)
    award_id = fields.String(required=True)
    payment_id = fields.String(required=True)
    application_no = fields.String(required=True, allow_none=True)
    end_to_end_id = fields.String(required=True, allow_none=True)
    tranche = fields.Integer(required=True)


class LedgerEventSchema(Schema):
    """The event behind an entry, as the log has it."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    stream = fields.String(required=True)
    stream_version = fields.Integer(required=True)
    position = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "In the log of grants; null for the moment before it is there."},
    )


class LedgerEntrySchema(Schema):
    """An event with its postings, whose debits and credits are equal."""

    event = fields.Nested(LedgerEventSchema, required=True)
    postings = fields.List(fields.Nested(PostingSchema), required=True)


class AccountSumSchema(Schema):
    """What one account came to."""

    account = fields.String(required=True)
    postings = fields.Integer(required=True)
    debit = fields.Nested(MoneySchema, required=True)
    credit = fields.Nested(MoneySchema, required=True)
    balance = fields.Nested(
        MoneySchema, required=True, metadata={"description": "Debits minus credits."}
    )


class CurrencyBalanceSchema(Schema):
    """The trial balance of one currency."""

    currency = fields.String(required=True)
    debit = fields.Nested(MoneySchema, required=True)
    credit = fields.Nested(MoneySchema, required=True)
    balanced = fields.Boolean(required=True)
    accounts = fields.List(fields.Nested(AccountSumSchema), required=True)


class TrialBalanceSchema(Schema):
    """Sums by currency and account; debits equal credits in each currency."""

    programme = fields.String(required=True)
    balanced = fields.Boolean(required=True)
    currencies = fields.List(fields.Nested(CurrencyBalanceSchema), required=True)


class DisbursementSchema(Schema):
    """What the bank paid or took back. No name, no account number."""

    event_id = fields.String(required=True)
    booked_on = fields.Date(required=True)
    call_id = fields.String(required=True)
    call_code = fields.String(required=True, allow_none=True)
    application_no = fields.String(required=True)
    tranche = fields.Integer(required=True)
    end_to_end_id = fields.String(required=True)
    kind = fields.String(required=True)
    amount = fields.Nested(MoneySchema, required=True)


class ControlTotalSchema(Schema):
    """Counts and sums of one currency."""

    currency = fields.String(required=True)
    count = fields.Integer(required=True)
    debit = fields.Nested(MoneySchema, required=True)
    credit = fields.Nested(MoneySchema, required=True)
    net = fields.Nested(MoneySchema, required=True)


class LedgerFileSchema(Schema):
    """What the CSV would hold if it were asked for now."""

    name = fields.String(required=True)
    count = fields.Integer(required=True)
    sha256 = fields.String(required=True, metadata={"description": "Of all bytes of the file."})
    totals = fields.List(fields.Nested(ControlTotalSchema), required=True)


PostingPageSchema = page_schema(PostingSchema, name="PostingPage")
DisbursementPageSchema = page_schema(DisbursementSchema, name="DisbursementPage")
