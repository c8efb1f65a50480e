"""Who will and who will not qualify, in words: a sign to find them by, and what is to be done.

>>> told(one)
Told(sign=State(text='On course', …), phrases=['Needs 3 of the 4 sessions to come', …])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.trainings.cohorts.outlook import Outlook
from services.trainings.cohorts.views import Standing
from services.trainings.cohorts.wording import NOT_CONFIRMED, State
from shared.language.marking import N_
from shared.web.language import say, words

LEFT_REASONS: Final = {
    "work": N_("Work"),
    "health": N_("Health"),
    "moved": N_("Moved away"),
    "family": N_("Family"),
    "transport": N_("No way to get there"),
    "other": N_("Something else"),
    "not_told": N_("Not told"),
}
"""Why somebody left, by the codes of ``leaving.py``."""


class Told(NamedTuple):
    """A sign, and phrases that say why and what is to be done."""

    sign: State
    phrases: list[str]


def told(one: Standing) -> Told:
    """What is said of somebody who takes part."""
    found = one.outlook
    phrases = [_attendance(found), *_unrecorded(found), *_test(one)]
    if not one.confirmed:
        phrases.append(say(NOT_CONFIRMED))
    return Told(sign(found), [phrase for phrase in phrases if phrase])


def sign(found: Outlook) -> State:
    """The shortest answer."""
    if found.attendance == "no_sessions":
        return State(say(N_("No sessions yet")), "grey", "circle")
    if not found.can_qualify:
        return State(say(N_("Cannot qualify")), "orange", "cross")
    if found.at_risk:
        return State(say(N_("At risk")), "orange", "triangle")
    if found.attendance == "reached" and found.test in ("passed", "not_needed"):
        return State(say(N_("Qualifies")), "teal", "check")
    return State(say(N_("On course")), "blue", "half")


def _attendance(found: Outlook) -> str:
    percent = found.rule.attendance_percent_min
    match found.attendance:
        case "reached":
            return say(N_("Enough hours"))
        case "on_course" if found.sessions_needed == found.sessions_to_come:
            return words().ngettext(
                "Will qualify by coming to the one session to come",
                "Will qualify by coming to each of the {count} sessions to come",
                found.sessions_to_come,
            )
        case "on_course":
            facts = {"needed": found.sessions_needed, "count": found.sessions_to_come}
            return say(
                N_("Will qualify by coming to {needed} of the {count} sessions to come"), facts
            )
        case "out_of_reach":
            facts = {"percent": percent, "best": found.best_hundredths}
            return say(N_("Cannot reach {percent}% any more, {best}% at best"), facts)
        case _:
            return ""


def _unrecorded(found: Outlook) -> list[str]:
    if not found.sessions_unrecorded or found.attendance in ("reached", "out_of_reach"):
        return []
    return [
        words().ngettext(
            "Attendance of {count} session is not recorded",
            "Attendance of {count} sessions is not recorded",
            found.sessions_unrecorded,
        )
    ]


def _test(one: Standing) -> list[str]:
    found = one.outlook
    facts = {"post_test": one.qualification.post_test, "post_test_min": found.rule.post_test_min}
    match found.test:
        case "missing":
            return [say(N_("No test after yet"))]
        case "too_low":
            sentence = N_("Final test {post_test}%, at least {post_test_min}% is needed")
            return [say(sentence, facts)]
        case _:
            return []


def counted(people: Sequence[Standing]) -> dict[str, int]:
    """How many of those who take part are sure, on course, at risk, beyond it."""
    found = {"sure": 0, "on_course": 0, "at_risk": 0, "cannot": 0}
    for one in people:
        if not one.takes_part or one.outlook.attendance == "no_sessions":
            continue
        outlook = one.outlook
        if not outlook.can_qualify:
            found["cannot"] += 1
        elif outlook.at_risk:
            found["at_risk"] += 1
        elif outlook.attendance == "reached" and outlook.test in ("passed", "not_needed"):
            found["sure"] += 1
        else:
            found["on_course"] += 1
    return found
