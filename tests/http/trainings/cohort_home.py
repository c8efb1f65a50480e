"""A cohort to work in: planned, with sessions, people enrolled, and as far on as a test needs.

cohort = Cohort.begun(house, people=3)      # planned, two sessions, three confirmed people
cohort.finished()                           # the days went by, everybody attended and passed
ana = cohort.trainer()                      # asks as the trainer
ana.post(f"{API}/cohorts/{cohort.id}/close", If_Match=cohort.etag)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.trainings.certificates import handling as certificates
from services.trainings.cohorts import handling, views
from services.trainings.cohorts.cohort_commands import Mark, Score
from services.trainings.cohorts.handling import NewCohort
from services.trainings.people import handling as people
from services.trainings.people.handling import Identity
from shared.access.roles import Role
from shared.bus.applying import apply_batch
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.events.work import Work
from shared.identifiers import derived
from tests.http.trainings.conftest import PROGRAMME, Asker, House

API: Final = "/trainings/api/v1"
TRAINER: Final = "trainer-1"
OTHER_TRAINER: Final = "trainer-2"
FIRST: Final = date(2026, 3, 2)
LAST: Final = date(2026, 3, 3)
MINUTES: Final = 360
NAMES: Final = ("Mira Primer", "Sanja Uzorak", "Dragan Ogled", "Jovana Proba", "Ivan Izmišljen")


@dataclass
class Cohort:
    """One cohort of a house. ``people``: registrations in the order of NAMES."""

    house: House
    id: str
    people: list[str]

    @classmethod
    def begun(
        cls,
        house: House,
        *,
        people: int = 3,
        reference: str = "RS-BT-01",
        trainers: Sequence[str] = (TRAINER, OTHER_TRAINER),
        confirmed: bool = True,
    ) -> Cohort:
        """A cohort with two sessions in the days to come and people enrolled."""
        trains(house, TRAINER, "Ana Trenerica")
        trains(house, OTHER_TRAINER, "Boris Trener")
        course_id = house.course()
        new = NewCohort(
            reference=reference,
            course_id=course_id,
            country="RS",
            place="Kragujevac",
            trainers=tuple(trainers),
        )
        cohort_id = house.act(lambda work: handling.plan(work, by=TRAINER, cohort=new), by=TRAINER)
        registered = [
            house.person(
                full_name=NAMES[n % len(NAMES)],
                reference=f"{reference}-P{n + 1}",
                confirmed_by="officer-2" if confirmed else None,
            )
            for n in range(people)
        ]

        def fill(work: Work) -> None:
            for day in (FIRST, LAST):
                handling.schedule(
                    work, by=TRAINER, cohort_id=cohort_id, session=None, on=day, minutes=MINUTES
                )
            for n in range(people):
                handling.enrol(
                    work, by=TRAINER, cohort_id=cohort_id, reference=f"{reference}-P{n + 1}"
                )

        house.act(fill, by=TRAINER)
        return cls(house, cohort_id, registered)

    def on_last_day(self) -> None:
        """It is now the day of the last session."""
        self.house.clock.moment = self.house.clock.moment.replace(day=LAST.day)

    def finished(self, *, passing: int | None = None) -> None:
        """The last day is here; the first ``passing`` people attended and passed the test."""
        self.on_last_day()
        good = self.people if passing is None else self.people[:passing]

        def record(work: Work) -> None:
            for session in (1, 2):
                marks = tuple(
                    Mark(registration_id=one, attended_minutes=MINUTES if one in good else 60)
                    for one in self.people
                )
                handling.attendance(
                    work, by=TRAINER, cohort_id=self.id, session=session, marks=marks
                )
            scores = tuple(
                Score(registration_id=one, pre_test=30, post_test=80 if one in good else 40)
                for one in self.people
            )
            handling.tests(work, by=TRAINER, cohort_id=self.id, scores=scores)

        self.house.act(record, by=TRAINER)

    def issue(self, *people: str, by: str = TRAINER) -> list[str]:
        """Issue certificates without HTTP; their ids."""
        return self.house.act(
            lambda work: certificates.issue(
                work,
                by=by,
                trainer="Ana Trenerica",
                issuer="Udruženje Primer",
                cohort_id=self.id,
                registrations=people or self.people,
            ),
            by=by,
        )

    def renamed(self, name: str, *, person: int = 0, confirmed: bool = True) -> None:
        """An officer corrects the name in somebody's record; a second person confirms it."""
        whose = self.people[person]
        identity = Identity(
            full_name=name, birth_date="1990-01-01", sex="F", jmbg=None, reason="Misspelt"
        )
        self.house.act(
            lambda work: people.correct(
                work, by="officer-1", registration_id=whose, identity=identity
            )
        )
        if confirmed:
            self.house.confirm(whose, by="officer-2")

    def row(self) -> Any:
        """The cohort's row as it is now."""
        with self.house.service.database.reading() as connection:
            found = views.record(connection, self.id)
        assert found is not None
        return found

    @property
    def version(self) -> str:
        """The version now, as a form carries it."""
        return str(self.row().version)

    @property
    def etag(self) -> str:
        """The version now, as If-Match carries it."""
        return f'"{self.version}"'

    def trainer(self, account: str = TRAINER) -> Asker:
        """Asks as a trainer."""
        return self.house.as_reader(Role.trainer, account=account)

    def officer(self, account: str = "officer-1") -> Asker:
        """Asks as a programme officer."""
        return self.house.as_reader(Role.programme_officer, account=account)


def trains(house: House, account: str, name: str, *, programme: str | None = PROGRAMME) -> None:
    """Accounts tells that somebody of this name trains in the programme; None: in every one."""
    house.staff(account, name)
    tell_role(house, account, "role_granted", programme=programme)


def tell_role(house: House, account: str, happened: str, *, programme: str | None) -> None:
    """Accounts tells that a trainer's role was granted or revoked."""
    position = house.positions["accounts"] + 1
    house.positions["accounts"] = position
    data = {"account_id": account, "role": "trainer", "programme": programme}
    envelope = Envelope(
        id=derived("event", "accounts", str(position)),
        source="accounts",
        subject=f"account/{account}",
        type=f"{PREFIX}accounts.account.{happened}.v1",
        time=house.clock.now(),
        streamversion=position + 1,
        installation="zanat",
        programme="-",
        actor="administrator",
        correlationid="c",
        causationid="c",
        data=encode_data(data),
    )
    apply_batch(house.service, {"accounts": {position: encode(envelope)}})


def next_day(house: House) -> None:
    """A day goes by."""
    house.clock.advance(timedelta(days=1))
