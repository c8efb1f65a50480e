"""What trainers noted about one participant, entry by entry: what stands, and what is in dispute.

    entries = Entries().recorded("3", "e1")       # in session 3 the entry e1 stands
    entries.standing["3"]                         # "e1": whoever changes it says that they saw it
    entries.contested(Contest(entry_id="e2", place="3", value=0, …))

A place is a session's number or a test. An entry has an id from whoever made it, so that one sent
twice is recorded once; entries from before have none, and get one by their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from shared.events.event import PersonalText

BEFORE: Final = "pre"
AFTER: Final = "post"
TESTS: Final = (BEFORE, AFTER)
"""The places that are no sessions: the test before and the one after."""


@dataclass(frozen=True, kw_only=True)
class Contest:
    """An entry that was made without knowing what stands there; a person decides.

    value: minutes of a session; per cent of a test, or points where there is a maximum.
    """

    entry_id: str
    place: str
    value: int
    maximum: int | None = None
    excused_as: PersonalText | None = None
    excused: PersonalText | None = None


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Entries of one participant: which stands in each place, which ids are known, which contest.

    count: how many were recorded, to name those that came without an id.
    """

    standing: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    contests: Mapping[str, Contest] = field(default_factory=dict)
    count: int = 0

    def recorded(self, place: str, entry_id: str | None) -> Entries:
        """After an entry was recorded: it stands."""
        count = self.count + 1
        standing = {**self.standing, place: entry_id or f"v{count}"}
        known = self.known | {entry_id} if entry_id else self.known
        return replace(self, standing=standing, known=known, count=count)

    def contested(self, contest: Contest, *, instead_of: str | None) -> Entries:
        """After an entry was put aside; ``instead_of``: an earlier one that it takes back."""
        kept = {one: held for one, held in self.contests.items() if one != instead_of}
        kept[contest.entry_id] = contest
        return replace(self, known=self.known | {contest.entry_id}, contests=kept)

    def settled(self, entry_id: str) -> Entries:
        """After a person decided about a contest."""
        kept = {one: held for one, held in self.contests.items() if one != entry_id}
        return replace(self, contests=kept)
