"""Programmes, partners, donors and budget lines; and that closed history stays closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.grants.programmes import budget_line as bl
from services.grants.programmes import donor as d
from services.grants.programmes import partner as pa
from services.grants.programmes import programme as p
from services.grants.programmes.history import require_open
from services.grants.programmes.region import Region
from shared.errors import Problem
from shared.events.decider import Decider
from shared.money import Money

BASE: dict[str, Any] = {"by": "admin", "now": datetime(2026, 1, 5, tzinfo=UTC)}
SUMADIJA = Region(country="RS", municipalities=("Topola", "Knić"))
OPEN = p.OpenProgramme(
    **BASE,
    programme_id="p1",
    code="second-chance",
    name=" Second chance ",
    regions=(SUMADIJA,),
    currencies=("RSD",),
)


def after(decider: Decider[Any], *commands: Any) -> Any:
    state = decider.initial
    for command in commands:
        state = decider.fold(decider.decide(state, command), state)
    return state


def refusal(decider: Decider[Any], *commands: Any) -> str:
    *before, last = commands
    with pytest.raises(Problem) as refused:
        decider.decide(after(decider, *before), last)
    return refused.value.code


def test_a_programme_opens_with_its_name_trimmed() -> None:
    (opened,) = p.PROGRAMME.decide(p.NoProgramme(), OPEN)
    assert opened == p.Opened(
        programme_id="p1",
        code="second-chance",
        name="Second chance",
        regions=(SUMADIJA,),
        currencies=("RSD",),
    )


def test_history_closes_once_and_for_good() -> None:
    close = p.CloseHistory(**BASE, reason="The register is in.")
    state = after(p.PROGRAMME, OPEN, close)
    assert not state.history_open
    assert p.PROGRAMME.decide(state, close) == ()
    with pytest.raises(Problem, match="history-closed"):
        require_open(history_open=state.history_open)


def test_a_programme_changes_name_regions_and_currencies() -> None:
    tuzla = Region(country="BA", municipalities=("Tuzla",))
    state = after(
        p.PROGRAMME,
        OPEN,
        p.RenameProgramme(**BASE, name="Third chance"),
        p.ChangeRegions(**BASE, regions=(SUMADIJA, tuzla)),
        p.AddCurrency(**BASE, currency="BAM"),
    )
    assert (state.name, state.regions) == ("Third chance", (SUMADIJA, tuzla))
    assert state.currencies == ("RSD", "BAM")
    for same in (
        p.RenameProgramme(**BASE, name="Third chance"),
        p.ChangeRegions(**BASE, regions=(SUMADIJA, tuzla)),
        p.AddCurrency(**BASE, currency="BAM"),
    ):
        assert p.PROGRAMME.decide(state, same) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "no spaces"}, "code-form"),
        ({"name": ""}, "text-length"),
        ({"name": "a\x00b"}, "text-characters"),
        ({"currencies": ("QQQ",)}, "currencies"),
        ({"regions": ()}, "regions-missing"),
        ({"regions": (SUMADIJA, SUMADIJA)}, "country-twice"),
        ({"regions": (Region(country="rs", municipalities=("Topola",)),)}, "country-code"),
        ({"regions": (Region(country="RS", municipalities=()),)}, "municipalities"),
    ],
)
def test_a_programme_that_cannot_be_is_invalid(changes: dict[str, Any], code: str) -> None:
    command = p.OpenProgramme(**{**vars(OPEN), **changes})
    assert refusal(p.PROGRAMME, command) == code


def test_a_closed_or_unknown_programme_does_nothing() -> None:
    rename = p.RenameProgramme(**BASE, name="x")
    assert refusal(p.PROGRAMME, rename) == "programme-missing"
    assert refusal(p.PROGRAMME, OPEN, OPEN) == "programme-exists"
    assert refusal(p.PROGRAMME, OPEN, p.CloseProgramme(**BASE, reason="Over."), rename) == (
        "programme-closed"
    )


@pytest.mark.parametrize(
    ("decider", "add", "rename", "leave"),
    [
        (
            pa.PARTNER,
            pa.AddPartner(**BASE, partner_id="o1", name="Otvorena vrata", country="RS"),
            pa.RenamePartner(**BASE, name="Vrata"),
            pa.RemovePartner(**BASE, reason="Over."),
        ),
        (
            d.DONOR,
            d.AddDonor(**BASE, donor_id="d1", name="Fond Most", country="NO"),
            d.RenameDonor(**BASE, name="Most"),
            d.RemoveDonor(**BASE, reason="Over."),
        ),
    ],
)
def test_partners_and_donors_join_are_renamed_and_leave(
    decider: Decider[Any], add: Any, rename: Any, leave: Any
) -> None:
    assert after(decider, add, rename).name == rename.name
    assert refusal(decider, rename) == f"{decider.kind}-missing"
    assert refusal(decider, add, add) == f"{decider.kind}-exists"
    assert refusal(decider, add, leave, rename) == f"{decider.kind}-gone"
    assert decider.decide(after(decider, add, leave), leave) == ()


def test_a_budget_line_is_revised_in_its_currency_until_it_closes() -> None:
    opening = bl.OpenBudgetLine(
        **BASE, budget_line_id="b1", donor_id="d1", code="G-1", name="Grants", budget=euro(1000)
    )
    revise = bl.ReviseBudgetLine(**BASE, budget=euro(1200), reason="Second agreement.")
    close = bl.CloseBudgetLine(**BASE, reason="Over.")
    assert after(bl.BUDGET_LINE, opening, revise).budget == euro(1200)
    other = bl.ReviseBudgetLine(**BASE, budget=Money(1, "RSD"), reason="x")
    assert refusal(bl.BUDGET_LINE, opening, other) == "currency-differs"
    assert refusal(bl.BUDGET_LINE, opening, close, revise) == "budget-line-closed"
    nothing = bl.ReviseBudgetLine(**BASE, budget=euro(0), reason="x")
    assert refusal(bl.BUDGET_LINE, opening, nothing) == "amount-not-positive"


def euro(minor: int) -> Money:
    return Money(minor, "EUR")
