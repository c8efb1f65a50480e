"""Taking a bank's statement in over HTTP: read, checked row by row, then matched in one work.

programme, lines = check_programme("RS-2026"), read_or_refuse(text)
perform(programme, lambda work: Answer(dict(import_statement(work, lines, by=actor()))))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.grants.awards.views import programmes_with_awards
from services.grants.payments.matching import Line, receive_line
from services.grants.payments.statement_csv import read_statement
from services.grants.payments.views import payments_by_end_to_end_id
from shared.access.roles import EVERY_PROGRAMME
from shared.clock import day_in
from shared.errors import Invalid, Missing
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.validation import FieldError

IMPORTS: Final = "grants.statements.import"


def check_programme(code: str) -> str:
    """The programme that a statement is for. Raises Forbidden, or Missing where nothing is paid."""
    ensure(IMPORTS, code)
    with service().database.reading() as connection:
        if code not in programmes_with_awards(connection):
            raise Missing("programme-missing", N_("There is no such programme with awards."))
    return code


def programmes_to_import() -> list[str]:
    """Programmes whose statements the reader may take in."""
    allowed = signed_in().programmes(IMPORTS)
    with service().database.reading() as connection:
        known = programmes_with_awards(connection)
    return known if EVERY_PROGRAMME in allowed else [code for code in known if code in allowed]


def today() -> date:
    """The day in the banks' time zone."""
    return day_in(service().clock.now(), DEFAULT_ZONE)


def read_or_refuse(text: str) -> list[Line]:
    """The lines of a statement. Raises Invalid that names each wrong row and column."""
    lines, errors = read_statement(text, today=today())
    if errors:
        raise Invalid(
            "statement-rows-wrong",
            N_("Some rows of the statement are not right; nothing was taken in."),
            errors=[
                FieldError("body", f"#/csv/{one.row}/{one.column}", say(one.sentence))
                for one in errors
            ],
        )
    return lines


def import_statement(work: Work, lines: Sequence[Line], *, by: str) -> dict[str, int]:
    """Take the lines in, debits of a day before its returns; how many had which outcome."""
    found = payments_by_end_to_end_id(
        work.connection, work.context.programme, {line.end_to_end_id.strip() for line in lines}
    )
    outcomes: Counter[str] = Counter(matched=0, unmatched=0, known=0)
    for line in sorted(lines, key=lambda line: (line.booked_on, line.kind)):
        payment_id = found.get(line.end_to_end_id.strip())
        outcomes[receive_line(work, line, payment_id=payment_id, by=by)] += 1
    return dict(outcomes)
