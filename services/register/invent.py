"""Invents registers of the same form as a real one, from a seed: nothing can be fitted to them.

Other countries, currencies, numbers, criteria, tranche plans; several spellings of one person,
late and second applications, payments that came back, lines that the bank repeats, rows in no
order:

    invent(Path("/tmp/other"), seed=7)
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.register import invented_grants, invented_people
from services.register.tables import TABLES

COUNTRIES: Final = {
    "RS": ("RSD", "Europe/Belgrade", 100_000),
    "BA": ("BAM", "Europe/Sarajevo", 2_000),
    "ME": ("EUR", "Europe/Podgorica", 1_000),
    "NO": ("NOK", "Europe/Oslo", 10_000),
}
NUMBERS: Final = ("P-{:05d}", "2015/{:04d}", "učesnik {:04d}", "{:06d}")
APPLICATION_NUMBERS: Final = ("G-2016-{:03d}", "PR{:05d}", "X/{:04d}-T1")
TRANCHES: Final = ("100", "50;50", "60;40", "50;30;20", "34;33;33", "70;30")
CRITERIA: Final = (
    ("idea:40", "vulnerability:30", "experience:30"),
    ("vulnerability:7", "market:13", "costs:5", "team:5"),
    ("plan:50", "place of work:20", "vulnerability:20", "visit:5", "own share:5"),
)


@dataclass
class Person:
    """Somebody invented: their registrations, and what they were granted."""

    registrations: list[str]
    birth_date: date
    country: str
    certified_on: date | None = None
    awarded: list[date] = field(default_factory=list)


@dataclass
class Draft:
    """A register in the making: rows as they will stand in the files."""

    chance: Random
    number: str
    application_number: str
    rows: dict[str, list[dict[str, Any]]]
    people: list[Person] = field(default_factory=list)

    def add(self, table: str, **cells: Any) -> None:
        self.rows[table].append(cells)


def invent(folder: Path, *, seed: int, people: int = 60) -> None:
    """Write the twelve files of an invented register into ``folder`` (made when missing)."""
    chance = Random(seed)  # noqa: S311 (nothing secret: a seed gives the same register)
    draft = Draft(
        chance,
        chance.choice(NUMBERS),
        chance.choice(APPLICATION_NUMBERS),
        {name: [] for name in TABLES},
    )
    countries = chance.sample(sorted(COUNTRIES), 2)
    plans = [chance.choice(CRITERIA)] * 2 if seed % 2 else chance.sample(CRITERIA, 2)
    for country in countries:
        _train(draft, country, people)
    for country in countries:
        _educate(draft, country)
    for year in (2016, 2017, 2019):
        for country, plan in zip(countries, plans, strict=True):
            call = _call(draft, country, year, plan)
            invented_grants.apply_and_decide(draft, call)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in draft.rows.items():
        _write(folder / f"{name}.csv", name, rows, draft)


def _register(draft: Draft, person: Person, like: dict[str, Any]) -> str:
    number = draft.number.format(len(draft.rows["participants"]) + 1)
    draft.add("participants", **{**like, "participant_no": number})
    person.registrations.append(number)
    return number


def _somebody(draft: Draft, country: str, serial: int, *, young: bool) -> Person:
    chance = draft.chance
    sex = chance.choice("FM")
    year = chance.randrange(2003, 2005) if young else chance.randrange(1950, 1996)
    # A day apart for everybody, so that nobody is a likely duplicate by accident.
    born = date(year, 1, 1) + timedelta(days=serial % 360)
    first = chance.choice(invented_people.FIRST[sex])
    name = f"{first} {chance.choice(invented_people.LAST)}"
    jmbg = invented_people.national_number(born, serial=serial)
    if chance.random() < 0.05:
        jmbg = jmbg[:-1] + str((int(jmbg[-1]) + 1) % 10)
    person = Person([], born, country)
    like: dict[str, Any] = {
        "full_name": name,
        "jmbg": jmbg if chance.random() < 0.9 else "",
        "birth_date": born,
        "sex": sex,
        "country": country,
        "municipality": chance.choice(invented_people.PLACES[country]),
        "phone": invented_people.phone(chance) if chance.random() < 0.8 else "",
        "declared_roma": chance.choice(("yes", "no", "declined")),
        "consent": date(2014, 1, 1) + timedelta(days=chance.randrange(300)),
    }
    _register(draft, person, like)
    spelt = chance.choice((invented_people.in_cyrillic, invented_people.without_marks))
    other = {**like, "full_name": spelt(name)}
    if chance.random() < 0.15 and like["jmbg"]:
        other["municipality"] = chance.choice(invented_people.PLACES[country])
        other["declared_roma"] = chance.choice(("yes", "declined"))
        _register(draft, person, other)
    elif chance.random() < 0.08:
        # Only likely the same person: a registration without a number.
        draft.people.append(Person([], born, country))
        _register(draft, draft.people[-1], {**other, "jmbg": ""})
    draft.people.append(person)
    return person


def _train(draft: Draft, country: str, people: int) -> None:
    chance = draft.chance
    everybody = [
        _somebody(draft, country, len(draft.people) + 1, young=serial % 12 == 0)
        for serial in range(people)
    ]
    for serial in range(0, people, 12):
        kind = "vocational" if serial == 36 else "business"
        cohort = f"{country}/{serial // 12 + 1}"
        starts = date(2015, 1, 5) + timedelta(days=chance.randrange(250))
        hours = [chance.randrange(1, 8) for _ in range(chance.randrange(2, 7))]
        issued = starts + timedelta(days=7 * len(hours) + 3)
        draft.add(
            "cohorts",
            cohort=cohort,
            course="Own business, first steps",
            course_version=chance.randrange(1, 4),
            kind=kind,
            country=country,
            place=chance.choice(invented_people.PLACES[country]),
            trainer=f"trainer-{country}-{chance.randrange(3)}",
            certificates_issued_on=issued,
        )
        for session, lasted in enumerate(hours, start=1):
            day = starts + timedelta(days=7 * session)
            draft.add("sessions", cohort=cohort, session=session, date=day, hours=lasted)
        for person in everybody[serial : serial + 12]:
            certified = _attend(draft, cohort, hours, chance.choice(person.registrations))
            if certified and kind == "business":
                person.certified_on = issued


def _attend(draft: Draft, cohort: str, hours: list[int], number: str) -> bool:
    chance = draft.chance
    lazy = chance.random() < 0.15
    present = 0
    for session, lasted in enumerate(hours, start=1):
        here = chance.randrange(lasted + 1) if lazy else lasted
        present += here
        if here or chance.random() < 0.5:
            draft.add(
                "attendance", cohort=cohort, session=session, participant_no=number, hours=here
            )
    after: int | str = chance.choice((49, 50, 60, 75, 90, 100, 80, 85))
    if chance.random() < 0.06:
        after = ""
    before = chance.randrange(60) if chance.random() < 0.9 else ""
    draft.add("tests", cohort=cohort, participant_no=number, pre_test=before, post_test=after)
    return isinstance(after, int) and after >= 50 and present * 5 >= sum(hours) * 4


def _educate(draft: Draft, country: str) -> None:
    chance = draft.chance
    outcomes = (
        "class_completed",
        "primary_completed",
        "vocational_certificate",
        "secondary_diploma",
        "employment_service_qualification",
    )
    for person in draft.people:
        if person.country == country and chance.random() < 0.4:
            for outcome in chance.sample(outcomes, chance.randrange(1, 4)):
                draft.add(
                    "education",
                    participant_no=chance.choice(person.registrations),
                    outcome=outcome,
                    completed_on=date(2016, 6, 1) + timedelta(days=chance.randrange(700)),
                    institution=chance.choice(("evening school", "")),
                    evidence=f"record {chance.randrange(10**6)}",
                )


def _call(draft: Draft, country: str, year: int, plan: tuple[str, ...]) -> dict[str, Any]:
    chance = draft.chance
    currency, zone, unit = COUNTRIES[country]
    opens = date(year, 2, 1) + timedelta(days=chance.randrange(40))
    closes = opens + timedelta(days=chance.randrange(50, 80))
    deadline = datetime(closes.year, closes.month, closes.day, 23, 59, 59, tzinfo=ZoneInfo(zone))
    most = sum(int(part.rpartition(":")[2]) for part in plan)
    members = [f"committee {country} {n}" for n in range(1, chance.randrange(5, 8))]
    call = {
        "call": f"{year}-{country}-{'one' if year < 2018 else 'two'}",
        "country": country,
        "municipalities": ";".join(invented_people.PLACES[country]),
        "opens": opens,
        "deadline": deadline.isoformat(),
        "timezone": zone,
        "currency": currency,
        "budget_minor": chance.randrange(600, 900) * unit,
        "ceiling_minor": 100 * unit,
        "threshold": f"{most * 0.55:.2f}",
        "quorum": chance.randrange(2, 4),
        "cooldown_days": chance.choice((365, 730)),
        "criteria": ";".join(plan),
        "tranches": chance.choice(TRANCHES),
        "decided_on": closes + timedelta(days=30),
        "members": ";".join(members),
    }
    draft.add("calls", **call)
    return call


def _write(path: Path, name: str, rows: list[dict[str, Any]], draft: Draft) -> None:
    columns = [column.name for column in TABLES[name].columns]
    if name == "score_sheets":
        plans = (call["criteria"].split(";") for call in draft.rows["calls"])
        columns += dict.fromkeys(part.rpartition(":")[0] for plan in plans for part in plan)
    draft.chance.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
