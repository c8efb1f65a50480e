"""A new content is a new version; an old version never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.trainings.courses.course import (
    COURSE,
    CourseCommand,
    ImportCourseVersion,
    OfferAgain,
    OfferedAgain,
    PublishCourseVersion,
    RetireCourse,
    Retired,
    VersionPublished,
)
from services.trainings.courses.rule import DEFAULT_RULE, Rule
from shared.errors import Invalid, Missing, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PUBLISH = PublishCourseVersion(
    by="o", now=NOW, course_id="c1", title="Trade", kind="business", hours=24, modules=("Plan",)
)
HISTORY = ImportCourseVersion(
    by="o", now=NOW, course_id="c1", version=3, title="Trade", kind="business"
)


def after(*commands: CourseCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += COURSE.decide(COURSE.fold(events), command)
    return events


def test_versions_count_up_and_the_same_content_is_no_new_one() -> None:
    events = after(PUBLISH, PUBLISH, replace(PUBLISH, hours=30))
    assert [e.version for e in events if isinstance(e, VersionPublished)] == [1, 2]


def test_history_brings_versions_in_any_order_once() -> None:
    events = after(HISTORY, HISTORY, replace(HISTORY, version=1), PUBLISH)
    assert [e.version for e in events if isinstance(e, VersionPublished)] == [3, 1, 4]
    with pytest.raises(Refused, match="version-exists"):
        after(HISTORY, replace(HISTORY, title="Craft"))


def test_hours_and_modules_are_needed() -> None:
    for wrong in (replace(PUBLISH, hours=0), replace(PUBLISH, modules=())):
        with pytest.raises(Invalid):
            after(wrong)


RETIRE = RetireCourse(by="o", now=NOW, course_id="c1", version=1, reason="The law changed")
OFFER = OfferAgain(by="o", now=NOW, course_id="c1", version=1)


def test_another_title_hours_or_rule_is_a_new_version_and_the_old_one_stays() -> None:
    renamed = replace(PUBLISH, title="Commerce")
    strict = replace(renamed, rule=Rule(attendance_percent_min=90, post_test_min=None))
    state = COURSE.fold(after(PUBLISH, renamed, strict, strict))
    assert [one.title for one in state.versions.values()] == ["Trade", "Commerce", "Commerce"]
    assert state.versions[1].rule == DEFAULT_RULE
    assert state.versions[3].rule == Rule(attendance_percent_min=90, post_test_min=None)


def test_a_version_from_before_rules_were_written_down_asks_for_eighty_and_fifty() -> None:
    old = VersionPublished(
        course_id="c1", version=1, title="Trade", kind="business", hours=24, modules=("Plan",)
    )
    assert COURSE.fold([old]).versions[1].rule == Rule(attendance_percent_min=80, post_test_min=50)


@pytest.mark.parametrize(
    ("modules", "module_hours", "code"),
    [
        (("Plan", "Market"), (16,), "module-hours"),
        (("Plan", "Market"), (24, 0), "module-hours"),
        (("Plan", "Market"), (16, 9), "hours-do-not-add-up"),
    ],
)
def test_hours_of_modules_are_those_of_the_course(
    modules: tuple[str, ...], module_hours: tuple[int, ...], code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        after(replace(PUBLISH, modules=modules, module_hours=module_hours))
    assert after(replace(PUBLISH, modules=modules, module_hours=(16, 8)))


def test_what_is_retired_is_offered_no_more_until_somebody_says_so() -> None:
    two = (PUBLISH, replace(PUBLISH, hours=30))
    retired = (*two, replace(RETIRE, version=2), replace(RETIRE, version=2))
    assert [type(one) for one in after(*retired)].count(Retired) == 1
    assert COURSE.fold(after(*retired)).offered == 1
    whole = (*retired, replace(RETIRE, version=None))
    assert COURSE.fold(after(*whole)).offered == 0
    with pytest.raises(Refused, match="course-retired"):
        after(*whole, replace(PUBLISH, hours=40))
    again = (*whole, replace(OFFER, version=None), replace(OFFER, version=2))
    assert isinstance(after(*again)[-1], OfferedAgain) and COURSE.fold(after(*again)).offered == 2
    assert after(*two, OFFER) == after(*two)


def test_only_what_is_there_is_retired_and_with_a_reason() -> None:
    with pytest.raises(Missing, match="no-course"):
        after(RETIRE)
    with pytest.raises(Missing, match="no-version"):
        after(PUBLISH, replace(RETIRE, version=2))
    with pytest.raises(Invalid):
        after(PUBLISH, replace(RETIRE, reason=""))
