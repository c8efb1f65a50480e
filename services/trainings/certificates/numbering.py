"""Certificate numbers of one programme, country and year: from 1, without a gap, never reused.

    TakeNumber(certificate_id="x1", country="RS", year=2026, …)
        -> NumberTaken(number="RS-2026-000001", certificate_id="x1")
    TakeNumber(certificate_id="x1", held="RS-2026-000001", …) -> nothing: it has its number

Many issuers want the next number at once, so the stream is hot: locked before it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.trainings.people.fields import country_code
from shared.errors import Invalid, Refused
from shared.events.decider import Decider, Snapshots
from shared.events.event import Event, event_type
from shared.language.marking import N_

SEQUENCE_MAX: Final = 999_999


# Events


@event_type("trainings.numbering.number_taken.v1")
class NumberTaken(Event, frozen=True, kw_only=True):
    """The number belongs to the certificate for ever."""

    number: str
    certificate_id: str


# State


@dataclass(frozen=True)
class Numbering:
    """How many numbers of a series are taken; the last one has the sequence ``count``.

    Whose they are stands in the certificates' own streams, written in the same append: held here
    too, a hundred thousand of them would be read and copied for every next one.
    """

    count: int = 0
    series: str = ""


def evolve(state: Numbering, event: NumberTaken) -> Numbering:
    """State after one more event."""
    match event:
        case NumberTaken():
            return Numbering(count=state.count + 1, series=event.number.rpartition("-")[0])
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a numbering")


def series(country: str, year: int) -> str:
    """What the numbers of a country and year begin with, such as RS-2026."""
    if not 1900 <= year <= 9999:
        raise Invalid("year-out-of-range", N_("The year of a certificate has four digits."))
    return f"{country_code(country)}-{year}"


def numbering_id(*, programme: str, country: str, year: int) -> str:
    """The id of the stream: ``<programme>-<country>-<year>``."""
    return f"{programme}-{series(country, year)}"


def next_numbers(state: Numbering, *, country: str, year: int, count: int = 1) -> list[str]:
    """The numbers that would be taken now, in their order."""
    first, of = state.count + 1, series(country, year)
    return [_number(of, sequence) for sequence in range(first, first + count)]


def _number(of: str, sequence: int) -> str:
    return f"{of}-{sequence:06d}"


# Commands


@dataclass(frozen=True, kw_only=True)
class TakeNumber:
    """Take the next number for a certificate. ``year``: of its issue, imported or not.

    held: the number that the certificate has by its own stream; empty before it is issued.
    """

    by: str
    now: datetime
    certificate_id: str
    country: str
    year: int
    held: str = ""


# Decide


def decide(state: Numbering, command: TakeNumber) -> tuple[Event, ...]:
    """The next number, or nothing when the certificate has one; Refused when they are used up."""
    match command:
        case TakeNumber():
            numbers = next_numbers(state, country=command.country, year=command.year)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a numbering")
    if state.series not in ("", series(command.country, command.year)):
        raise Refused("other-series", N_("These numbers are of another country or year."))
    if command.held:
        return ()
    if state.count >= SEQUENCE_MAX:
        raise Refused("numbers-used-up", N_("All certificate numbers of this year are taken."))
    return (NumberTaken(number=numbers[0], certificate_id=command.certificate_id),)


NUMBERING: Final[Decider[Numbering]] = Decider(
    kind="numbering",
    initial=Numbering(),
    evolve=evolve,
    decide=decide,
    events=(NumberTaken,),
    hot=True,
    snapshots=Snapshots(Numbering, version=2),
)
