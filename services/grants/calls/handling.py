"""What people do with calls, for API and pages alike.

    perform(row["programme"], lambda work: open_call(work, call_id, by=actor(), version=3))

The work's context names the programme. Whoever may act was asked before.
"""

from __future__ import annotations

from sqlalchemy import RowMapping

from services.grants.applications.handling import lapse_drafts
from services.grants.calls import closing, views
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import OpenBudget
from services.grants.calls.call import (
    CALL,
    AmendCall,
    ArchiveCall,
    CallCommand,
    CancelCall,
    CloseCall,
    DraftCall,
    OpenCall,
    OpenCase,
    PublishCall,
)
from services.grants.calls.call_events import Opened
from services.grants.calls.terms import Terms
from services.grants.programmes.handling import check_currency, running
from services.grants.programmes.region import serves
from services.grants.staff import COMMITTEE, all_hold
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, PERMISSIONS, Role
from shared.errors import Invalid, Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service

READ = "grants.calls.read"


def call_row(call_id: str, permission: str = READ) -> RowMapping:
    """A call for those who have the permission in its programme; drafts for staff only.

    Raises Missing for no such call.
    """
    with service().database.reading() as connection:
        row = views.call(connection, call_id) if is_identifier(call_id) else None
    if row is None:
        raise _missing()
    reader = ensure(permission, row["programme"], missing=_missing())
    if row["state"] == "draft" and not is_within(row["programme"], drafts_within(reader)):
        raise _missing()
    return row


def drafts_within(reader: Reader) -> frozenset[str]:
    """The programmes whose drafts a reader sees: where they do more than apply."""
    staff = PERMISSIONS[READ] - {Role.applicant}
    found = frozenset(grant.programme for grant in reader.roles if grant.role in staff)
    return frozenset({EVERY_PROGRAMME}) if EVERY_PROGRAMME in found else found


def is_within(programme: str, programmes: frozenset[str]) -> bool:
    """Whether a programme is among the reader's."""
    return EVERY_PROGRAMME in programmes or programme in programmes


def _missing() -> Missing:
    return Missing("call-missing", N_("There is no such call."))


def draft_call(work: Work, *, by: str, code: str, title: str, terms: Terms) -> Answer:
    """Prepare a call under a code that is new in the programme; 201."""
    _check_terms(work, terms)
    call_id = work.new_id()
    command = DraftCall(by=by, now=work.now, call_id=call_id, code=code, title=title, terms=terms)
    work.decide(CALL, call_id, command)
    taken = N_("Another call of this programme has this code.")
    work.claim(Claim("call-code", code, CALL.stream(call_id), "call-code-taken", taken))
    return _receipt(work, call_id, status=201)


def amend_call(
    work: Work, call_id: str, *, by: str, version: int, title: str, terms: Terms
) -> Answer:
    """Give a call that is not open yet another title and terms, whole."""
    _check_terms(work, terms)
    return _act(work, call_id, AmendCall(by=by, now=work.now, title=title, terms=terms), version)


def publish_call(work: Work, call_id: str, *, by: str, version: int) -> Answer:
    """Let everybody read the call."""
    running(work)
    return _act(work, call_id, PublishCall(by=by, now=work.now), version)


def open_call(work: Work, call_id: str, *, by: str, version: int) -> Answer:
    """Let applications come in: the terms freeze, the call gets its money, its end is scheduled.

    All of it is one append, so that no call is ever open without its money.
    """
    running(work)
    work.expect(CALL, call_id, version)
    events = work.decide(CALL, call_id, OpenCall(by=by, now=work.now))
    state = work.load(CALL, call_id)
    if isinstance(state, OpenCase) and any(isinstance(event, Opened) for event in events):
        money = OpenBudget(by=by, now=work.now, call_id=call_id, budget=state.terms.budget)
        work.decide(BUDGET, call_id, money)
        closing.schedule(work, call_id, state.terms)
    return _receipt(work, call_id)


def close_call(work: Work, call_id: str, *, by: str, version: int) -> Answer:
    """Close the call after its deadline; what is still a draft lapses."""
    answer = _act(work, call_id, CloseCall(by=by, now=work.now), version)
    lapse_drafts(work, call_id, by=by)
    closing.schedule_rest(work, call_id)
    return answer


def cancel_call(work: Work, call_id: str, *, by: str, version: int, reason: str) -> Answer:
    """Cancel a call that is not decided."""
    return _act(work, call_id, CancelCall(by=by, now=work.now, reason=reason), version)


def archive_call(work: Work, call_id: str, *, by: str, version: int) -> Answer:
    """Put a decided call away."""
    return _act(work, call_id, ArchiveCall(by=by, now=work.now), version)


def _act(work: Work, call_id: str, command: CallCommand, version: int) -> Answer:
    work.expect(CALL, call_id, version)
    work.decide(CALL, call_id, command)
    return _receipt(work, call_id)


def _receipt(work: Work, call_id: str, *, status: int = 200) -> Answer:
    return receipt(work, CALL, call_id, status=status, location=f"/grants/calls/{call_id}")


def _check_terms(work: Work, terms: Terms) -> None:
    """The terms keep to what the programme is: its currencies, municipalities, members."""
    programme = running(work)
    check_currency(programme, terms.currency)
    for region in terms.regions:
        for name in region.municipalities:
            if not serves(programme.regions, country=region.country, municipality=name):
                raise Invalid(
                    "region-outside",
                    N_("The programme does not work in {municipality}, {country}."),
                    municipality=name,
                    country=region.country,
                )
    if not all_hold(work.connection, terms.member_ids, COMMITTEE, work.context.programme):
        raise Invalid(
            "members-without-role",
            N_("Name only people who have the role of a committee member or chair here now."),
        )
