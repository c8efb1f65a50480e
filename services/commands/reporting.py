"""``report`` and ``export``: a programme's figures, decisions and disbursements as data.

    figures(installation, "demo")["persons_certified"]  ->  400

Figures come from the services' read models; each service counts what is its own.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select

from services.all_in_one import Installation
from services.commands.terminal import say
from services.grants.applications.views import application_figures, decision_rows
from services.grants.ledger.exporting import Period, ledger_file
from services.grants.programmes.views import PROGRAMMES
from services.grants.reports.money import money_figures
from services.trainings.figures import programme_figures
from shared.events.tables import EVENTS, LOG
from shared.money import divide_half_even
from shared.spreadsheets import formula_safe

DECISION_COLUMNS: Final = (
    "application_no",
    "call",
    "outcome",
    "reason",
    "score",
    "rank",
    "approved_minor",
)


def chosen_programme(installation: Installation, given: str | None) -> str:
    """The programme named, or the first that was opened. Raises ValueError when there is none."""
    codes = _codes(installation)
    if given is not None:
        if given not in codes:
            raise ValueError(f"There is no programme {given}. There are: {', '.join(codes)}")
        return given
    if not codes:
        raise ValueError("There is no programme yet. Load a register or open one first.")
    if len(codes) > 1:
        say(f"There are {len(codes)} programmes; this is {codes[0]}. Choose with --programme.")
    return codes[0]


def _codes(installation: Installation) -> list[str]:
    """Codes of all programmes in the order in which they were opened."""
    opened = EVENTS.c.event_id == LOG.c.event_id
    stream = EVENTS.c.stream == "programme/" + PROGRAMMES.c.programme_id
    with installation.services["grants"].database.reading() as connection:
        return list(
            connection.execute(
                select(PROGRAMMES.c.programme)
                .join(EVENTS, stream & (EVENTS.c.version == 1))
                .join(LOG, opened)
                .order_by(LOG.c.position)
            ).scalars()
        )


def figures(installation: Installation, programme: str) -> dict[str, Any]:
    """Every figure of the report, by name; the keys of the register's expected totals."""
    with installation.services["trainings"].database.reading() as connection:
        found: dict[str, Any] = dict(programme_figures(connection, programme))
    with installation.services["grants"].database.reading() as connection:
        found |= application_figures(connection, programme)
        found |= money_figures(connection, programme)
        chosen = connection.execute(
            select(PROGRAMMES.c.currencies).where(PROGRAMMES.c.programme == programme)
        ).scalar_one()
    for name in ("approved_minor", "disbursed_net_minor", "returned_minor"):
        amounts = dict.fromkeys(json.loads(chosen), 0) | found[name]
        found[name] = dict(sorted(amounts.items()))
    found["granted_share_percent"] = share_percent(
        found["persons_granted"], found["persons_certified"]
    )
    return dict(sorted(found.items()))


def share_percent(part: int, whole: int) -> str:
    """part of whole in per cent with one decimal, half to even; 0.0 of nothing."""
    tenths = divide_half_even(part * 1000, whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def report_text(found: dict[str, Any], form: str) -> str:
    """The figures as JSON or as lines for a person."""
    if form == "json":
        return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    lines = []
    for name, value in found.items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            lines.append(f"{words}:")
            lines += [f"  {key:<44} {one:>16}" for key, one in value.items()]
        else:
            lines.append(f"{words:<46} {value:>16}")
    return "\n".join(lines) + "\n"


def decisions_csv(installation: Installation, programme: str) -> Iterator[str]:
    """Every application's outcome, ordered by application number, line by line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, DECISION_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    # In a transaction, as a cursor of the server's needs it.
    with installation.services["grants"].database.engine.connect() as connection:
        for row in decision_rows(connection, programme):
            yield _taken(text)
            safe = {name: formula_safe(v) if isinstance(v, str) else v for name, v in row.items()}
            writer.writerow(safe)
    yield _taken(text)


def _taken(text: io.StringIO) -> str:
    """What was written; nothing is left of it."""
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written


def ledger_csv(installation: Installation, programme: str) -> str:
    """The disbursement ledger with its control totals, byte for byte as the web exports it."""
    with installation.services["grants"].database.reading() as connection:
        return ledger_file(connection, programme, Period()).content.decode()
