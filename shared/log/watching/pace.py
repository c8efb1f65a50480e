"""How patient a watching service is, and how much it asks for: all its waiting in one place.

>>> Pace().sweep_positions
1000
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long, how often, how much.

    sweep_every, sweep_positions: how often so many entries of each log are asked for again.
    answer_within, attempts:      an entry that was asked for so often and never came is missing.
    stuck_after:                  the same, for the entry that must come next.
    back_times, back_for:         a log that says so often, over such a time, that it ends earlier.
    heard_within:                 who was not heard for longer is not asked for anything.
    keep_every:                   how often what was heard is written down.
    jump:                         after such a pause of our own nothing follows from silence.
    """

    sweep_every: timedelta = timedelta(seconds=60)
    sweep_positions: int = 1_000
    answer_within: timedelta = timedelta(seconds=3)
    attempts: int = 3
    stuck_after: timedelta = timedelta(seconds=12)
    back_times: int = 3
    back_for: timedelta = timedelta(seconds=2)
    heard_within: timedelta = timedelta(seconds=5)
    keep_every: timedelta = timedelta(seconds=5)
    jump: timedelta = timedelta(seconds=20)


PACE = Pace()
