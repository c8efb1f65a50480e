"""What trainings does when the past of a programme is closed: no training of before comes in.

grants.programme.history_closed.v1 (programme P)  ->  HistoryClosed in import_desk/P

The act is one for the whole programme: the administrator's, on its page or at the command line.
"""

from __future__ import annotations

from typing import Final

from services.trainings.imports.desk import DESK, CloseHistory
from shared.events.projection import Recorded
from shared.events.types import Foreign, reads
from shared.events.work import Work
from shared.service import Reaction


@reads("grants.programme.history_closed.v1")
class ProgrammeHistoryClosed(Foreign, frozen=True, kw_only=True):
    """Nothing of the programme's past may be brought in any more."""

    reason: str


def react(work: Work, recorded: Recorded) -> None:
    """Close it here too."""
    match recorded.event:
        case ProgrammeHistoryClosed() as event:
            command = CloseHistory(by=recorded.actor, now=work.now, reason=event.reason)
            work.decide(DESK, recorded.programme, command)


CLOSING: Final = Reaction(events=(ProgrammeHistoryClosed,), react=react)
