"""What the correction of a certificate may say of its holder, hours and days.

    checked(command, was)       # was: what it says now; Invalid, Refused, or what it will say

Nobody alone makes it somebody else's: the name is the one that stands in it, or the one in the
person's record, which a second person confirmed. Hours and days are at most those that the cohort
recorded, and days not after the day of issue. So one person may correct them, with a reason on
record; whoever checks the certificate learns that it was corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.trainings.certificates.certificate_commands import Supersede
from services.trainings.people.fields import NAME_LENGTH_MAX, line, one_line
from shared.clock import day_in
from shared.errors import Invalid, Refused
from shared.language.marking import N_

MINUTES_MAX: Final = 5000 * 60
"""No course is longer, whatever was recorded."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Hours and days in a certificate."""

    minutes: int
    session_dates: tuple[date, ...]


def name(command: Supersede) -> str:
    """The name that the next version has. Raises Refused for any but the two that are known."""
    wanted = line(command.full_name, field="full_name", length_max=NAME_LENGTH_MAX)
    if command.present_name is not None and wanted == one_line(command.present_name):
        return wanted
    recorded = one_line(command.recorded_name or "")
    if wanted != recorded or not command.name_confirmed:
        raise Refused(
            "name-not-on-record",
            N_("Correct the person’s record first; a second person confirms it."),
            field="full_name",
        )
    return wanted


def hours_and_days(command: Supersede, was: Said, *, issued_on: date) -> Said:
    """Hours and days of the next version; days in order, each once. Raises Invalid.

    What stays as it is is never refused: certificates of before have their own hours and days.
    """
    days = tuple(sorted(set(command.session_dates)))
    if command.minutes != was.minutes:
        minutes_max = min(command.minutes_max, MINUTES_MAX)
        if not 1 <= command.minutes <= minutes_max:
            raise Invalid(
                "minutes",
                N_("{field} is from 1 to {minutes_max}, as many as the cohort recorded."),
                field="minutes",
                minutes_max=minutes_max,
            )
    if days != tuple(sorted(set(was.session_dates))):
        _check_days(days, was, command, issued_on)
    return Said(minutes=command.minutes, session_dates=days)


def _check_days(days: tuple[date, ...], was: Said, command: Supersede, issued_on: date) -> None:
    last = min(issued_on, day_in(command.now, command.zone))
    if not days or days[-1] > last:
        raise Invalid(
            "session-days",
            N_("A certificate names at least one day of the course, and none after {last_on}."),
            field="session_dates",
            last_on=last.isoformat(),
        )
    if not set(days) <= {*command.held_on, *was.session_dates}:
        raise Invalid(
            "session-days-unknown",
            N_("On one of these days the cohort had no session. Correct its sessions first."),
            field="session_dates",
        )
