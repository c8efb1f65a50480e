"""A grants service in a folder of its own, with a call, approved applications and people to act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.grants.awards.handling import offer_award
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportBudget, ImportReservation
from services.grants.calls.call import CALL
from services.grants.committee.review import REVIEW
from services.grants.money_parts import DECIDERS, PROJECTIONS
from services.grants.programmes.programme import PROGRAMME, OpenProgramme
from services.grants.programmes.region import Region
from shared.access.revocations import revocations
from shared.clock import FixedClock
from shared.events.append import Context
from shared.events.work import Work
from shared.identifiers import derived
from shared.migrations.migrating import migrate
from shared.money import Money
from shared.service import Definition, Service
from shared.settings import Settings

PROGRAMME_CODE = "demo"
START = datetime(2026, 5, 4, 8, tzinfo=UTC)
SERBIAN_ACCOUNT = "160376343260162414"
OTHER_ACCOUNT = "325534664733234760"


def money_definition() -> Definition:
    """Grants as far as money goes, without what other capabilities bring."""
    return Definition(
        name="grants",
        deciders=(PROGRAMME, CALL, BUDGET, REVIEW, *DECIDERS),
        projections=(revocations(), *PROJECTIONS),
    )


class Home:
    """An installation with one programme. ``run`` commits what a function decides."""

    def __init__(self, folder: Path, definition: Definition | None = None) -> None:
        self.settings = Settings(home=folder)
        self.clock = FixedClock(START)
        self.definition = definition or money_definition()
        migrate(self.settings, [self.definition])
        self.service = Service.open(self.definition, self.settings, clock=self.clock)
        self.run(self._open_programme)

    def run(self, handler: Callable[..., Any], *, by: str = "ana", **facts: Any) -> Any:
        """Run a handler as ``by`` and commit."""
        context = Context(actor=by, programme=PROGRAMME_CODE, correlation="t", causation="t")
        return self.service.transact(context, lambda work: handler(work, **facts))

    def ask(self, query: Callable[..., Any], *arguments: Any, **facts: Any) -> Any:
        """What a query answers."""
        with self.service.database.reading() as connection:
            return query(connection, *arguments, **facts)

    def _open_programme(self, work: Work) -> None:
        programme_id = derived("programme", PROGRAMME_CODE)
        command = OpenProgramme(
            by="ana",
            now=work.now,
            programme_id=programme_id,
            code=PROGRAMME_CODE,
            name="Demo",
            regions=(Region(country="RS", municipalities=("Topola",)),),
            currencies=("RSD", "BAM"),
        )
        work.decide(PROGRAMME, programme_id, command)

    def open_budget(self, call_id: str, amount: Money) -> None:
        """Give a call its money."""
        self.run(_open_budget, call_id=call_id, amount=amount)

    def offer(
        self,
        application_no: str,
        *,
        amount: int = 10_001,
        call_id: str = "c1",
        currency: str = "RSD",
    ) -> str:
        """Approve an application and offer its award; the award's id."""
        facts = {"application_no": application_no, "call_id": call_id}
        return str(self.run(_offer, amount=Money(amount, currency), **facts))

    def close(self) -> None:
        """Let go of the databases."""
        self.service.close()


def _open_budget(work: Work, *, call_id: str, amount: Money) -> None:
    command = ImportBudget(
        by="ana", now=work.now, call_id=call_id, budget=amount, history_open=True
    )
    work.decide(BUDGET, call_id, command)


def reserve(work: Work, *, application_id: str, call_id: str, amount: Money) -> None:
    """What the committee's approval does to the call's money."""
    command = ImportReservation(
        by="ana", now=work.now, application_id=application_id, amount=amount, history_open=True
    )
    work.decide(BUDGET, call_id, command)


def _offer(work: Work, *, application_no: str, call_id: str, amount: Money) -> str:
    application_id = derived("application", PROGRAMME_CODE, application_no)
    reserve(work, application_id=application_id, call_id=call_id, amount=amount)
    return offer_award(
        work,
        by="chair",
        application_id=application_id,
        application_no=application_no,
        call_id=call_id,
        registration_id=derived("registration", PROGRAMME_CODE, application_no),
        person_id=derived("person", PROGRAMME_CODE, application_no),
        kind="start",
        amount=amount,
        tranche_percents=(60, 40),
        zone="Europe/Belgrade",
    )


def day(text: str) -> date:
    """An ISO day."""
    return date.fromisoformat(text)
