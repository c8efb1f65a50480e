"""Cohorts in words: where one stands, what a participant lacks, what happened.

>>> state_of(first_on=monday, last_on=friday, closed_on=None, today=tuesday)
State(text='Under way', colour='blue', shape='half')
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from services.trainings.cohorts.cohort_events import TakenOffWaitingList
from services.trainings.cohorts.kinds import LEVELS
from services.trainings.cohorts.qualification import Lack
from services.trainings.cohorts.views import Standing
from shared.language.marking import N_
from shared.web.language import say, words

COUNTRIES: Final = {"RS": N_("Serbia"), "BA": N_("Bosnia and Herzegovina")}
"""Where a cohort can be run: countries whose day is known (zones.py)."""

LABELS: Final = {
    "reference": N_("Reference"),
    "references": N_("References"),
    "course_id": N_("Course"),
    "country": N_("Country"),
    "place": N_("Place"),
    "trainers": N_("Trainers"),
    "on": N_("Day"),
    "minutes": N_("Length in minutes"),
    "starts": N_("Begins at"),
    "module": N_("Module"),
    "first": N_("First day"),
    "weekdays": N_("Weekdays"),
    "every_weeks": N_("Every how many weeks"),
    "count": N_("How many sessions"),
    "days": N_("Days"),
    "venue": N_("Room or address"),
    "capacity": N_("Places"),
    "level": N_("Class, cycle or year"),
    "occupation": N_("Occupation"),
    "institution": N_("School or employment service"),
    "course_version": N_("Version of the course"),
    "to": N_("Cohort"),
    "people": N_("People"),
    "reason": N_("Reason"),
    "issuer": N_("Issued by"),
    "trainer": N_("Trainer"),
}
"""Fields of the forms by the words beside them."""

WEEKDAYS: Final = {
    "0": N_("Monday"),
    "1": N_("Tuesday"),
    "2": N_("Wednesday"),
    "3": N_("Thursday"),
    "4": N_("Friday"),
    "5": N_("Saturday"),
    "6": N_("Sunday"),
}
"""Days of the week, by their numbers in Python and in the form."""

LACKS: Final[dict[Lack, str]] = {
    "not_enrolled": N_("Is not enrolled"),
    "dropped_out": N_("Dropped out"),
    "transferred": N_("Goes on in another cohort"),
    "no_sessions": N_("No session is planned"),
    "attendance_too_low": N_("Attended {share}%, at least {attendance_min}% is needed"),
    "no_post_test": N_("Final test is missing"),
    "post_test_too_low": N_("Final test {post_test}%, at least {post_test_min}% is needed"),
}

NOT_CONFIRMED: Final = N_("A second person must confirm who this is")

HAPPENED: Final = {
    "Planned": N_("The cohort was planned."),
    "TrainersChanged": N_("The trainers were changed."),
    "SessionScheduled": N_("Session {session} was put on a day."),
    "SessionCancelled": N_("Session {session} was called off."),
    "DetailsChanged": N_("Place, places or details were changed."),
    "Enrolled": N_("People were enrolled."),
    "PutOnWaitingList": N_("People were put on the waiting list."),
    "TakenOffWaitingList": N_("Somebody was taken off the waiting list."),
    "DroppedOut": N_("Somebody dropped out."),
    "CameBack": N_("Somebody came back."),
    "Transferred": N_("Somebody goes on in another cohort."),
    "AttendanceRecorded": N_("Attendance of session {session} was recorded."),
    "TestRecorded": N_("Tests were recorded."),
    "Closed": N_("The cohort was closed."),
    "Reopened": N_("The cohort was reopened."),
}
"""Class of an event → what it tells."""


LEVELS_OF: Final = {
    "class": N_("Class {number}"),
    "cycle": N_("Cycle {number}, for adults"),
    "year": N_("Year {number}"),
}
"""What a school goes by, by the first part of a code of ``kinds.py``."""


def level_words(code: str) -> str:
    """A class, cycle or year: ``class_5`` is Class 5."""
    what, _, number = code.rpartition("_")
    return say(LEVELS_OF[what], {"number": number})


def level_choices(kind: str = "") -> list[tuple[str, str]]:
    """What a cohort of a kind can be of, or of any kind."""
    kinds = (kind,) if kind else tuple(LEVELS)
    return [(code, level_words(code)) for one in kinds for code in LEVELS.get(one, ())]


class State(NamedTuple):
    """A word with a colour and a shape."""

    text: str
    colour: str
    shape: str


def state_of(
    *, first_on: date | None, last_on: date | None, closed_on: date | None, today: date
) -> State:
    """Where a cohort stands, by the days of its first and last session."""
    if closed_on is not None:
        return State(say(N_("Closed")), "grey", "dot")
    if first_on is None or last_on is None:
        return State(say(N_("Without sessions")), "orange", "triangle")
    if today < first_on:
        return State(say(N_("Not begun")), "grey", "circle")
    if today <= last_on:
        return State(say(N_("Under way")), "blue", "half")
    return State(say(N_("To be finished")), "ochre", "triangle")


def lacking(standing: Standing) -> list[str]:
    """What a participant lacks for a certificate, each a phrase."""
    found = standing.qualification
    facts = {
        "share": found.share_hundredths,
        "post_test": found.post_test,
        "attendance_min": found.rule.attendance_percent_min,
        "post_test_min": found.rule.post_test_min,
    }
    phrases = [say(LACKS[lack], facts) for lack in found.missing]
    if not standing.confirmed:
        phrases.append(say(NOT_CONFIRMED))
    return phrases


def answer(participants: Sequence[Standing], *, too_early: bool) -> str:
    """The cohort's question answered in words: how many can be certified."""
    total = len(participants)
    ready = sum(one.can_be_certified for one in participants)
    certified = sum(one.number is not None for one in participants)
    facts = {"total": total, "ready": ready, "certified": certified}
    if not total:
        return say(N_("Nobody is enrolled yet"))
    if certified == total:
        return words().ngettext(
            "The one participant is certified", "All {count} are certified", total
        )
    if too_early:
        return say(N_("{ready} of {total} qualify so far"), facts)
    if ready:
        return say(N_("{ready} of {total} can be certified"), facts)
    if certified:
        return say(N_("{certified} of {total} are certified, nobody else can be yet"), facts)
    return say(N_("None of {total} can be certified yet"), facts)


def happened(kind: str, events: Sequence[Any]) -> tuple[str, str]:
    """What events of one kind, written at once, tell; and for how many people."""
    first = events[0]
    sentence = say(HAPPENED[kind], {"session": getattr(first, "session", "")})
    if isinstance(first, TakenOffWaitingList) or not hasattr(first, "registration_id"):
        return sentence, getattr(first, "reason", "")
    return sentence, words().ngettext("{count} person", "{count} people", len(events))
