"""Reads a bank's statement from CSV, telling for each row what is wrong with it.

>>> lines, errors = read_statement("booked_on,end_to_end_id,kind,amount,currency,reference\\n"
...                                "2026-05-04,A0001-T1,debit,126612.00,RSD,77\\n")
>>> lines[0].amount, errors
(Money(minor=12661200, currency='RSD'), [])

Comma or semicolon, UTF-8. ``amount`` is decimal text with a point (or a comma), or ``amount_minor``
holds whole minor units. ``reference`` (or ``line``), the bank's own, is optional. Other columns,
such as names and accounts of payees, are not kept.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

from services.grants.awards.schemas import parse_amount
from services.grants.payments.matching import Line
from services.grants.payments.statement_line import TEXT_CHARACTERS_MAX, LineKind
from shared.errors import Invalid
from shared.language.marking import N_
from shared.money import CURRENCIES, MINOR_MAX, Money

ROWS_MAX: Final = 500
CHARACTERS_MAX: Final = 200_000
ERRORS_MAX: Final = 50
REQUIRED: Final = ("booked_on", "end_to_end_id", "kind", "currency")
_FIRST_DAY: Final = date(1990, 1, 1)
_KINDS: Final = {"debit": "debit", "return": "return", "credit": "return"}


@dataclass(frozen=True, kw_only=True)
class RowError:
    """What is wrong in a row. ``row`` counts from 1 with the heading, as a spreadsheet does."""

    row: int
    column: str
    sentence: str


def read_statement(text: str, *, today: date | None = None) -> tuple[list[Line], list[RowError]]:
    """The lines, and the errors (then no line may be taken in).

    today: days after it are errors. Raises Invalid when the text is no such table at all.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), _delimited(text))
    try:
        rows = [row for _, row in zip(range(ROWS_MAX + 2), reader, strict=False)]
    except csv.Error:
        raise Invalid("statement-unreadable", N_("This cannot be read as a table.")) from None
    names = [cell.strip().casefold() for cell in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in names]
    if not {"amount", "amount_minor"} & set(names):
        missing.append("amount")
    if missing:
        raise Invalid(
            "statement-columns-missing",
            N_("The first line must name these columns: {columns}."),
            columns=missing,
        )
    if len(rows) > ROWS_MAX + 1:
        raise Invalid(
            "statement-too-long",
            N_("A statement has at most {rows_max} lines here; send it in parts."),
            rows_max=ROWS_MAX,
        )
    lines: list[Line] = []
    errors: list[RowError] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
            _read_row(cells, number, lines, errors, today)
    if not lines and not errors:
        raise Invalid("statement-empty", N_("There is no line in this statement."))
    return lines, errors[:ERRORS_MAX]


class _Comma(csv.excel):
    strict = True


class _Semicolon(_Comma):
    delimiter = ";"


def _delimited(text: str) -> type[csv.Dialect]:
    head = text.split("\n", 1)[0]
    return _Semicolon if head.count(";") > head.count(",") else _Comma


def _read_row(
    cells: dict[str, str],
    number: int,
    lines: list[Line],
    errors: list[RowError],
    today: date | None,
) -> None:
    before = len(errors)

    def wrong(column: str, sentence: str) -> None:
        errors.append(RowError(row=number, column=column, sentence=sentence))

    booked_on = _day(cells.get("booked_on", ""))
    if booked_on is None or booked_on < _FIRST_DAY:
        wrong("booked_on", N_("Write the day like 2026-03-31."))
    elif today is not None and booked_on > today + timedelta(days=1):
        wrong("booked_on", N_("This day is still to come."))
    kind = _KINDS.get(cells.get("kind", "").casefold())
    if kind is None:
        wrong("kind", N_("Write debit or return."))
    amount = _amount(cells)
    if amount is None or amount.minor <= 0:
        wrong("amount", N_("Write an amount like 126612.00 and a currency such as RSD."))
    texts = {
        "end_to_end_id": cells.get("end_to_end_id", ""),
        "reference": cells.get("reference", "") or cells.get("line", ""),
    }
    for name, text in texts.items():
        if len(text) > TEXT_CHARACTERS_MAX:
            wrong(name, N_("This text is too long."))
        elif not text.isprintable():
            wrong(name, N_("This text has a character that stands for nothing."))
    if len(errors) > before or booked_on is None or amount is None:
        return
    line = Line(
        booked_on=booked_on,
        end_to_end_id=texts["end_to_end_id"],
        kind=cast(LineKind, kind),
        amount=amount,
        bank_reference=texts["reference"],
    )
    lines.append(line)


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, no moment)
    except ValueError:
        return None


def _amount(cells: dict[str, str]) -> Money | None:
    currency = cells.get("currency", "").upper()
    if currency not in CURRENCIES:
        return None
    minor = cells.get("amount_minor", "")
    if minor:
        fits = re.fullmatch(r"[0-9]{1,16}", minor, re.ASCII) and int(minor) <= MINOR_MAX
        return Money(int(minor), currency) if fits else None
    text = cells.get("amount", "")
    try:
        return parse_amount(text.replace(",", ".") if "." not in text else text, currency)
    except ValueError:
        return None
