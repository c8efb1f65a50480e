"""A meeting as the room sees it: who is there, how far scoring is, the ranking and its money.

    room = open_room(meeting_id, "grants.meetings.read")
    room.items[0].outcome       "approved": what is on record, or what would follow now
    room.expected               Expected(approved=7, amount=Money(...)), what a decision confirms

The room is projected, so it has application numbers and no applicants' names. Scores are for those
who may read reviews, except on applications from which the reader stepped aside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, RowMapping, select

from services.grants import staff
from services.grants.applications.views import APPLICATIONS
from services.grants.calls import views as calls
from services.grants.calls.terms import Terms
from services.grants.committee import views
from services.grants.committee.deciding import Expected, approved_of, outcomes_of, ranked_one
from services.grants.committee.meeting_events import Item
from services.grants.committee.promoting import Waiting, first_waiting
from services.grants.committee.ranking import Outcome
from services.grants.committee.review_lists import Progress, concerned, pending, progress
from shared.access.reader import Reader, may
from shared.errors import Missing
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import ensure
from shared.web.commands import service

ITEMS_SHOWN_MAX: Final = 2000


@dataclass(frozen=True, kw_only=True)
class ItemShown:
    """One application of the ranking.

    score_hundredths: None when this reader may not see it. outcome: approved, waitlisted, rejected.
    votes: for, against, abstained, of members present and not recused. own_vote: the reader's.
    state: of the application now.
    """

    application_id: str
    application_no: str
    kind: str
    state: str
    requested: Money
    rank: int
    score_hundredths: int | None
    outcome: str
    recused_ids: tuple[str, ...]
    suspended: bool
    votes: dict[str, int]
    own_vote: str | None

    @property
    def carried(self) -> bool:
        """Whether no more members are against it than for it."""
        return self.votes["against"] <= self.votes["for"]


@dataclass(frozen=True, kw_only=True)
class Room:
    """A meeting with all that it is about.

    progress: before the ranking, how far the reviews are. budget, available: of the call, now.
    others: applications of the call that another meeting will have to decide.
    recusals: (application number, member), whoever stepped aside.
    first_waiting: of the call's waiting list.
    """

    meeting: RowMapping
    terms: Terms
    member_ids: tuple[str, ...]
    present_ids: tuple[str, ...]
    names: dict[str, str]
    progress: list[Progress]
    items: list[ItemShown]
    budget: Money
    available: Money
    others: int
    recusals: list[tuple[str, str]]
    expected: Expected
    chairs: bool
    takes_part: bool
    first_waiting: Waiting | None

    @property
    def state(self) -> str:
        """scoring, scoring_closed, ranked, decided or cancelled."""
        return str(self.meeting["state"])

    @property
    def over(self) -> bool:
        """Whether nothing is done in it any more."""
        return self.state in ("decided", "cancelled")

    @property
    def quorate(self) -> bool:
        """Whether enough members are present."""
        return len(self.present_ids) >= int(self.meeting["quorum"])

    @property
    def left(self) -> Money:
        """What would be left of the money after the decision."""
        return self.available - self.expected.amount

    @property
    def withdrawn(self) -> list[int]:
        """Ranks of applications that were withdrawn after the ranking."""
        gone = [one for one in self.items if one.state == "withdrawn"]
        return [one.rank for one in gone] if self.state == "ranked" else []

    @property
    def short_of_votes(self) -> list[int]:
        """Ranks that would be approved and on which fewer than a quorum voted."""
        least = int(self.meeting["quorum"])
        return [
            one.rank
            for one in self.items
            if one.outcome == "approved" and sum(one.votes.values()) < least
        ]

    @property
    def count(self) -> Counter[str]:
        """How many of each outcome."""
        return Counter(one.outcome for one in self.items)


def meeting_row(connection: Connection, meeting_id: str) -> RowMapping:
    """The meeting with its call. Raises Missing."""
    row = views.meeting(connection, meeting_id) if is_identifier(meeting_id) else None
    if row is None:
        raise missing_meeting()
    return row


def missing_meeting() -> Missing:
    """No such meeting, or none that the reader may know of."""
    return Missing("meeting-missing", N_("There is no such meeting."))


def programme_of(meeting_id: str, permission: str) -> str:
    """The meeting's programme, in which the reader has the permission."""
    with service().database.reading() as connection:
        row = meeting_row(connection, meeting_id)
    ensure(permission, row["programme"], missing=missing_meeting())
    return str(row["programme"])


def open_room(meeting_id: str, permission: str) -> Room:
    """The meeting for this reader. Raises Missing or Forbidden."""
    with service().database.reading() as connection:
        row = meeting_row(connection, meeting_id)
        reader = ensure(permission, row["programme"], missing=missing_meeting())
        return _room(connection, row, reader)


