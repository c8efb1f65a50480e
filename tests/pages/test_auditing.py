"""An auditor walks from a figure of the ledger to the proof of the event behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def follow(visitor: Visitor, start: str) -> None:
    """The first link of the page's main part that leads to such an address."""
    link = visitor.page.locator(f'main a[href^="{start}"]').first
    with visitor.page.expect_navigation():
        link.click()


def test_an_auditor_comes_from_a_figure_to_the_proof_of_its_event(
    visit: Callable[[str], Visitor],
) -> None:
    branka = visit("Branka Todorović")
    branka.open("/grants/ledger?programme=demo")
    follow(branka, "/grants/reports/behind?figure=call_spent")
    branka.check()
    assert branka.title.startswith("Spent in the call: ")
    follow(branka, "/audit/histories/application/")
    branka.check()
    assert branka.title.startswith("History: Application ")
    branka.page.go_back()
    follow(branka, "/audit/entries/grants/")
    branka.check()
    assert branka.title == "Money of the call was spent."
    # A checkpoint follows within a second or so.
    for _ in range(20):
        if "Proved" in branka.text():
            break
        branka.page.wait_for_timeout(1_000)
        branka.page.reload()
    assert "The exact bytes of this entry are in the log" in branka.text()
    assert re.fullmatch(r"[0-9a-f]{64}", branka.facts()["Root"])
    assert branka.facts()["Who"] and branka.facts()["Amount"].startswith(("RSD", "BAM", "EUR"))


def test_an_auditor_reads_a_history_and_what_happened_since_the_last_visit(
    visit: Callable[[str], Visitor],
) -> None:
    visit("Branka Todorović")
    branka = visit("Branka Todorović")
    branka.open("/audit/")
    assert "Since your last visit" in branka.text()
    branka.check()
    branka.open("/audit/?kind=payment")
    follow(branka, "/audit/streams/payment/")
    branka.check()
    branka.press("With all that belongs to it")
    branka.check()
    told = branka.text()
    assert "The payment was scheduled." in told and "Line of a bank statement" in told
    branka.press("The newest first")
    branka.check()
    branka.open("/audit/?access=reads")
    branka.check()
    branka.open("/audit/own")
    branka.check()
