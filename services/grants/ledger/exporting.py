"""The disbursement ledger as the one file that the web and the command line give alike.

    file = ledger_file(connection, "RS-2011", Period(since=date(2011, 1, 1)))
    file.name, file.count    ->  ("disbursements-RS-2011-from-2011-01-01.csv", 346)

The same entries give the same bytes. What the file holds is described in ``disbursements.py``; the
control totals stand at its end, in the answer's headers (``control_headers``) and on the page
before the download.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from services.grants.ledger.disbursements import (
    ControlTotal,
    control_totals,
    decimal_text,
    ledger_csv,
)
from services.grants.ledger.views import disbursement_entries, disbursement_totals
from shared.errors import Refused
from shared.language.marking import N_

CONTENT_TYPE: Final = "text/csv; charset=utf-8; header=present"
ENTRIES_MAX: Final = 200_000
"""More than this is asked for in periods."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """Which part of the ledger: of one call or all, from a day to a day, both included."""

    call_id: str = ""
    currency: str = ""
    since: date | None = None
    until: date | None = None

    def filters(self) -> dict[str, Any]:
        """As the queries take it."""
        return {
            "call_id": self.call_id or None,
            "currency": self.currency or None,
            "booked_from": self.since,
            "booked_to": self.until,
        }


@dataclass(frozen=True, kw_only=True)
class LedgerFile:
    """The file. ``sha256``: of all its bytes, in hexadecimal."""

    name: str
    content: bytes
    count: int
    totals: tuple[ControlTotal, ...]
    sha256: str


def ledger_file(connection: Connection, programme: str, period: Period) -> LedgerFile:
    """The disbursements of a programme. Raises Refused when they are too many for one file."""
    counts = disbursement_totals(connection, programme, **period.filters())
    if sum(row.entries for row in counts) > ENTRIES_MAX:
        raise Refused(
            "export-too-large",
            N_("One file holds at most {entries_max} entries. Choose a shorter period."),
            entries_max=ENTRIES_MAX,
        )
    entries = list(disbursement_entries(connection, programme, **period.filters()))
    content = ledger_csv(entries).encode()
    return LedgerFile(
        name=file_name(programme, period),
        content=content,
        count=len(entries),
        totals=control_totals(entries),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def file_name(programme: str, period: Period) -> str:
    """Plain ASCII without spaces; names no person."""
    parts = ["disbursements", re.sub(r"[^A-Za-z0-9_-]+", "-", programme).strip("-")]
    if period.since:
        parts += ["from", period.since.isoformat()]
    if period.until:
        parts += ["to", period.until.isoformat()]
    return "-".join(part for part in parts if part) + ".csv"


def control_headers(file: LedgerFile) -> Iterator[tuple[str, str]]:
    """The control totals and the digest for whoever reads no CSV.

    ``Zanat-Control-Totals`` is a list of structured fields (RFC 9651), one member a currency:
    ``RSD;count=2;debit="126612.00";credit="0.00";net="126612.00"``. ``Content-Digest`` is that of
    RFC 9530.
    """
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    yield "Content-Digest", f"sha-256=:{digest}:"
    yield "Zanat-Control-Count", str(file.count)
    yield "Zanat-Control-Totals", ", ".join(_member(total) for total in file.totals)


def _member(total: ControlTotal) -> str:
    sums = {"debit": total.debit, "credit": total.credit, "net": total.net}
    texts = "".join(f';{name}="{decimal_text(amount)}"' for name, amount in sums.items())
    return f"{total.currency};count={total.count}{texts}"
