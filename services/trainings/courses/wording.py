"""Courses in words: what kinds are called, what a certificate asks for, what happened.

>>> KIND_WORDS["business"]
'Business'
>>> rule_words(80, None)
'80% of the hours, no test'
"""

from __future__ import annotations

from typing import Any, Final

from services.trainings.courses.course import OfferedAgain, Retired
from shared.language.marking import N_
from shared.web.language import say

KIND_WORDS: Final = {
    "business": N_("Business"),
    "primary": N_("Primary school"),
    "vocational": N_("Vocational"),
    "secondary": N_("Secondary school"),
    "employment_service": N_("Employment service"),
}


def rule_words(attendance_percent_min: int, post_test_min: int | None) -> str:
    """What a certificate asks for."""
    facts = {"attendance": attendance_percent_min, "test": post_test_min}
    if post_test_min is None:
        return say(N_("{attendance}% of the hours, no test"), facts)
    return say(N_("{attendance}% of the hours and {test}% in the test after"), facts)


def happened(event: Any) -> str:
    """What an event of a course tells."""
    facts = {"version": event.version}
    match event:
        case Retired(version=None):
            return say(N_("The course was retired."))
        case Retired():
            return say(N_("Version {version} was retired."), facts)
        case OfferedAgain(version=None):
            return say(N_("The course is offered again."))
        case OfferedAgain():
            return say(N_("Version {version} is offered again."), facts)
        case _:
            return say(N_("Version {version} was published."), facts)
