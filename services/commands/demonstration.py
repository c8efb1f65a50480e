"""Work that waits for each persona of a demonstration, made by the same commands as in daily use.

    seed(installation, personas)

It is a programme of its own beside the loaded register, so that the register's figures stay what
they are: a round that is decided and being paid, one that the committee scores, one that is open,
a cohort with certificates, one that is ready for them and one that meets today. Days are counted
from now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeVar

from services.accounts.personas import Persona
from services.all_in_one import Installation
from services.commands import demonstration_rounds as rounds
from services.commands.demonstration_people import COURSE, PEOPLE, PROGRAMME, PROGRAMME_NAME
from services.grants.programmes import handling as programmes
from services.grants.programmes.programme import PROGRAMME as PROGRAMME_DECIDER
from services.grants.programmes.programme import NoProgramme
from services.grants.programmes.region import Region
from services.trainings.certificates import handling as certificates
from services.trainings.cohorts import handling as cohorts
from services.trainings.cohorts.cohort_commands import Mark, Score
from services.trainings.courses import handling as courses
from services.trainings.people import handling as people
from shared.clock import FixedClock
from shared.events.append import Context
from shared.events.work import Work
from shared.identifiers import Uuid7, derived
from shared.money import Money

R = TypeVar("R")
REGIONS: Final = (
    Region(country="RS", municipalities=("Kragujevac", "Knić", "Topola")),
    Region(country="BA", municipalities=("Kakanj", "Zenica")),
)
SESSION_MINUTES: Final = 240
SESSIONS: Final = 6
CERTIFIED: Final = 14
READY: Final = 10
"""How many of the people were in the first cohort, and in the second; the others are in the third.
"""


class Stage:
    """Runs commands in the demonstration's programme as a persona on a day counted from now."""

    def __init__(self, installation: Installation, personas: Sequence[Persona]) -> None:
        self.installation = installation
        self.now = datetime.now(UTC)
        self._accounts = {(one.role, one.number): one.account_id for one in personas}
        self._names = {one.account_id: one.name for one in personas}

    def who(self, role: str, number: int = 1) -> str:
        """The account of a role's first, second, … persona."""
        return self._accounts[role, number]

    def all(self, role: str) -> list[str]:
        """The accounts of everybody with a role."""
        return [account for (one, _), account in self._accounts.items() if one == role]

    def name(self, account: str) -> str:
        """What a persona is called."""
        return self._names[account]

    def noon(self, days: int) -> datetime:
        """Noon (UTC) of the day that lies so many days from now."""
        return datetime.combine((self.now + timedelta(days=days)).date(), time(12), UTC)

    def run(self, name: str, days: int, by: str, handler: Callable[[Work], R]) -> R:
        """Run a handler in a service and commit."""
        service = self.installation.services[name]
        cause = Uuid7().new()
        context = Context(actor=by, programme=PROGRAMME, correlation=cause, causation=cause)
        then = replace(service, clock=FixedClock(self.noon(days)))
        return then.transact(context, handler)

    def meet(self) -> None:
        """Wait until every service knows what the others did."""
        self.installation.wait_until_caught_up()


def seed(installation: Installation, personas: Sequence[Persona]) -> None:
    """Seed the programme, unless it is there."""
    stage = Stage(installation, personas)
    if not stage.run("grants", 0, stage.who("administrator"), _is_new):
        return
    _open_programme(stage)
    references = _register(stage)
    course_id = stage.run(
        "trainings",
        -67,
        stage.who("programme_officer"),
        lambda work: courses.create(work, by=work.context.actor, content=COURSE),
    )
    trained = _cohort(stage, course_id, "KG-2026-1", references[:CERTIFIED], first=-60)
    _certify(stage, *trained)
    second, third = references[CERTIFIED:][:READY], references[CERTIFIED + READY :]
    _cohort(stage, course_id, "TO-2026-2", second, first=-12)
    _running_cohort(stage, course_id, "KN-2026-3", third, first=-3)
    stage.meet()
    rounds.seed(stage, list(trained[1].values()))


def _is_new(work: Work) -> bool:
    state = work.load(PROGRAMME_DECIDER, derived("programme", PROGRAMME))
    return isinstance(state, NoProgramme)


def _open_programme(stage: Stage) -> None:
    officer, finance = stage.who("programme_officer"), stage.who("finance_officer")
    stage.run(
        "grants",
        -70,
        stage.who("administrator"),
        lambda work: programmes.create_programme(
            work,
            by=work.context.actor,
            name=PROGRAMME_NAME,
            regions=REGIONS,
            currencies=("RSD", "BAM", "EUR"),
        ),
    )
    stage.run(
        "grants",
        -70,
        officer,
        lambda work: programmes.add_partner(work, by=officer, name="Otvorena vrata", country="RS"),
    )
    donor = stage.run(
        "grants",
        -70,
        officer,
        lambda work: programmes.add_donor(work, by=officer, name="Fond Most", country="NO"),
    )
    stage.run(
        "grants",
        -70,
        finance,
        lambda work: programmes.open_budget_line(
            work,
            by=finance,
            donor_id=donor.body["id"],
            code="FM-2026",
            name="Grants to businesses",
            budget=Money(600_000_000, "RSD"),
        ),
    )


