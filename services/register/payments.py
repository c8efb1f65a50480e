"""The bank's statement against the applications: whose payment a line is, and what it undoes.

A payment is debited once and returned at most once, wholly; what is paid again after a return has
a name of its own (``A0001-T1-R1``):

    check_statement(tables, wrong)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from services.register.loaded import Loaded
from services.register.rows import StatementLine
from shared.language.marking import N_


class Wrong(Protocol):
    """Adds one error at a row and column of the statement."""

    def __call__(
        self,
        row: int,
        column: str,
        code: str,
        sentence: str,
        found: str | None = None,
        **facts: int,
    ) -> None: ...


def check_statement(tables: Mapping[str, Loaded], wrong: Wrong) -> None:
    """Name each line that belongs to no payment of the register."""
    lines = [row for row in tables["bank_statement"].rows if isinstance(row, StatementLine)]
    seen: dict[tuple[str, str], StatementLine] = {}
    for line in lines:
        if not _names_a_tranche(line, tables, wrong):
            continue
        first = seen.setdefault((line.end_to_end_id, line.kind), line)
        # The bank repeats lines word for word: those have the same number.
        if first.line != line.line:
            sentence = N_("Another line, in row {first}, has the same payment already.")
            place = (line.row, "end_to_end_id", "repeated-payment", sentence)
            wrong(*place, line.end_to_end_id, first=first.row)
    if not tables["bank_statement"].whole:
        return
    for (name, kind), line in seen.items():
        if kind == "return":
            debit = seen.get((name, "debit"))
            if debit is None:
                sentence = N_("A payment came back that was never debited.")
                wrong(line.row, "kind", "no-debit", sentence, name)
            elif debit.amount != line.amount:
                sentence = N_("What came back is not what was debited in row {first}.")
                found = str(line.amount.minor)
                wrong(line.row, "amount_minor", "other-amount", sentence, found, first=debit.row)


def _names_a_tranche(line: StatementLine, tables: Mapping[str, Loaded], wrong: Wrong) -> bool:
    applications = tables["applications"]
    if not applications.knows(line.application_no):
        sentence = N_("There is no such application in applications.csv.")
        wrong(line.row, "end_to_end_id", "unknown-reference", sentence, line.end_to_end_id)
        return False
    application = applications.get(line.application_no)
    call = tables["calls"].get(application.call) if application else None
    if call is None:
        return True
    if line.tranche > len(call.tranches):
        sentence = N_("The application's call pays in {tranches} tranches.")
        place = (line.row, "end_to_end_id", "unknown-tranche", sentence)
        wrong(*place, line.end_to_end_id, tranches=len(call.tranches))
        return False
    if line.amount.currency != call.currency:
        sentence = N_("This is not the currency of the application's call.")
        wrong(line.row, "currency", "other-currency", sentence, line.amount.currency)
        return False
    return True
