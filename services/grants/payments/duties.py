"""Who may do what with money: three people, none of whom scored, typed the account or is paid.

>>> check_authoriser(by="vera", prepared_by={"marko"}, typed_account={"olga"}, scored=False)
>>> check_authoriser(by="marko", prepared_by={"marko"}, typed_account={"olga"}, scored=False)
Traceback (most recent call last):
shared.errors.Forbidden: same-person-authorises: Whoever prepared a payment does not authorise it.

Source: domain, "Money rules", segregation.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from shared.access.own import own_case
from shared.errors import Forbidden
from shared.language.marking import N_
from shared.money import Money


@dataclass(frozen=True, kw_only=True)
class OneController:
    """A programme's setting: one controller may authorise and release up to ``amount_max``.

    paid_in_90_days: what the same grantee or supplier was paid in the last 90 days, so that a
    payment split in parts stays under no threshold.
    """

    amount_max: Money
    paid_in_90_days: Money

    def allows(self, amount: Money) -> bool:
        """Whether amount and what was paid lately stay within the setting, in one currency."""
        same = amount.currency == self.amount_max.currency == self.paid_in_90_days.currency
        return same and amount + self.paid_in_90_days <= self.amount_max


def check_preparer(*, scored: bool, own: bool = False) -> None:
    """Raises Forbidden when who prepares has scored the application, or is paid themself."""
    if own:
        raise own_case()
    if scored:
        raise Forbidden(
            "scorer-pays", N_("Whoever scored an application has no part in paying it.")
        )


def check_authoriser(
    *, by: str, prepared_by: Set[str], typed_account: Set[str], scored: bool, own: bool = False
) -> None:
    """Raises Forbidden when ``by`` may not authorise.

    typed_account: who typed the account. own: whether ``by`` is paid.
    """
    check_preparer(scored=scored, own=own)
    if by in prepared_by:
        raise Forbidden(
            "same-person-authorises", N_("Whoever prepared a payment does not authorise it.")
        )
    if by in typed_account:
        raise Forbidden(
            "account-changer-authorises",
            N_("Whoever entered or changed the account does not authorise a payment to it."),
        )


def check_releaser(
    *,
    by: str,
    prepared_by: Set[str],
    authorised_by: str,
    typed_account: Set[str],
    scored: bool,
    amount: Money,
    one_controller: OneController | None,
    own: bool = False,
) -> bool:
    """Whether ``by`` releases as one controller under the threshold.

    Raises Forbidden when ``by`` may not release.
    """
    check_preparer(scored=scored, own=own)
    if by in prepared_by:
        raise Forbidden(
            "same-person-releases", N_("Whoever prepared a payment does not release it.")
        )
    if by in typed_account:
        raise Forbidden(
            "account-changer-releases",
            N_("Whoever entered or changed the account does not release a payment to it."),
        )
    if by != authorised_by:
        return False
    if one_controller is None or not one_controller.allows(amount):
        raise Forbidden(
            "same-controller-releases",
            N_("Whoever authorised a payment does not release it."),
        )
    return True
