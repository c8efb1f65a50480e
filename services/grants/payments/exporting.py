"""A released batch becomes one file for the bank, kept sealed and given out again byte by byte.

    sha256 = keep_file(service, batch_id, batch_csv(lines))
    export_batch(work, batch_id, by=actor(), file_sha256=sha256)
    file_of(service, sha256)  ->  the same bytes, however often

Every cell is quoted and safe from spreadsheets; three kinds of control lines follow, told apart by
the first cell: ``count``, ``sum`` and ``sha256`` (of all bytes before that line).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Row

from services.grants.awards.award import AWARD
from services.grants.awards.award_state import payable, payee_account
from services.grants.awards.schemas import money_out
from services.grants.payments import account_number as account_numbers
from services.grants.payments import payment_commands as c
from services.grants.payments.batch import BATCH, ExportBatch
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import Released
from services.grants.payments.preparing import free_payment, lines_to_act_on, plan_of
from shared.errors import Missing, Refused
from shared.events.event import Sealed
from shared.events.work import Work
from shared.files.shelf import FolderShelf
from shared.language.marking import N_
from shared.money import Money, total
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import open_text, seal_text
from shared.service import Service
from shared.spreadsheets import formula_safe

COLUMNS: Final = ("end_to_end_id", "payee", "account", "iban", "amount", "currency", "amount_minor")


def batch_csv(lines: Sequence[Row[Any]]) -> str:
    """The file of a batch. Raises Refused when a payee's name or account is not known."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    amounts = []
    for line in lines:
        if not line.full_name or not line.account_number:
            raise Refused(
                "payee-unknown",
                N_("The payee of {end_to_end_id} has no name or account."),
                end_to_end_id=line.end_to_end_id,
            )
        account = account_numbers.read(line.account_number)
        amount = Money(line.amount_minor, line.currency)
        amounts.append(amount)
        cells = (line.end_to_end_id, line.full_name, account.formatted, account.iban)
        money = (money_out(amount)["amount"], amount.currency, str(amount.minor))
        writer.writerow([*(formula_safe(cell) for cell in cells), *money])
    whole = total(amounts, currency=lines[0].currency) if lines else None
    writer.writerow(("count", str(len(lines)), *[""] * 5))
    if whole is not None:
        writer.writerow(
            ("sum", "", "", "", money_out(whole)["amount"], whole.currency, str(whole.minor))
        )
    digest = hashlib.sha256(out.getvalue().encode()).hexdigest()
    writer.writerow(("sha256", digest, *[""] * 5))
    return out.getvalue()


def keep_file(service: Service, batch_id: str, text: str) -> str:
    """Seal the file under a key of the batch and keep it; the SHA-256 of the sealed bytes."""
    name = KeyName(f"batch/{batch_id}", "financial", "agreement")
    sealed = msgspec.json.encode(seal_text(service.keyring, name, text))
    sha256 = hashlib.sha256(sealed).hexdigest()
    _shelf(service).put(sha256, sealed)
    return sha256


def file_of(service: Service, sha256: str) -> bytes:
    """The bytes that went to the bank. Raises Missing when they are gone or were changed."""
    sealed = _shelf(service).get(sha256)
    if sealed is not None and hashlib.sha256(sealed).hexdigest() == sha256:
        text = open_text(service.keyring, msgspec.json.decode(sealed, type=Sealed))
        if text is not None:
            return text.encode()
    raise Missing("batch-file-missing", N_("The file of this batch is not here any more."))


def export_batch(work: Work, batch_id: str, *, by: str, file_sha256: str) -> None:
    """The batch and every payment in it are with the bank, as this file."""
    lines = lines_to_act_on(work, batch_id)
    command = ExportBatch(by=by, now=work.now, format="csv", file_sha256=file_sha256)
    if not work.decide(BATCH, batch_id, command):
        return
    for line in lines:
        plan = plan_of(work, line.payment_id)
        award = work.load(AWARD, plan.award_id)
        state = work.load(PAYMENT, line.payment_id)
        if isinstance(state, Released) and state.account_version != line.account_version:
            raise Refused(
                "account-changed-since",
                N_("The account changed: the payment must be requested again."),
            )
        export = c.ExportPayment(
            by=by,
            now=work.now,
            batch_id=batch_id,
            account=payee_account(award),
            award_payable=payable(award),
        )
        work.decide(PAYMENT, line.payment_id, export)
        # A payment that comes back may go into another batch.
        free_payment(work, batch_id, line.payment_id)


def _shelf(service: Service) -> FolderShelf:
    return FolderShelf(service.settings.home / "files")