def _room(connection: Connection, row: RowMapping, reader: Reader) -> Room:
    call = calls.call(connection, row["call_id"])
    if call is None:
        raise Missing("call-missing", N_("There is no such call."))
    terms = calls.terms(call)
    members, present = _ids(row["member_ids"]), _ids(row["present_ids"])
    available = Money(call["available_minor"] or 0, terms.currency)
    items = views.items(connection, row["meeting_id"])
    applications = _applications(connection, row["meeting_id"]) if items else {}
    if row["state"] == "decided":
        outcomes = _decided(row, items)
        expected = Expected(
            approved=row["approved"], amount=Money(row["amount_minor"], row["currency"])
        )
    else:
        planned = _planned(items, applications, terms, available)
        outcomes = {one.application_id: one.outcome for one in planned}
        expected = approved_of(planned, terms.currency)
    shown = _items(connection, reader, row, items, applications, outcomes)
    about = [one["application_id"] for one in items] or [
        one["application_id"] for one in concerned(connection, row["call_id"], row["meeting_id"])
    ]
    rows = progress(connection, row["call_id"], limit=ITEMS_SHOWN_MAX, only=about) if about else []
    numbers = {one.application_id: one.application_no for one in rows}
    recusals = sorted(
        (numbers[one["application_id"]], one["member_id"])
        for one in views.sheets(connection, about)
        if one["declared"] == "recused" and one["application_id"] in numbers
    )
    chair, former = row["chair_id"], row["former_chair_id"]
    return Room(
        meeting=row,
        terms=terms,
        member_ids=members,
        present_ids=present,
        names=staff.names(connection, [*members, *(one for one in (chair, former) if one)]),
        progress=[] if items else rows,
        items=shown,
        budget=Money(call["budget_minor"] or terms.budget.minor, terms.currency),
        available=available,
        others=pending(connection, row["call_id"], besides=about),
        recusals=recusals,
        expected=expected,
        chairs=chair == reader.account_id,
        takes_part=reader.account_id in members,
        first_waiting=first_waiting(connection, row["call_id"], service().keyring),
    )


def _ids(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _applications(connection: Connection, meeting_id: str) -> dict[str, RowMapping]:
    ours = select(views.ITEMS.c.application_id).where(views.ITEMS.c.meeting_id == meeting_id)
    query = select(APPLICATIONS).where(APPLICATIONS.c.application_id.in_(ours))
    rows = connection.execute(query).mappings().all()
    return {row["application_id"]: row for row in rows}


def _decided(row: RowMapping, items: Sequence[RowMapping]) -> dict[str, str]:
    """Outcome by application as decided: approved down to a rank, then waitlisted, rejected."""
    approved, waitlisted = row["approved"], row["approved"] + row["waitlisted"]
    found: dict[str, str] = {}
    for one in items:
        if one["rank"] <= approved:
            found[one["application_id"]] = "approved"
        elif one["rank"] <= waitlisted:
            found[one["application_id"]] = "waitlisted"
        else:
            found[one["application_id"]] = "rejected"
    return found


def _planned(
    items: Sequence[RowMapping],
    applications: dict[str, RowMapping],
    terms: Terms,
    available: Money,
) -> list[Outcome]:
    """What would follow with the money that is left now."""
    cases = []
    for one in items:
        application = applications[one["application_id"]]
        item = Item(
            application_id=one["application_id"],
            version=one["submission"],
            score_hundredths=one["score_hundredths"],
            rank=one["rank"],
        )
        requested = Money(application["requested_minor"], terms.currency)
        cases.append(ranked_one(item, application["application_no"], requested))
    return outcomes_of(cases, terms, available)


def _items(
    connection: Connection,
    reader: Reader,
    row: RowMapping,
    items: Sequence[RowMapping],
    applications: dict[str, RowMapping],
    outcomes: dict[str, str],
) -> list[ItemShown]:
    scores = may(reader, "grants.reviews.read", row["programme"])
    present = set(_ids(row["present_ids"]))
    tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
    own: dict[str, str] = {}
    for one in views.votes(connection, row["meeting_id"]):
        if one["member_id"] in present:
            tally[one["application_id"]][one["vote"]] += 1
        if one["member_id"] == reader.account_id:
            own[one["application_id"]] = one["vote"]
    shown = []
    for one in items:
        application_id = one["application_id"]
        application, recused = applications[application_id], _ids(one["recused_ids"])
        aside = reader.account_id in recused
        shown.append(
            ItemShown(
                application_id=application_id,
                application_no=application["application_no"],
                kind=application["kind"],
                state=application["state"],
                requested=Money(application["requested_minor"], application["currency"]),
                rank=one["rank"],
                score_hundredths=one["score_hundredths"] if scores and not aside else None,
                outcome=outcomes[application_id],
                recused_ids=recused,
                suspended=one["suspended"],
                votes={
                    name: tally[application_id][name] for name in ("for", "against", "abstained")
                },
                own_vote=own.get(application_id),
            )
        )
    return shown
