"""An application for a grant, from the first draft to the decision.

    DraftApplication(application_id="a1", application_no="A0001", …) -> Drafted
    SubmitApplication() -> Submitted(version=1)
    RequestChanges(note="…") -> ChangesRequested; ReviseApplication(…); SubmitApplication()
        -> Submitted(version=2)
    RecordChecks(version=1, …) -> Refused: version 2 is the one that counts
    RecordChecks(version=2, checks=…) -> FoundEligible, or FoundIneligible with the first reason
    RankApplication(version=2, …) -> Ranked
    DecideApplication(version=2, outcome="approved", …) -> Approved

Whoever assisted is on record here, since ``committee/review.py`` does not let them score.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, get_args

from services.grants.applications.application_commands import (
    ApplicationCommand,
    ConfirmReinstatement,
    DecideApplication,
    DraftApplication,
    FollowPerson,
    FromHistory,
    ImportApplication,
    ImportDecision,
    LapseApplication,
    PromoteApplication,
    ProposeReinstatement,
    RankApplication,
    ReceivePaper,
    RecordChecks,
    RequestChanges,
    ReviseApplication,
    SubmitApplication,
    WithdrawApplication,
)
from services.grants.applications.application_decisions import (
    confirm_reinstatement,
    impossible,
    outcome,
    promote,
    propose_reinstatement,
    rank,
    record_checks,
    who,
)
from services.grants.applications.application_events import (
    ApplicationEvent,
    ChangesRequested,
    Drafted,
    Lapsed,
    MovedToPerson,
    PaperReceived,
    Revised,
    Submitted,
    Withdrawn,
)
from services.grants.applications.application_state import (
    ApplicationState,
    ApprovedCase,
    ChangesRequestedCase,
    DraftCase,
    LapsedCase,
    NoApplication,
    RankedCase,
    Received,
    RejectedCase,
    SubmittedCase,
    WaitlistedCase,
    Whose,
    WithdrawnCase,
    Written,
    evolve,
)
from services.grants.programmes.history import require_open
from services.grants.programmes.wording import CODE_LENGTH_MAX, REASON_LENGTH_MAX, worded
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_
from shared.money import Money

ACCOUNT_LENGTH_MAX: Final = 40


def decide(state: ApplicationState, command: ApplicationCommand) -> tuple[Event, ...]:
    """Events that follow from the command; a Problem when it breaks a rule."""
    if isinstance(command, FromHistory):
        require_open(history_open=command.history_open)
    match command:
        case ReceivePaper():
            return _receive(state, command)
        case DraftApplication():
            return _draft(state, command)
        case ImportApplication():
            return _import(state, command)
    if isinstance(state, NoApplication):
        raise Missing("application-missing", N_("There is no such application."))
    match command:
        case ReviseApplication():
            return _revise(state, command)
        case SubmitApplication():
            return _submit(state, command)
        case RequestChanges():
            return _request_changes(state, command)
        case RecordChecks():
            return record_checks(state, command)
        case ProposeReinstatement():
            return propose_reinstatement(state, command)
        case ConfirmReinstatement():
            return confirm_reinstatement(state, command)
        case WithdrawApplication():
            return _withdraw(state)
        case LapseApplication():
            return _lapse(state)
        case FollowPerson():
            return _follow(state.whose, command)
        case _:
            return _decide_committee(state, command)


def _decide_committee(state: ApplicationState, command: ApplicationCommand) -> tuple[Event, ...]:
    match command:
        case RankApplication():
            return rank(state, command)
        case DecideApplication():
            today = day_in(command.now, command.zone)
            return outcome(_ranked(state), command, decided_on=today)
        case ImportDecision():
            ranked = rank(state, command)
            after = APPLICATION.fold(ranked, state)
            return ranked + outcome(_ranked(after), command, decided_on=command.decided_on)
        case PromoteApplication():
            return promote(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of an application")


def _ranked(state: ApplicationState) -> RankedCase:
    if not isinstance(state, RankedCase):
        raise impossible(state)
    return state


def _follow(whose: Whose, command: FollowPerson) -> tuple[Event, ...]:
    if whose.person_id == command.person_id:
        return ()
    return (
        MovedToPerson(
            application_id=whose.application_id,
            registration_id=whose.registration_id,
            person_id=command.person_id,
            from_person_id=whose.person_id,
        ),
    )


# Writing and handing in


def _receive(state: ApplicationState, command: ReceivePaper) -> tuple[Event, ...]:
    if not isinstance(state, NoApplication):
        raise Refused("application-exists", N_("This application was recorded before."))
    _require_call_open(command.call_open)
    return (
        PaperReceived(
            application_id=command.application_id,
            application_no=worded(
                command.application_no, field="application_no", length_max=CODE_LENGTH_MAX
            ),
            call_id=command.call_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            received_at=command.now,
        ),
    )


def _draft(state: ApplicationState, command: DraftApplication) -> tuple[Event, ...]:
    match state:
        case NoApplication():
            _require_call_open(command.call_open)
        case Received(whose=whose):
            # Paper that came in time may be keyed after the call closed.
            came = (whose.call_id, whose.registration_id, whose.person_id, whose.application_no)
            if command.channel != "paper" or came != (
                command.call_id,
                command.registration_id,
                command.person_id,
                command.application_no,
            ):
                raise Invalid("other-paper", N_("The reception recorded another application."))
        case _:
            raise Refused("application-exists", N_("This application was recorded before."))
    if command.channel == "assisted" and not command.assisted_by:
        raise Invalid("assisted-by", N_("State who assists the applicant."))
    return (_drafted(command, assisted_by=command.assisted_by, imported=False),)


def _import(state: ApplicationState, command: ImportApplication) -> tuple[Event, ...]:
    if not isinstance(state, NoApplication):
        raise Refused("application-exists", N_("This application was recorded before."))
    if command.submitted_at.utcoffset() is None or command.submitted_at > command.now:
        raise Invalid("submitted-at", N_("The submission needs an offset and lies in the past."))
    # Who assisted before this system is not known; nobody is invented for it.
    drafted = _drafted(command, assisted_by=None, imported=True)
    written = evolve(state, drafted)
    if not isinstance(written, DraftCase):
        raise impossible(written)
    return (drafted, _submitted(written, command.submitted_at, imported=True))


def _drafted(
    command: DraftApplication | ImportApplication, *, assisted_by: str | None, imported: bool
) -> Drafted:
    _check_amounts(command.requested, command.own_contribution, command.call_currency)
    return Drafted(
        application_id=command.application_id,
        application_no=worded(
            command.application_no, field="application_no", length_max=CODE_LENGTH_MAX
        ),
        call_id=command.call_id,
        registration_id=command.registration_id,
        person_id=command.person_id,
        kind=command.kind,
        business=worded(command.business, field="business"),
        requested=command.requested,
        own_contribution=command.own_contribution,
        account=_account(command.account),
        channel=command.channel,
        assisted_by=assisted_by,
        imported=imported,
    )


def _revise(state: ApplicationState, command: ReviseApplication) -> tuple[Event, ...]:
    if not isinstance(state, DraftCase | ChangesRequestedCase):
        raise impossible(state)
    _check_amounts(command.requested, command.own_contribution, state.content.requested.currency)
    return (
        Revised(
            application_id=state.whose.application_id,
            registration_id=state.whose.registration_id,
            kind=command.kind,
            business=worded(command.business, field="business"),
            requested=command.requested,
            own_contribution=command.own_contribution,
            account=_account(command.account),
        ),
    )


def _submit(state: ApplicationState, command: SubmitApplication) -> tuple[Event, ...]:
    match state:
        case DraftCase():
            return (_submitted(state, state.whose.received_at or command.now, imported=False),)
        case ChangesRequestedCase(submitted_at=submitted_at):
            # Completing it on request does not cost the applicant the place in time.
            return (_submitted(state, submitted_at, imported=False),)
        case SubmittedCase():
            return ()
        case _:
            raise impossible(state)


def _submitted(state: Written, submitted_at: datetime, *, imported: bool) -> Submitted:
    return Submitted(
        application_id=state.whose.application_id,
        application_no=state.whose.application_no,
        call_id=state.whose.call_id,
        registration_id=state.whose.registration_id,
        person_id=state.whose.person_id,
        kind=state.content.kind,
        requested=state.content.requested,
        channel=state.content.channel,
        version=state.version + 1,
        submitted_at=submitted_at,
        imported=imported,
    )


def _request_changes(state: ApplicationState, command: RequestChanges) -> tuple[Event, ...]:
    if not isinstance(state, SubmittedCase):
        raise impossible(state)
    return (
        ChangesRequested(
            application_id=state.whose.application_id,
            registration_id=state.whose.registration_id,
            call_id=state.whose.call_id,
            note=worded(command.note, field="note", length_max=REASON_LENGTH_MAX),
        ),
    )


def _withdraw(state: ApplicationState) -> tuple[Event, ...]:
    match state:
        case WithdrawnCase():
            return ()
        case NoApplication() | LapsedCase() | ApprovedCase() | WaitlistedCase() | RejectedCase():
            raise impossible(state)
        case _:
            return (Withdrawn(**who(state.whose)),)


def _lapse(state: ApplicationState) -> tuple[Event, ...]:
    match state:
        case DraftCase(whose=whose) if whose.received_at is None:
            return (Lapsed(**who(whose)),)
        case _:
            # Handed in, on paper in time, or over already: nothing to do for due work.
            return ()


def _check_amounts(requested: Money, own_contribution: Money, currency: str) -> None:
    if {requested.currency, own_contribution.currency} != {currency}:
        raise Invalid("currency-differs", N_("This call is in {currency}."), currency=currency)
    if requested.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be above zero."))
    if own_contribution.minor < 0:
        raise Invalid("amount-negative", N_("The own contribution cannot be below zero."))


def _account(account: str | None) -> str | None:
    if account is None or not account.strip():
        return None
    return worded(account, field="account", length_max=ACCOUNT_LENGTH_MAX)


def _require_call_open(call_open: bool) -> None:
    if not call_open:
        raise Refused("call-not-open", N_("This call is not open for applications."))


APPLICATION: Final = Decider[ApplicationState](
    kind="application",
    initial=NoApplication(),
    evolve=evolve,
    decide=decide,
    events=get_args(ApplicationEvent),
)
