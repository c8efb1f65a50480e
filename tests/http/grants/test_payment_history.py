"""The register's awards, statement and visits come in once, however often they are brought."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.grants.calls.budget import BUDGET
from services.grants.history_money import import_award, import_statement_line, import_visit
from services.grants.ledger.disbursements import ledger_csv
from services.grants.ledger.views import disbursement_entries, trial_balance
from services.grants.reports.money import money_figures
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money
from tests.http.grants.money_home import PROGRAMME_CODE, Home, day, reserve

REGISTER = Path(__file__).parents[3] / "examples" / "register"
pytestmark = pytest.mark.slow


def rows(name: str) -> list[dict[str, str]]:
    with (REGISTER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.close()


def bring(home: Home) -> None:
    calls = {row["call"]: row for row in rows("calls.csv")}
    applications = {row["application_no"]: row for row in rows("applications.csv")}
    approved = [r for r in rows("expected_decisions.csv") if r["outcome"] == "approved"]
    for code, call in calls.items():
        home.open_budget(
            derived("call", PROGRAMME_CODE, code),
            Money(int(call["budget_minor"]), call["currency"]),
        )
    home.run(awards, approved=approved, calls=calls, applications=applications)
    lines = sorted(rows("bank_statement.csv"), key=lambda r: (r["booked_on"], r["kind"]))
    for start in range(0, len(lines), 100):
        home.run(statement, lines=lines[start : start + 100], applications=applications)
    home.run(visits, calls=calls, applications=applications)


def whose(application: dict[str, str]) -> dict[str, str]:
    return {
        "application_no": application["application_no"],
        "application_id": derived("application", PROGRAMME_CODE, application["application_no"]),
        "call_id": derived("call", PROGRAMME_CODE, application["call"]),
        "registration_id": derived("registration", PROGRAMME_CODE, application["participant_no"]),
        "person_id": derived("person", PROGRAMME_CODE, application["participant_no"]),
    }


def awards(work: Work, *, approved: Any, calls: Any, applications: Any) -> None:
    for row in approved:
        application = applications[row["application_no"]]
        call = calls[row["call"]]
        amount = Money(int(row["approved_minor"]), call["currency"])
        known = whose(application)
        reserve(
            work, application_id=known["application_id"], call_id=known["call_id"], amount=amount
        )
        import_award(
            work,
            award_id=derived("award", PROGRAMME_CODE, row["application_no"]),
            kind=application["kind"],
            amount=amount,
            tranche_percents=tuple(int(p) for p in call["tranches"].split(";")),
            zone=call["timezone"],
            offered_on=day(call["decided_on"]),
            full_name="Somebody Invented",
            account_number=application["account"] or None,
            **known,
        )


def statement(work: Work, *, lines: Any, applications: Any) -> None:
    for line in lines:
        application_no, tranche, *again = line["end_to_end_id"].split("-")
        import_statement_line(
            work,
            tranche=int(tranche[1:]),
            reissue=int(again[0][1:]) if again else 0,
            booked_on=day(line["booked_on"]),
            kind=line["kind"],
            amount=Money(int(line["amount_minor"]), line["currency"]),
            bank_reference=line["line"],
            **whose(applications[application_no]),
        )


def visits(work: Work, *, calls: Any, applications: Any) -> None:
    for row in rows("visits.csv"):
        application = applications[row["application_no"]]
        zone = calls[application["call"]]["timezone"]
        times = {
            name: datetime.fromisoformat(row[name]).replace(tzinfo=ZoneInfo(zone))
            for name in ("occurred_at", "recorded_at")
        }
        import_visit(
            work,
            visit_id=derived("visit", PROGRAMME_CODE, row["visit_id"]),
            device_visit_id=row["visit_id"],
            application_no=row["application_no"],
            registration_id=whose(application)["registration_id"],
            month=int(row["month"]),
            zone=zone,
            outcome=row["outcome"],  # type: ignore[arg-type]
            registered={"yes": True, "no": False, "": None}[row["registered"]],
            equipment_present={"yes": True, "no": False, "": None}[row["equipment_present"]],
            jobs=int(row["jobs"]) if row["jobs"] else None,
            income_band=row["income_band"] or None,  # type: ignore[arg-type]
            **times,
        )


def test_the_register_gives_its_totals_also_when_brought_twice(home: Home) -> None:
    expected = json.loads((REGISTER / "expected.json").read_text(encoding="utf-8"))
    bring(home)
    figures = home.ask(money_figures, PROGRAMME_CODE)
    assert figures == {name: expected[name] for name in figures}
    head = home.ask(home.service.store.head)
    bring(home)
    assert home.ask(home.service.store.head) == head
    assert home.ask(money_figures, PROGRAMME_CODE) == figures
    sums: dict[str, int] = {}
    for row in home.ask(trial_balance, PROGRAMME_CODE):
        sums[row.currency] = sums.get(row.currency, 0) + row.debit_minor - row.credit_minor
    assert set(sums) == {"RSD", "BAM"} and not any(sums.values())
    text = ledger_csv(home.ask(lambda c: list(disbursement_entries(c, PROGRAMME_CODE))))
    nets = [line.split(",")[-1] for line in text.splitlines() if line.startswith('"sum"')]
    assert nets == [f'"{expected["disbursed_net_minor"][c]}"' for c in ("BAM", "RSD")]


def test_a_budget_is_wholly_accounted_for(home: Home) -> None:
    bring(home)
    for call in rows("calls.csv"):
        call_id = derived("call", PROGRAMME_CODE, call["call"])
        with home.service.database.reading() as connection:
            events, _ = home.service.store.stream(connection, f"budget/{call_id}")
        state: Any = BUDGET.fold(events)
        whole = state.available + state.committed + state.obligated + state.spent
        assert whole == state.budget
        assert state.committed.minor == 0
