"""What people do with applications, for the API and the pages alike.

    numbered(perform, programme, lambda work: draft(work, by=actor(), call_id=..., ...))
    perform(programme, lambda work: submit(work, application_id, by=actor(), version=3))

Checking is in ``checking.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select

from services.grants.applications import application_commands as c
from services.grants.applications import views
from services.grants.applications.application import APPLICATION
from services.grants.applications.application_events import Channel, Drafted, Kind, Revised
from services.grants.applications.application_state import (
    ChangesRequestedCase,
    DraftCase,
    LapsedCase,
    Received,
    Whose,
    WithdrawnCase,
    Written,
)
from services.grants.applications.checking import (
    address,
    call_of,
    examine_case,
    receipt_of,
    require_not_own,
)
from services.grants.applications.claims import (
    NUMBER_TAKEN,
    SECOND,
    claim_number,
    next_number,
    only_one,
    release,
)
from services.grants.calls.call import Held, OpenCase
from services.grants.calls.terms import Terms
from services.grants.foreign import registration
from shared.access.own import check_not_own
from shared.errors import Missing, Refused
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service

ATTEMPTS_MAX: Final = 10
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What an application says. ``account``: None for none."""

    kind: Kind
    business: str
    requested: Money
    own_contribution: Money
    account: str | None


def of_programme(application_id: str, permission: str) -> Mapping[str, Any]:
    """The application's row, for those who have the permission in its programme."""
    # Before it is looked for: one address may ask for several, and a refusal must not tell.
    ensure(permission, None)
    row = None
    if is_identifier(application_id):
        with service().database.reading() as connection:
            row = views.application(connection, application_id)
    missing = Missing("application-missing", N_("There is no such application."))
    if row is None:
        raise missing
    ensure(permission, row["programme"], missing=missing)
    return dict(row)


def numbered(run: Callable[[str, Callable[[Work], Answer]], R], programme: str,
             handler: Callable[[Work], Answer]) -> R:  # fmt: skip
    """Perform what gives an application its number; again when somebody else took that number."""
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return run(programme, handler)
        except Refused as refused:
            if refused.code != NUMBER_TAKEN:
                raise
    return run(programme, handler)


# Writing


def receive(work: Work, *, by: str, call_id: str, registration_id: str) -> Answer:
    """Note that a paper application came in now; what it says is typed in later."""
    call, person_id = call_of(work, call_id), _person(work, registration_id)
    _require_not_over(call.terms, work.now)
    application_id = work.new_id()
    number = next_number(work, call)
    command = c.ReceivePaper(
        by=by,
        now=work.now,
        application_id=application_id,
        application_no=number,
        call_id=call_id,
        call_open=isinstance(call, OpenCase),
        registration_id=registration_id,
        person_id=person_id,
    )
    work.decide(APPLICATION, application_id, command)
    claim_number(work, number, application_id)
    work.claim(only_one(call_id, person_id, application_id))
    return receipt(work, APPLICATION, application_id, status=201, location=address(application_id))


def draft(
    work: Work,
    *,
    by: str,
    call_id: str,
    registration_id: str,
    channel: Channel,
    content: Content,
) -> Answer:
    """Begin an application. An officer who writes it with the applicant has assisted."""
    call, person_id = call_of(work, call_id), _person(work, registration_id)
    _require_not_over(call.terms, work.now)
    application_id = work.new_id()
    number = next_number(work, call)
    whose = Whose(
        application_id=application_id,
        application_no=number,
        call_id=call_id,
        registration_id=registration_id,
        person_id=person_id,
        received_at=None,
    )
    _draft(work, whose, call, by=by, channel=channel, content=content)
    claim_number(work, number, application_id)
    work.claim(only_one(call_id, person_id, application_id))
    return receipt(work, APPLICATION, application_id, status=201, location=address(application_id))


