"""An application's life, from paper or screen to the decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.grants.applications import application_commands as c
from services.grants.applications import application_events as e
from services.grants.applications.application import APPLICATION, decide
from services.grants.applications.application_state import (
    ApplicationState,
    NoApplication,
    Written,
    status,
)
from services.grants.applications.eligibility import Check
from shared.errors import Problem
from shared.events.event import Event
from shared.money import Money

NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
ZONE = "Europe/Belgrade"
REQUESTED = Money(30_000, "RSD")
IDS: dict[str, Any] = {
    "application_id": "a1",
    "application_no": "A0001",
    "call_id": "c1",
    "registration_id": "r1",
    "person_id": "p1",
}
CONTENT: dict[str, Any] = {
    "kind": "start",
    "business": "carpentry workshop",
    "requested": REQUESTED,
    "own_contribution": Money(0, "RSD"),
    "account": None,
}
PASSED = (
    Check(rule="late", rule_version=1, passed=True),
    Check(rule="not_adult", rule_version=1, passed=True),
)
FAILED = (PASSED[0], Check(rule="not_adult", rule_version=1, passed=False))


def by(who: str, now: datetime = NOW) -> dict[str, Any]:
    return {"by": who, "now": now}


def draft(**changes: Any) -> c.DraftApplication:
    fields = {
        **by("mira"),
        **IDS,
        **CONTENT,
        "call_currency": "RSD",
        "call_open": True,
        "channel": "self_service",
    }
    return c.DraftApplication(**{**fields, **changes})


DRAFT = draft()
SUBMIT = c.SubmitApplication(**by("mira"))
REVISE = c.ReviseApplication(**by("mira"), **CONTENT)
CHANGES = c.RequestChanges(**by("officer"), note="State the rent.")
ELIGIBLE = c.RecordChecks(**by("officer"), version=1, checks=PASSED)
INELIGIBLE = c.RecordChecks(**by("officer"), version=1, checks=FAILED)
RANK = c.RankApplication(**by("chair"), meeting_id="g1", version=1, score_hundredths=8840, rank=6)
WITHDRAW = c.WithdrawApplication(**by("mira"))
LAPSE = c.LapseApplication(**by("due"))
RECEIVE = c.ReceivePaper(**by("reception"), **IDS, call_open=True)


def outcome(name: c.DecidedOutcome, **changes: Any) -> c.DecideApplication:
    fields = {**by("chair"), "meeting_id": "g1", "version": 1, "outcome": name, "zone": ZONE}
    return c.DecideApplication(**{**fields, **changes})


def after(*commands: c.ApplicationCommand) -> ApplicationState:
    state: ApplicationState = NoApplication()
    for command in commands:
        state = APPLICATION.fold(decide(state, command), state)
    return state


def last(*commands: c.ApplicationCommand) -> tuple[Event, ...]:
    *before, command = commands
    return decide(after(*before), command)


def refusal(*commands: c.ApplicationCommand) -> str:
    with pytest.raises(Problem) as refused:
        last(*commands)
    return refused.value.code


REVIEWED = (DRAFT, SUBMIT, ELIGIBLE)
RANKED = (*REVIEWED, RANK)


def test_from_draft_to_approval() -> None:
    (approved,) = last(*RANKED, outcome("approved"))
    assert approved == e.Approved(
        **IDS,
        kind="start",
        meeting_id="g1",
        version=1,
        score_hundredths=8840,
        rank=6,
        amount=REQUESTED,
        decided_on=date(2026, 3, 1),
    )
    assert status(after(*RANKED, outcome("approved"))) == "approved"


@pytest.mark.parametrize(("name", "kind"), [("waitlisted", e.Waitlisted), ("rejected", e.Rejected)])
def test_other_decisions(name: c.DecidedOutcome, kind: type[Event]) -> None:
    (decided,) = last(*RANKED, outcome(name))
    assert isinstance(decided, kind)
    assert status(after(*RANKED, outcome(name))) == name


def test_requested_changes_make_a_new_version_and_keep_the_moment_of_submission() -> None:
    (again,) = last(DRAFT, SUBMIT, CHANGES, REVISE, c.SubmitApplication(**by("mira", LATER)))
    assert isinstance(again, e.Submitted)
    assert (again.version, again.submitted_at) == (2, NOW)


def test_what_was_examined_or_decided_binds_to_its_version() -> None:
    anew = (DRAFT, SUBMIT, CHANGES, SUBMIT)
    assert refusal(*anew, ELIGIBLE) == "version-changed"
    second = c.RecordChecks(**by("officer"), version=2, checks=PASSED)
    assert refusal(*anew, second, RANK) == "version-changed"
    assert refusal(*RANKED, outcome("approved", version=2)) == "version-changed"
    assert refusal(*RANKED, outcome("approved", meeting_id="g2")) == "other-meeting"


def test_the_first_failing_check_is_the_reason() -> None:
    (found,) = last(DRAFT, SUBMIT, INELIGIBLE)
    assert isinstance(found, e.FoundIneligible)
    assert (found.reason, found.checks) == ("not_adult", FAILED)


def test_reinstatement_takes_a_reason_and_two_people() -> None:
    propose = c.ProposeReinstatement(**by("officer"), reason="The document was misread.")
    found = (DRAFT, SUBMIT, INELIGIBLE)
    assert refusal(*found, c.ConfirmReinstatement(**by("other"))) == "not-proposed"
    assert refusal(*found, propose, c.ConfirmReinstatement(**by("officer"))) == "second-person"
    (reinstated,) = last(*found, propose, c.ConfirmReinstatement(**by("other")))
    assert isinstance(reinstated, e.Reinstated)
    assert (reinstated.overridden, reinstated.confirmed_by) == ("not_adult", "other")
    assert refusal(*found, c.ProposeReinstatement(**by("officer"), reason=" ")) == "text-length"
    assert refusal(DRAFT, SUBMIT, propose) == "application-state"


def test_paper_counts_from_the_reception_and_may_be_keyed_after_the_call_closed() -> None:
    keyed = draft(by="officer", channel="paper", call_open=False, assisted_by="officer", now=LATER)
    (submitted,) = last(RECEIVE, keyed, c.SubmitApplication(**by("officer", LATER)))
    assert isinstance(submitted, e.Submitted)
    assert submitted.submitted_at == NOW
    assert refusal(RECEIVE, draft(channel="self_service")) == "other-paper"
    assert refusal(RECEIVE, draft(channel="paper", person_id="p2")) == "other-paper"
    assert last(RECEIVE, keyed, LAPSE) == ()


def test_nothing_comes_in_while_the_call_is_not_open() -> None:
    assert refusal(draft(call_open=False)) == "call-not-open"
    assert refusal(c.ReceivePaper(**by("reception"), **IDS, call_open=False)) == "call-not-open"


def test_a_draft_lapses_and_what_was_handed_in_does_not() -> None:
    assert status(after(DRAFT, LAPSE)) == "lapsed"
    assert refusal(DRAFT, LAPSE, SUBMIT) == "application-state"
    assert last(DRAFT, SUBMIT, LAPSE) == ()


@pytest.mark.parametrize(
    "before",
    [
        (RECEIVE,),
        (DRAFT,),
        (DRAFT, SUBMIT),
        (DRAFT, SUBMIT, CHANGES),
        (DRAFT, SUBMIT, INELIGIBLE),
        REVIEWED,
        RANKED,
    ],
)
def test_withdrawn_from_any_state_before_the_decision(
    before: tuple[c.ApplicationCommand, ...],
) -> None:
    assert status(after(*before, WITHDRAW)) == "withdrawn"
    assert last(*before, WITHDRAW, WITHDRAW) == ()


def test_not_withdrawn_after_the_decision() -> None:
    assert refusal(*RANKED, outcome("approved"), WITHDRAW) == "application-state"


def test_promoted_from_the_waiting_list_only() -> None:
    promote = c.PromoteApplication(**by("chair", LATER), zone=ZONE)
    (approved,) = last(*RANKED, outcome("waitlisted"), promote)
    assert isinstance(approved, e.Approved)
    assert approved.promoted
    assert approved.decided_on == date(2026, 4, 1)
    assert last(*RANKED, outcome("approved"), promote) == ()
    assert refusal(*RANKED, outcome("rejected"), promote) == "application-state"


def test_ranked_anew_after_the_meeting_was_reopened() -> None:
    again = c.RankApplication(
        **by("chair"), meeting_id="g1", version=1, score_hundredths=9000, rank=1
    )
    (ranked,) = last(*RANKED, again)
    assert isinstance(ranked, e.Ranked)
    assert ranked.rank == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"requested": Money(0, "RSD")}, "amount-not-positive"),
        ({"requested": Money(1, "EUR")}, "currency-differs"),
        ({"own_contribution": Money(-1, "RSD")}, "amount-negative"),
        ({"business": ""}, "text-length"),
        ({"account": "1" * 41}, "text-length"),
        ({"application_no": "A\x071"}, "text-characters"),
        ({"application_no": "1" * 41}, "text-length"),
        ({"application_no": " "}, "text-length"),
        ({"channel": "assisted"}, "assisted-by"),
    ],
)
def test_a_draft_that_cannot_be_is_invalid(changes: dict[str, Any], code: str) -> None:
    assert refusal(draft(**changes)) == code


@pytest.mark.parametrize(
    "commands",
    [
        (DRAFT, CHANGES),
        (DRAFT, ELIGIBLE),
        (DRAFT, SUBMIT, RANK),
        (DRAFT, SUBMIT, REVISE),
        (*REVIEWED, CHANGES),
        (*REVIEWED, SUBMIT),
        (*REVIEWED, outcome("approved")),
    ],
)
def test_steps_out_of_order_are_refused(commands: tuple[c.ApplicationCommand, ...]) -> None:
    assert refusal(*commands) == "application-state"


def test_what_is_not_there_or_there_already() -> None:
    assert refusal(SUBMIT) == "application-missing"
    assert refusal(DRAFT, DRAFT) == "application-exists"
    assert last(DRAFT, SUBMIT, SUBMIT) == ()


def history(*, history_open: bool = True) -> tuple[c.ApplicationCommand, ...]:
    permission: dict[str, Any] = {**by("operator", LATER), "history_open": history_open}
    return (
        c.ImportApplication(
            **permission, **IDS, **CONTENT, call_currency="RSD", channel="paper", submitted_at=NOW
        ),
        c.ImportChecks(**permission, version=1, checks=PASSED),
        c.ImportDecision(
            **permission,
            meeting_id="g1",
            version=1,
            score_hundredths=8840,
            rank=6,
            outcome="approved",
            decided_on=date(2011, 4, 14),
        ),
    )


def test_history_keeps_its_own_days_and_is_marked() -> None:
    application, checks, decision = history()
    drafted, submitted = last(application)
    (found,) = last(application, checks)
    ranked, approved = last(application, checks, decision)
    events: tuple[Any, ...] = (drafted, submitted, found, ranked, approved)
    assert all(event.imported for event in events)
    assert events[1].submitted_at == NOW
    assert events[4].decided_on == date(2011, 4, 14)
    state = after(*history())
    assert isinstance(state, Written)
    assert state.content.assisted_by is None


def test_closed_history_takes_nothing() -> None:
    for number, command in enumerate(history(history_open=False)):
        assert refusal(*history()[:number], command) == "history-closed"


def test_personal_fields_are_sealed_for_the_registration() -> None:
    assert set(e.Drafted.personal_fields) == {"business", "account"}
    assert e.Drafted.seals_for == "registration_id"
    assert not e.Approved.personal_fields
