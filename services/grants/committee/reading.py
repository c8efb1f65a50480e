"""How much of a review a reader may see, by what they declared and by their roles.

    shown = open_review(application_id, "grants.reviews.read")
    shown.part        "undeclared"   assigned, has said nothing yet: sees whose it is, no more
                      "cleared"      declared no conflict: the application and the own sheet
                      "recused"      declared a conflict: nothing
                      "overseer"     chair, officer, auditor: progress; every sheet once closed
    shown.sheets()    {"m1": (Points(...), ...)}

Whoever stepped aside stays aside whatever else their roles allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping

from services.grants.applications.views import application
from services.grants.calls import views as calls
from services.grants.calls.terms import Terms
from services.grants.committee import views
from services.grants.committee.ranking import Sheet
from services.grants.committee.review import (
    REVIEW,
    NoReview,
    Review,
    ReviewState,
    Scored,
    visible_sheets,
)
from services.grants.committee.review_lists import IN_HAND
from shared.access.accesses import record_read
from shared.access.reader import Reader
from shared.access.roles import Role
from shared.errors import Missing
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service

Part: TypeAlias = Literal["undeclared", "cleared", "recused", "overseer"]

OVERSEERS: Final = frozenset({Role.committee_chair, Role.programme_officer, Role.auditor})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A review as this reader meets it.

    comments: by member, of the sheets that the reader may see. version: the review's stream.
    """

    application: RowMapping
    terms: Terms
    state: ReviewState
    version: int
    part: Part
    reader_id: str
    comments: Mapping[str, str]

    @property
    def at_work(self) -> bool:
        """Whether sheets still come in."""
        is_open = isinstance(self.state, Review) and not isinstance(self.state, Scored)
        return is_open and self.application["state"] in IN_HAND

    @property
    def may_submit(self) -> bool:
        """Whether the reader's sheet is awaited, or may be handed in anew after a reopening."""
        state = self.state
        if not (self.at_work and self.part == "cleared" and isinstance(state, Review)):
            return False
        return self.reader_id not in state.sheets or self.reader_id in state.replaceable

    def sheets(self) -> Mapping[str, Sheet]:
        """The sheets by member that the reader may see now."""
        return sheets_for(self.state, self.part, self.reader_id)


def sheets_for(state: ReviewState, part: Part, reader_id: str) -> Mapping[str, Sheet]:
    """The sheets that somebody who takes this part may see: none, the own, all once closed."""
    match part:
        case "cleared":
            return visible_sheets(state, reader_id)
        case "overseer":
            return state.sheets if isinstance(state, Scored) else {}
        case _:
            return {}


def application_row(connection: Connection, application_id: str) -> RowMapping:
    """The application with its applicant and call. Raises Missing."""
    row = application(connection, application_id) if is_identifier(application_id) else None
    if row is None:
        raise missing_application()
    return row


def missing_application() -> Missing:
    """No such application, or none that the reader may know of."""
    return Missing("application-missing", N_("There is no such application."))


def programme_of(application_id: str, permission: str) -> str:
    """The application's programme, in which the reader has the permission."""
    with service().database.reading() as connection:
        row = application_row(connection, application_id)
    ensure(permission, row["programme"], missing=missing_application())
    return str(row["programme"])


def find_call(call_id: str, permission: str) -> RowMapping:
    """The call, in whose programme the reader has the permission. Raises Missing."""
    row = None
    if is_identifier(call_id):
        with service().database.reading() as connection:
            row = calls.call(connection, call_id)
    missing = Missing("call-missing", N_("There is no such call."))
    if row is None:
        raise missing
    ensure(permission, row["programme"], missing=missing)
    return row


def record_names(rows: Iterable[Mapping[str, Any]], *, subject: str) -> None:
    """Note once a programme that applicants' names are about to be shown."""
    named = {row["programme"] for row in rows if row["declared"] != "recused"}
    for programme in sorted(named):
        record_read(
            service(),
            signed_in(),
            what="names",
            subject=subject,
            programme=programme,
            correlation=correlation_id(),
        )


def part_of(reader: Reader, programme: str, state: ReviewState) -> Part:
    """Which part the reader takes in a review. Raises Missing for a member not assigned to it."""
    if not isinstance(state, NoReview):
        if reader.account_id in state.recused:
            return "recused"
        if reader.account_id in state.cleared:
            return "cleared"
        if reader.account_id in state.member_ids:
            # A review of before has sheets without declarations: whoever scored had read it.
            return "cleared" if reader.account_id in state.sheets else "undeclared"
    if reader.roles_in(programme) & OVERSEERS:
        return "overseer"
    raise missing_application()


def open_review(application_id: str, permission: str) -> Shown:
    """The review as the reader may see it. Raises Missing or Forbidden."""
    with service().database.reading() as connection:
        row = application_row(connection, application_id)
        reader = ensure(permission, row["programme"], missing=missing_application())
        events, version = service().store.stream(connection, REVIEW.stream(application_id))
        state = REVIEW.fold(events)
        part = part_of(reader, row["programme"], state)
        call = calls.call(connection, row["call_id"])
        if call is None:
            raise Missing("call-missing", N_("There is no such call."))
        seen = sheets_for(state, part, reader.account_id)
        comments = {
            one["member_id"]: one["comment"]
            for one in views.reviewers(connection, application_id)
            if one["comment"] and one["member_id"] in seen
        }
    return Shown(
        application=row,
        terms=calls.terms(call),
        state=state,
        version=version,
        part=part,
        reader_id=reader.account_id,
        comments=comments,
    )
