"""Certificate numbers of one programme, country and year: from 1, without a gap, never reused.

    TakeNumber(certificate_id="x1", country="RS", year=2026, …)
        -> NumberTaken(number="RS-2026-000001", certificate_id="x1")
    TakeNumber(certificate_id="x1", …) -> nothing: it has its number

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
    """Certificates in the order of their numbers: the first has sequence 1."""

    certificates: tuple[str, ...] = ()
    series: str = ""


def evolve(state: Numbering, event: NumberTaken) -> Numbering:
    """State after one more event."""
    match event:
        case NumberTaken():
            return Numbering(
                certificates=(*state.certificates, event.certificate_id),
                series=event.number.rpartition("-")[0],
            )
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


def number_of(state: Numbering, certificate_id: str) -> str | None:
    """The number that a certificate took, if it did."""
    if certificate_id not in state.certificates:
        return None
    return _number(state.series, state.certificates.index(certificate_id) + 1)


def next_number(state: Numbering, *, country: str, year: int) -> str:
    """The number that would be taken now."""
    return _number(series(country, year), len(state.certificates) + 1)


def _number(of: str, sequence: int) -> str:
    return f"{of}-{sequence:06d}"


# Commands


@dataclass(frozen=True, kw_only=True)
class TakeNumber:
    """Take the next number for a certificate. ``year``: of its issue, imported or not."""

    by: str
    now: datetime
    certificate_id: str
    country: str
    year: int


# Decide


def decide(state: Numbering, command: TakeNumber) -> tuple[Event, ...]:
    """The next number, or nothing when the certificate has one; Refused when they are used up."""
    match command:
        case TakeNumber():
            number = next_number(state, country=command.country, year=command.year)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a numbering")
    if state.series not in ("", series(command.country, command.year)):
        raise Refused("other-series", N_("These numbers are of another country or year."))
    if command.certificate_id in state.certificates:
        return ()
    if len(state.certificates) >= SEQUENCE_MAX:
        raise Refused("numbers-used-up", N_("All certificate numbers of this year are taken."))
    return (NumberTaken(number=number, certificate_id=command.certificate_id),)


NUMBERING: Final[Decider[Numbering]] = Decider(
    kind="numbering",
    initial=Numbering(),
    evolve=evolve,
    decide=decide,
    events=(NumberTaken,),
    hot=True,
    snapshots=Snapshots(Numbering, version=1),
)
