"""What earns the certificate of a course version: how much of the hours, and which post-test.

>>> rule_for("business")
Rule(attendance_percent_min=80, post_test_min=50)
>>> Rule(attendance_percent_min=90, post_test_min=None)     # no test at all

A version has its rule, a cohort keeps the rule of the version that it runs, for ever. The default
of every kind is that of the domain: 80 per cent of the hours, 50 per cent in the post-test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from shared.errors import Invalid
from shared.language.marking import N_

CourseKind: TypeAlias = Literal[
    "business", "primary", "vocational", "secondary", "employment_service"
]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Per cent of the hours, and per cent in the post-test; None: there is no test."""

    attendance_percent_min: int = 80
    post_test_min: int | None = 50


DEFAULT_RULE: Final = Rule()
RULES: Final[dict[str, Rule]] = dict.fromkeys(get_args(CourseKind), DEFAULT_RULE)
"""Kind → the rule of a version that names none."""


def rule_for(kind: str) -> Rule:
    """The rule that a course of this kind begins with."""
    return RULES.get(kind, DEFAULT_RULE)


def checked(rule: Rule) -> Rule:
    """The rule when it can be met and means something, else Invalid."""
    if not 1 <= rule.attendance_percent_min <= 100:
        raise Invalid(
            "attendance-out-of-range", N_("Attendance that is needed is from 1 to 100 per cent.")
        )
    if rule.post_test_min is not None and not 1 <= rule.post_test_min <= 100:
        raise Invalid(
            "post-test-out-of-range",
            N_("The post-test that is needed is from 1 to 100 per cent, or there is no test."),
        )
    return rule
