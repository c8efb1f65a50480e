"""Finds payments, batches and statement lines for whoever may have them, and the steps on them.

step = payment_step(payment_id, "grants.payments.authorise")
perform(step.programme, lambda work: step.take(work, authorise_payment))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.grants.awards.acting import Step
from services.grants.payments.batch import BATCH
from services.grants.payments.batch_views import one_batch
from services.grants.payments.line_views import one_line
from services.grants.payments.payment import PAYMENT
from services.grants.payments.statement_line import STATEMENT_LINE
from services.grants.payments.views import one_payment
from shared.errors import Invalid, Missing
from shared.events.decider import Decider
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import actor, service
from shared.web.etag import required_version


def payment_of(payment_id: str, permission: str) -> Row[Any]:
    """The payment, for those who have the permission in its programme. Raises Missing."""
    found = None
    if is_identifier(payment_id):
        with service().database.reading() as connection:
            found = one_payment(connection, payment_id)
    missing = Missing("payment-missing", N_("There is no such payment."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    return found


def batch_of(batch_id: str, permission: str) -> Row[Any]:
    """The batch, for those who have the permission in its programme. Raises Missing."""
    found = None
    if is_identifier(batch_id):
        with service().database.reading() as connection:
            found = one_batch(connection, batch_id)
    missing = Missing("batch-missing", N_("There is no such batch."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    return found


def line_of(line_id: str, permission: str) -> Row[Any]:
    """The statement's line, for those who have the permission in its programme. Raises Missing."""
    found = None
    if is_identifier(line_id):
        with service().database.reading() as connection:
            found = one_line(connection, line_id)
    missing = Missing("statement-line-missing", N_("There is no such line."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    return found


def payment_step(payment_id: str, permission: str) -> Step:
    """A step on a payment, made for the version in the request."""
    row = payment_of(payment_id, permission)
    return _step(PAYMENT, payment_id, row.programme, f"/grants/payments/{payment_id}")


def batch_step(batch_id: str, permission: str) -> Step:
    """A step on a batch, made for the version in the request."""
    row = batch_of(batch_id, permission)
    return _step(BATCH, batch_id, row.programme, f"/grants/batches/{batch_id}")


def line_step(line_id: str, permission: str) -> Step:
    """A step on a statement's line, made for the version in the request."""
    row = line_of(line_id, permission)
    return _step(STATEMENT_LINE, line_id, row.programme, f"/grants/statements/{line_id}")


def _step(decider: Decider[Any], identifier: str, programme: str, location: str) -> Step:
    return Step(
        decider=decider,
        identifier=identifier,
        programme=programme,
        by=actor(),
        version=required_version(),
        location=location,
    )


def one_programme(payment_ids: Sequence[str], permission: str) -> str:
    """The programme of all these payments. Raises Missing, Forbidden, or Invalid for several."""
    found: set[str] = {payment_of(one, permission).programme for one in dict.fromkeys(payment_ids)}
    if not found:
        raise Invalid("batch-empty", N_("Choose at least one payment."))
    if len(found) > 1:
        raise Invalid("batch-programmes-differ", N_("A batch holds payments of one programme."))
    return found.pop()
