"""What comes in and goes out over HTTP about payments, batches and the bank's statement.

>>> PrepareSchema().load({"payments": []})
Traceback (most recent call last):
marshmallow.exceptions.ValidationError: {'payments': ['Length must be between 1 and 250.']}
"""

from __future__ import annotations

from typing import Any, Final, get_args

from marshmallow import Schema, fields, validate

from services.grants.awards.schemas import MoneySchema, ReasonSchema, filled, money_out, plain
from services.grants.payments.batch import LINES_MAX
from services.grants.payments.payment_events import FailureGround
from services.grants.payments.statement_csv import CHARACTERS_MAX
from services.grants.payments.statement_line import DismissGround
from shared.money import Money
from shared.web.pagination import PageArguments, page_schema

PAYMENT_STATUSES: Final = (
    "scheduled",
    "requested",
    "authorised",
    "released",
    "exported",
    "paid",
    "reconciled",
    "held",
    "failed",
    "returned",
    "reversed",
    "cancelled",
)
BATCH_STATUSES: Final = ("prepared", "authorised", "released", "exported", "dissolved")
LINE_STATUSES: Final = ("received", "matched", "unmatched", "dismissed")
ID_LENGTH: Final = 36


class PaymentArguments(PageArguments):
    """Which payments."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *PAYMENT_STATUSES)))
    award_id = fields.String(load_default="", validate=validate.Length(max=ID_LENGTH))


class PaymentSchema(Schema):
    """One tranche's payment. Who did what are account ids."""

    payment_id = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    award_id = fields.String(required=True)
    application_no = fields.String(required=True)
    tranche = fields.Integer(required=True)
    mode = fields.String(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    end_to_end_id = fields.String(required=True)
    state = fields.String(required=True)
    hold_ground = fields.String(required=True, allow_none=True)
    held_until = fields.AwareDateTime(required=True, allow_none=True)
    requested_by = fields.String(required=True, allow_none=True)
    authorised_by = fields.String(required=True, allow_none=True)
    released_by = fields.String(required=True, allow_none=True)
    reversal_by = fields.String(required=True, allow_none=True)
    batch_id = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    booked_on = fields.Date(required=True, allow_none=True)
    full_name = fields.String(required=True, allow_none=True)
    account = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The payee's now; its last digits unless you may see it whole."},
    )
    version = fields.Integer(required=True)


class FailureSchema(Schema):
    """Why the bank refused it."""

    ground = fields.String(required=True, validate=validate.OneOf(get_args(FailureGround)))


class BatchArguments(PageArguments):
    """Which batches."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *BATCH_STATUSES)))


class BatchSchema(Schema):
    """A batch with its control totals."""

    batch_id = fields.String(required=True)
    programme = fields.String(required=True)
    state = fields.String(required=True)
    count = fields.Integer(required=True)
    total = fields.Nested(MoneySchema, required=True)
    prepared_by = fields.String(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    authorised_by = fields.String(required=True, allow_none=True)
    released_by = fields.String(required=True, allow_none=True)
    exported_at = fields.AwareDateTime(required=True, allow_none=True)
    format = fields.String(required=True, allow_none=True)
    file_sha256 = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class BatchLineSchema(Schema):
    """One payment in a batch."""

    payment_id = fields.String(required=True)
    award_id = fields.String(required=True)
    end_to_end_id = fields.String(required=True)
    application_no = fields.String(required=True)
    tranche = fields.Integer(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    full_name = fields.String(required=True, allow_none=True)
    account = fields.String(required=True, allow_none=True)


class WholeBatchSchema(BatchSchema):
    """A batch with its lines."""

    lines = fields.List(fields.Nested(BatchLineSchema), required=True)


class PrepareSchema(Schema):
    """Payments to put together, all of one programme and currency."""

    payments = fields.List(
        fields.String(validate=validate.Length(min=1, max=ID_LENGTH)),
        required=True,
        validate=validate.Length(min=1, max=LINES_MAX),
    )


class RebuildSchema(ReasonSchema):
    """Payments to take out, and why."""

    without = fields.List(
        fields.String(validate=validate.Length(min=1, max=ID_LENGTH)),
        required=True,
        validate=validate.Length(min=1, max=LINES_MAX),
    )


class LineArguments(PageArguments):
    """Which lines of the statement."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *LINE_STATUSES)))


class LineSchema(Schema):
    """One line of the bank's statement."""

    line_id = fields.String(required=True)
    programme = fields.String(required=True)
    booked_on = fields.Date(required=True)
    end_to_end_id = fields.String(required=True)
    kind = fields.String(required=True)
    amount = fields.Nested(MoneySchema, required=True)
    bank_reference = fields.String(required=True)
    state = fields.String(required=True)
    ground = fields.String(required=True, allow_none=True)
    payment_id = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class StatementSchema(Schema):
    """A statement of the programme's bank account."""

    programme = filled(40)
    csv = fields.String(
        required=True,
        validate=validate.Length(min=1, max=CHARACTERS_MAX),
        metadata={
            "description": "Columns booked_on, end_to_end_id, kind (debit or return), amount, "
            "currency and, if the bank gives it, reference."
        },
    )


class OutcomeSchema(Schema):
    """What became of the statement's lines."""

    matched = fields.Integer(required=True)
    unmatched = fields.Integer(required=True)
    known = fields.Integer(required=True, metadata={"description": "Here before; no effect."})


class MatchSchema(Schema):
    """Which payment a line is about."""

    payment_id = fields.String(required=True, validate=validate.Length(min=1, max=ID_LENGTH))


class DismissSchema(Schema):
    """Why a line is about no grant."""

    ground = fields.String(required=True, validate=validate.OneOf(get_args(DismissGround)))


PaymentPageSchema = page_schema(PaymentSchema, name="PaymentPage")
BatchPageSchema = page_schema(BatchSchema, name="BatchPage")
LinePageSchema = page_schema(LineSchema, name="StatementLinePage")


def payment_out(row: Any, account: str | None) -> dict[str, Any]:
    """A payment as the interface gives it. ``account``: as this reader may see it."""
    amount = money_out(Money(row.amount_minor, row.currency))
    return {**plain(row), "state": row.status, "amount": amount, "account": account}


def batch_out(row: Any) -> dict[str, Any]:
    """A batch as the interface gives it."""
    total = money_out(Money(row.total_minor, row.currency))
    return {**plain(row), "state": row.status, "total": total}


def batch_line_out(row: Any, account: str | None) -> dict[str, Any]:
    """A line of a batch as the interface gives it."""
    amount = money_out(Money(row.amount_minor, row.currency))
    return {**plain(row), "amount": amount, "account": account}


def line_out(row: Any) -> dict[str, Any]:
    """A line of the statement as the interface gives it."""
    amount = money_out(Money(row.amount_minor, row.currency))
    return {**plain(row), "state": row.status, "amount": amount}
