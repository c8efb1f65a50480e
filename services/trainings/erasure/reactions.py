"""What trainings does when another service answers: it notes what was counted and purged.

grants.erasure.purged.v1 (erasure e1)  ->  ServicePurged(service="grants") in erasure/e1
"""

from __future__ import annotations

from typing import Final

from services.trainings.erasure.handling import note
from shared.events.projection import Recorded
from shared.events.types import source_of
from shared.events.work import Work
from shared.privacy.erasure_events import erasure_answers
from shared.service import Reaction
from shared.settings import SERVICES

OTHERS: Final = tuple(one for one in SERVICES if one != "trainings")


def react(work: Work, recorded: Recorded) -> None:
    """Note an answer."""
    note(work, source_of(type(recorded.event).event_type), recorded.event)


ANSWERS: Final = Reaction(
    events=tuple(cls for one in OTHERS for cls in erasure_answers(one)), react=react
)