def revise(
    work: Work, application_id: str, *, by: str, content: Content, version: int | None
) -> Answer:
    """Write anew what it says; for paper that was only received: type it in."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    state = work.load(APPLICATION, application_id)
    if isinstance(state, Received):
        call = call_of(work, state.whose.call_id)
        _draft(work, state.whose, call, by=by, channel="paper", content=content)
    else:
        command = c.ReviseApplication(
            by=by,
            now=work.now,
            kind=content.kind,
            business=content.business,
            requested=content.requested,
            own_contribution=content.own_contribution,
            account=content.account,
        )
        work.decide(APPLICATION, application_id, command)
    return receipt_of(work, application_id)


def account_of(connection: Connection, application_id: str) -> str | None:
    """The bank account that the application names last; it stands in no view."""
    account = None
    for recorded in service().store.history(connection, APPLICATION.stream(application_id)):
        if isinstance(recorded.event, Drafted | Revised):
            account = recorded.event.account
    return service().text(account)


def submit(work: Work, application_id: str, *, by: str, version: int | None) -> Answer:
    """Hand it in, for the first time or again. Refused when late, uncertified or a second one."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    state = work.load(APPLICATION, application_id)
    moment: datetime | None = None
    match state:
        case DraftCase(whose=whose):
            moment = whose.received_at or work.now
        case ChangesRequestedCase(submitted_at=submitted_at):
            moment = submitted_at
    if moment is not None and isinstance(state, Written):
        _require_may_submit(work, state, moment)
    work.decide(APPLICATION, application_id, c.SubmitApplication(by=by, now=work.now))
    return receipt_of(work, application_id)


def request_changes(
    work: Work, application_id: str, *, by: str, note: str, version: int | None
) -> Answer:
    """Return it to be completed."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    work.decide(APPLICATION, application_id, c.RequestChanges(by=by, now=work.now, note=note))
    return receipt_of(work, application_id)


def withdraw(work: Work, application_id: str, *, by: str, version: int | None) -> Answer:
    """The applicant takes it back."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    taken = work.decide(APPLICATION, application_id, c.WithdrawApplication(by=by, now=work.now))
    state = work.load(APPLICATION, application_id)
    if taken and isinstance(state, WithdrawnCase):
        release(work, state.whose)
    return receipt_of(work, application_id)


def lapse_drafts(work: Work, call_id: str, *, by: str) -> int:
    """Let what is still a draft lapse, as part of closing the call; how many there were."""
    still = select(views.APPLICATIONS.c.application_id).where(
        views.APPLICATIONS.c.call_id == call_id, views.APPLICATIONS.c.state == "draft"
    )
    drafts = work.connection.execute(still).scalars().all()
    for application_id in drafts:
        lapsed = work.decide(APPLICATION, application_id, c.LapseApplication(by=by, now=work.now))
        state = work.load(APPLICATION, application_id)
        if lapsed and isinstance(state, LapsedCase):
            release(work, state.whose)
    return len(drafts)


# Parts


def _draft(
    work: Work, whose: Whose, call: Held, *, by: str, channel: Channel, content: Content
) -> None:
    command = c.DraftApplication(
        by=by,
        now=work.now,
        application_id=whose.application_id,
        application_no=whose.application_no,
        call_id=whose.call_id,
        call_currency=call.terms.currency,
        call_open=isinstance(call, OpenCase),
        registration_id=whose.registration_id,
        person_id=whose.person_id,
        kind=content.kind,
        business=content.business,
        requested=content.requested,
        own_contribution=content.own_contribution,
        account=content.account,
        channel=channel,
        assisted_by=by if channel == "assisted" else None,
    )
    work.decide(APPLICATION, whose.application_id, command)


def _require_may_submit(work: Work, state: Written, moment: datetime) -> None:
    call = call_of(work, state.whose.call_id)
    failed = {one.rule for one in examine_case(work, state, moment) if not one.passed}
    if "late" in failed:
        raise _late(call.terms)
    if "no_certificate" in failed:
        raise Refused(
            "no-certificate",
            N_("The applicant has no valid certificate of the kind that this call asks for."),
            certificate_kind=call.terms.certificate_kind,
        )
    if "second_application" in failed:
        raise Refused("second-application", SECOND)


def _person(work: Work, registration_id: str) -> str:
    row = registration(work.connection, registration_id)
    if row is None or row["programme"] != work.context.programme:
        raise Missing("registration-missing", N_("There is no such registration here yet."))
    check_not_own(registration_id, work.context.own)
    person_id: str = row["person_id"]
    return person_id


def _require_not_over(terms: Terms, now: datetime) -> None:
    if now > terms.last_moment():
        raise _late(terms)


def _late(terms: Terms) -> Refused:
    return Refused(
        "late",
        N_("The deadline of this call was {deadline}. Nothing can be handed in any more."),
        deadline=terms.last_moment(),
    )
