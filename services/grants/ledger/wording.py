"""What accounts and movements are called, as msgids.

say(ACCOUNTS["bank"])  ->  "Bank"
"""

from __future__ import annotations

from typing import Final

from services.grants.ledger.postings import CHART_OF_ACCOUNTS, Account
from shared.language.marking import N_

ACCOUNTS: Final[dict[Account, str]] = {
    "bank": N_("Bank"),
    "grant_expense": N_("Grants paid"),
    "payable": N_("Owed to suppliers"),
    "receivable_recovery": N_("To be recovered"),
    "write_off_expense": N_("Written off"),
    "exchange_difference": N_("Exchange difference"),
}
CLASSES: Final[dict[str, str]] = {
    "asset": N_("Asset"),
    "liability": N_("Liability"),
    "expense": N_("Expense"),
}
MOVEMENTS: Final[dict[str, str]] = {
    "paid": N_("Paid by the bank"),
    "returned": N_("Came back from the bank"),
    "reversed": N_("Confirmation undone"),
    "handed_over": N_("Goods handed over and invoiced"),
}
"""Kind of movement → words."""

SIDES: Final = {"debit": N_("Debit"), "credit": N_("Credit")}


def account_words(account: str) -> str:
    """The account's name; the code itself for one that the chart does not know."""
    return next((words for code, words in ACCOUNTS.items() if code == account), account)


def class_words(account: str) -> str:
    """Asset, liability or expense."""
    return next(
        (CLASSES[kind] for code, kind in CHART_OF_ACCOUNTS.items() if code == account), account
    )