def _register(stage: Stage) -> list[str]:
    """Register everybody by one officer and confirm them by another; their references."""
    first, second = stage.all("programme_officer")
    for person in PEOPLE:

        def register(work: Work, person: people.NewPerson = person) -> str:
            return people.register(work, by=first, person=person)

        registration_id = stage.run("trainings", -69, first, register)

        def confirm(work: Work, registration_id: str = registration_id) -> None:
            people.confirm(work, by=second, registration_id=registration_id, means="identity_card")

        stage.run("trainings", -68, second, confirm)
    return [str(person.reference) for person in PEOPLE]


def _cohort(
    stage: Stage, course_id: str, reference: str, references: list[str], *, first: int
) -> tuple[str, dict[str, str]]:
    """A cohort with six sessions, attendance and tests; its id, and registration by reference."""
    cohort_id, enrolled = _planned(
        stage, course_id, reference, references, place="Kragujevac", first=first
    )

    def record(work: Work) -> None:
        ids = list(enrolled.values())
        # The last of them came to half of the sessions only.
        _attended(work, cohort_id, ids, SESSIONS, lambda session: session % 2 == 1)
        scores = tuple(
            Score(registration_id=one, pre_test=35 + place, post_test=58 + 3 * (place % 12))
            for place, one in enumerate(ids)
        )
        cohorts.tests(work, by=work.context.actor, cohort_id=cohort_id, scores=scores)

    stage.run("trainings", first + SESSIONS, stage.who("trainer"), record)
    return cohort_id, enrolled


def _running_cohort(
    stage: Stage, course_id: str, reference: str, references: list[str], *, first: int
) -> None:
    """A cohort whose first sessions were held; that of today waits for its trainer."""
    cohort_id, enrolled = _planned(
        stage, course_id, reference, references, place="Knić", first=first
    )

    def record(work: Work) -> None:
        ids = list(enrolled.values())
        # The last of them was away once: to be away once more would be too often.
        _attended(work, cohort_id, ids, -first, lambda session: session == 2)
        scores = tuple(
            Score(registration_id=one, pre_test=30 + 4 * place, post_test=None)
            for place, one in enumerate(ids)
        )
        cohorts.tests(work, by=work.context.actor, cohort_id=cohort_id, scores=scores)

    stage.run("trainings", -1, stage.who("trainer"), record)


def _planned(
    stage: Stage,
    course_id: str,
    reference: str,
    references: list[str],
    *,
    place: str,
    first: int,
) -> tuple[str, dict[str, str]]:
    """A cohort with a session a day and who takes part; its id, and registration by reference."""
    trainer = stage.who("trainer")
    planned = cohorts.NewCohort(
        reference=reference,
        course_id=course_id,
        country="RS",
        place=place,
        trainers=(trainer,),
    )

    def plan(work: Work) -> str:
        return cohorts.plan(work, by=trainer, cohort=planned)

    cohort_id = stage.run("trainings", first - 4, trainer, plan)

    def fill(work: Work) -> dict[str, str]:
        for day in range(SESSIONS):
            on = stage.noon(first + day).date()
            cohorts.schedule(
                work,
                by=trainer,
                cohort_id=cohort_id,
                session=None,
                on=on,
                minutes=SESSION_MINUTES,
            )
        return {
            one: cohorts.enrol(work, by=trainer, cohort_id=cohort_id, reference=one)
            for one in references
        }

    return cohort_id, stage.run("trainings", first - 3, trainer, fill)


def _attended(
    work: Work, cohort_id: str, ids: list[str], sessions: int, missed: Callable[[int], bool]
) -> None:
    """Everybody was in the first sessions, but for the last of them in those that they missed."""
    for session in range(1, sessions + 1):
        marks = tuple(
            Mark(
                registration_id=one,
                attended_minutes=0 if one == ids[-1] and missed(session) else SESSION_MINUTES,
            )
            for one in ids
        )
        cohorts.attendance(
            work, by=work.context.actor, cohort_id=cohort_id, session=session, marks=marks
        )


def _certify(stage: Stage, cohort_id: str, enrolled: dict[str, str]) -> None:
    trainer = stage.who("trainer")
    qualified = list(enrolled.values())[:-1]
    stage.run(
        "trainings",
        -53,
        trainer,
        lambda work: certificates.issue(
            work,
            by=trainer,
            trainer=stage.name(trainer),
            issuer="Otvorena vrata",
            cohort_id=cohort_id,
            registrations=qualified,
        ),
    )
    stage.run(
        "trainings",
        -52,
        trainer,
        lambda work: cohorts.close(work, by=trainer, cohort_id=cohort_id),
    )
