"""Hours that a course version gives each module, against those that a cohort has scheduled.

>>> plan_of_hours(("Plan", "Market"), (16, 8), 24, sessions)
PlanOfHours(modules=(ModuleHours(number=1, title='Plan', planned=960, scheduled=960), …),
            planned=1440, scheduled=1200, unassigned=0)
>>> _.short
240

All in minutes; an hour of a course has sixty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MINUTES_AN_HOUR: Final = 60


@dataclass(frozen=True, kw_only=True)
class ModuleHours:
    """One module. ``planned`` is None where the version does not say."""

    number: int
    title: str
    planned: int | None
    scheduled: int

    @property
    def short(self) -> int:
        """How much is still to be scheduled."""
        return max(0, (self.planned or 0) - self.scheduled)


@dataclass(frozen=True, kw_only=True)
class PlanOfHours:
    """All of them. ``unassigned``: scheduled minutes of sessions that name no module."""

    modules: tuple[ModuleHours, ...]
    planned: int | None
    scheduled: int
    unassigned: int

    @property
    def short(self) -> int:
        """How much of the whole is still to be scheduled."""
        return max(0, (self.planned or 0) - self.scheduled)

    @property
    def over(self) -> int:
        """How much more than the version says is scheduled."""
        return max(0, self.scheduled - self.planned) if self.planned is not None else 0

    @property
    def modules_short(self) -> tuple[ModuleHours, ...]:
        """Modules that have too little, once every session names its module."""
        return () if self.unassigned else tuple(one for one in self.modules if one.short)


def plan_of_hours(
    modules: Sequence[str],
    module_hours: Sequence[int],
    hours: int | None,
    sessions: Iterable[tuple[int | None, int]],
) -> PlanOfHours:
    """Compare. sessions: (module's number or None, minutes) of each that is not cancelled."""
    scheduled: dict[int | None, int] = {}
    for module, minutes in sessions:
        known = module if module is not None and module <= len(modules) else None
        scheduled[known] = scheduled.get(known, 0) + minutes
    return PlanOfHours(
        modules=tuple(
            ModuleHours(
                number=number,
                title=title,
                planned=module_hours[number - 1] * MINUTES_AN_HOUR if module_hours else None,
                scheduled=scheduled.get(number, 0),
            )
            for number, title in enumerate(modules, start=1)
        ),
        planned=None if hours is None else hours * MINUTES_AN_HOUR,
        scheduled=sum(scheduled.values()),
        unassigned=scheduled.get(None, 0),
    )
