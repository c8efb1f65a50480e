"""Whether an application is eligible: looked at, recorded, overridden by two people.

examined(connection, row, terms)                      what the rules say now, rule by rule
perform(programme, lambda work: check(work, application_id, by=actor(), version=3, …))
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from services.grants.applications import application_commands as c
from services.grants.applications.application import APPLICATION
from services.grants.applications.application_state import (
    IneligibleCase,
    Received,
    SubmittedCase,
    Written,
)
from services.grants.applications.claims import only_one, release
from services.grants.applications.eligibility import (
    Check,
    Submission,
    examine,
    first_failing,
)
from services.grants.applications.facts import facts_of
from services.grants.calls.call import CALL, ClosedCase, Held, NoCall, OpenCase, status
from services.grants.calls.terms import Terms
from shared.access.own import check_not_own
from shared.errors import Missing, Refused
from shared.events.work import Work
from shared.language.marking import N_
from shared.money import Money
from shared.web.commands import Answer, receipt

ELIGIBLE: Final = "eligible"
"""A finding is this, or the rule that failed first."""


def examined(connection: Connection, row: Mapping[str, Any], terms: Terms) -> tuple[Check, ...]:
    """What the rules say about a submitted application now."""
    return _examine(
        connection,
        terms,
        application_id=row["application_id"],
        call_id=row["call_id"],
        registration_id=row["registration_id"],
        submitted_at=row["submitted_at"],
        requested=Money(row["requested_minor"], row["currency"]),
    )


def finding(checks: tuple[Check, ...]) -> str:
    """``eligible``, or the rule that failed first."""
    return first_failing(checks) or ELIGIBLE


def check(
    work: Work, application_id: str, *, by: str, expected: str | None, version: int | None
) -> Answer:
    """Examine it by the rules and record the finding: with the committee, or not eligible.

    expected: the finding that the officer saw; Refused when it is another one by now.
    """
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    state = work.load(APPLICATION, application_id)
    checks: tuple[Check, ...] = ()
    number = 0
    if isinstance(state, SubmittedCase):
        number = state.version
        checks = examine_case(work, state, state.submitted_at)
        if expected and finding(checks) != expected:
            raise Refused(
                "finding-changed",
                N_("The facts have changed since you looked. Look at the checks again."),
                finding=finding(checks),
            )
    command = c.RecordChecks(by=by, now=work.now, version=number, checks=checks)
    work.decide(APPLICATION, application_id, command)
    after = work.load(APPLICATION, application_id)
    if isinstance(after, IneligibleCase):
        release(work, after.whose)
    return receipt_of(work, application_id)


def propose_override(
    work: Work, application_id: str, *, by: str, reason: str, version: int | None
) -> Answer:
    """Propose to let it through all the same. Refused once the call is decided or cancelled."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    _require_undecided(work, application_id)
    command = c.ProposeReinstatement(by=by, now=work.now, reason=reason)
    work.decide(APPLICATION, application_id, command)
    return receipt_of(work, application_id)


def confirm_override(work: Work, application_id: str, *, by: str, version: int | None) -> Answer:
    """A second person agrees. Refused when the person has begun another one in the call by now."""
    work.expect(APPLICATION, application_id, version)
    require_not_own(work, application_id)
    _require_undecided(work, application_id)
    work.decide(APPLICATION, application_id, c.ConfirmReinstatement(by=by, now=work.now))
    state = work.load(APPLICATION, application_id)
    if isinstance(state, Written):
        whose = state.whose
        work.claim(only_one(whose.call_id, whose.person_id, application_id))
    return receipt_of(work, application_id)


def require_not_own(work: Work, application_id: str) -> None:
    """Raises Forbidden when the application is of whoever acts."""
    state = work.load(APPLICATION, application_id)
    if isinstance(state, Received | Written):
        check_not_own(state.whose.registration_id, work.context.own)


def _require_undecided(work: Work, application_id: str) -> None:
    """Raises Refused when the application's call is decided, put away or cancelled."""
    state = work.load(APPLICATION, application_id)
    if not isinstance(state, Written):
        return
    call = work.guard(CALL, state.whose.call_id)
    if not isinstance(call, OpenCase | ClosedCase):
        raise Refused(
            "call-state",
            N_("The call is {state}; this is not possible now."),
            state=status(call),
        )


def call_of(work: Work, call_id: str) -> Held:
    """The call; if it closes before the work is committed, that is run again. Raises Missing."""
    state = work.guard(CALL, call_id)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    return state


def examine_case(work: Work, state: Written, moment: datetime) -> tuple[Check, ...]:
    """What the rules say about an application handed in at ``moment`` (aware)."""
    whose = state.whose
    return _examine(
        work.connection,
        call_of(work, whose.call_id).terms,
        application_id=whose.application_id,
        call_id=whose.call_id,
        registration_id=whose.registration_id,
        submitted_at=moment,
        requested=state.content.requested,
    )


def _examine(
    connection: Connection,
    terms: Terms,
    *,
    application_id: str,
    call_id: str,
    registration_id: str,
    submitted_at: datetime,
    requested: Money,
) -> tuple[Check, ...]:
    facts = facts_of(
        connection,
        registration_id,
        application_id=application_id,
        call_id=call_id,
        kind=terms.certificate_kind,
        submitted_at=submitted_at,
    )
    return examine(Submission(submitted_at=submitted_at, requested=requested), terms, facts)


def receipt_of(work: Work, application_id: str) -> Answer:
    """The usual answer about an application."""
    return receipt(work, APPLICATION, application_id, location=address(application_id))


def address(application_id: str) -> str:
    """The application's page."""
    return f"/grants/applications/{application_id}"
