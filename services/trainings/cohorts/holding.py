"""A cohort that a sheet is being entered in: held, so that what was judged stays true.

    hold(state, HoldForImport(importing="m1", …))        -> (HeldForImport(import_id="m1"),)
    check_free(held, RecordAttendance(by="trainer-1", …)) -> Refused: a sheet is being entered
    hold(held, ReleaseFromImport(importing="m1", …))     -> (ReleasedFromImport(import_id="m1"),)

Part of the cohort's decider (``cohort.py``). It is a matter of a minute at most.
"""

from __future__ import annotations

from services.trainings.cohorts.cohort_commands import (
    Act,
    HoldForImport,
    ReleaseFromImport,
)
from services.trainings.cohorts.cohort_events import HeldForImport, ReleasedFromImport
from services.trainings.cohorts.cohort_state import Running
from shared.errors import Refused
from shared.events.event import Event
from shared.language.marking import N_


def hold(state: Running, command: HoldForImport | ReleaseFromImport) -> tuple[Event, ...]:
    """Hold it, or let it go; again changes nothing."""
    if isinstance(command, ReleaseFromImport):
        if state.held_for != command.importing:
            return ()
        return (ReleasedFromImport(cohort_id=command.cohort_id, import_id=command.importing),)
    if state.held_for == command.importing:
        return ()
    check_free(state, command)
    return (HeldForImport(cohort_id=command.cohort_id, import_id=command.importing),)


def check_free(state: Running, command: Act) -> None:
    """Raise Refused while a sheet is being entered, unless this is part of that."""
    if not state.held_for or state.held_for == command.importing:
        return
    raise Refused(
        "cohort-held", N_("A sheet is being entered in this cohort. Try again in a minute.")
    )
