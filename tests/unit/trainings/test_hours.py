"""Too few hours of a module are told before the last session, in minutes."""

from __future__ import annotations

from services.trainings.cohorts.hours import plan_of_hours

MODULES = ("Plan", "Market")


def test_each_module_is_compared_with_what_is_scheduled() -> None:
    plan = plan_of_hours(MODULES, (16, 8), 24, [(1, 960), (2, 240)])
    assert [(one.title, one.planned, one.scheduled, one.short) for one in plan.modules] == [
        ("Plan", 960, 960, 0),
        ("Market", 480, 240, 240),
    ]
    assert (plan.short, plan.over, [one.number for one in plan.modules_short]) == (240, 0, [2])


def test_sessions_without_a_module_count_for_the_whole_only() -> None:
    plan = plan_of_hours(MODULES, (16, 8), 24, [(None, 1440), (7, 60)])
    assert (plan.short, plan.over, plan.unassigned, plan.modules_short) == (0, 60, 1500, ())


def test_what_history_does_not_tell_is_not_short() -> None:
    plan = plan_of_hours((), (), None, [(None, 60)])
    assert (plan.planned, plan.short, plan.over, plan.modules) == (None, 0, 0, ())
    told = plan_of_hours(MODULES, (), 2, [])
    assert [one.planned for one in told.modules] == [None, None] and told.short == 120
