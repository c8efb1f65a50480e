"""Finance exports the disbursement ledger: rows, sums in the file and figures of the page agree."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


@pytest.mark.parametrize("programme", ["demo", "demo-2026"])
def test_exported_ledger_has_totals_that_are_its_rows_sums_and_the_pages_figures(
    visit: Callable[[str], Visitor], programme: str
) -> None:
    mirsad = visit("Mirsad Delić")
    mirsad.press("Ledger")
    mirsad.check()
    mirsad.page.get_by_label("Programme", exact=True).select_option(programme)
    mirsad.press("Show")
    mirsad.check()
    mirsad.press("Export disbursements (CSV)")
    mirsad.check()
    announced = mirsad.rows("Control totals")
    digest = mirsad.facts()["SHA-256 of the file"]
    with mirsad.page.expect_download() as download:
        mirsad.press("Export disbursements (CSV)")
    assert "exported" in mirsad.title
    assert mirsad.rows("Control totals") == announced
    mirsad.check()

    data = download.value.path().read_bytes()
    assert hashlib.sha256(data).hexdigest() == digest
    # Every cell is in quotes, and none begins with a sign that a spreadsheet program runs.
    lines = data.decode("utf-8").splitlines()
    assert all(line.startswith('"') and line.endswith('"') for line in lines)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]

    head, last = rows[0], next(place for place, row in enumerate(rows) if row[0] == "count")
    entries = [dict(zip(head, row, strict=True)) for row in rows[1:last]]
    assert entries and rows[last][1] == str(len(entries))
    sums = {row[head.index("currency")]: row for row in rows if row[0] == "sum"}
    assert set(sums) == {entry["currency"] for entry in entries}
    for currency, control in sums.items():
        own = [entry for entry in entries if entry["currency"] == currency]
        debit, credit = (sum(Decimal(entry[side]) for entry in own) for side in ("debit", "credit"))
        stated = dict(zip(head, control, strict=True))
        assert (Decimal(stated["debit"]), Decimal(stated["credit"])) == (debit, credit)
        assert Decimal(own[-1]["balance"]) == debit - credit == Decimal(stated["balance"])
    assert announced == [
        [currency, str(sum(entry["currency"] == currency for entry in entries)), *figures(control)]
        for currency, control in sums.items()
    ]


def figures(control: list[str]) -> list[str]:
    """A line of sums as the page writes it: debit, credit, net, each with its currency."""
    currency = control[9]
    return [f"{currency}\N{NO-BREAK SPACE}{Decimal(control[at]):,.2f}" for at in (7, 8, 12)]
