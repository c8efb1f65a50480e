"""The steps that a page asks for once before they are done: what follows, who else is needed.

    ACTS["submit"].run(work, application_id, by="o1", version=3, text="")

Checking has a page of its own, since it shows the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from services.grants.applications import checking, handling
from shared.access.reader import Reader, may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.commands import Answer


class Run(Protocol):
    """Does it. ``text``: the note or reason, when the act asks for one."""

    def __call__(
        self, work: Work, application_id: str, *, by: str, version: int, text: str
    ) -> Answer: ...


@dataclass(frozen=True, kw_only=True)
class Act:
    """One step. field: name of the text that it needs, with its label and hint, or empty."""

    permission: str
    states: frozenset[str]
    link: str
    title: str
    follows: tuple[str, ...]
    button: str
    done: str
    run: Run
    field: str = ""
    label: str = ""
    hint: str = ""
    second_person: str = ""


def _submit(work: Work, application_id: str, *, by: str, version: int, text: str) -> Answer:  # noqa: ARG001
    return handling.submit(work, application_id, by=by, version=version)


def _return(work: Work, application_id: str, *, by: str, version: int, text: str) -> Answer:
    return handling.request_changes(work, application_id, by=by, version=version, note=text)


def _withdraw(work: Work, application_id: str, *, by: str, version: int, text: str) -> Answer:  # noqa: ARG001
    return handling.withdraw(work, application_id, by=by, version=version)


def _override(work: Work, application_id: str, *, by: str, version: int, text: str) -> Answer:
    return checking.propose_override(work, application_id, by=by, version=version, reason=text)


def _confirm(work: Work, application_id: str, *, by: str, version: int, text: str) -> Answer:  # noqa: ARG001
    return checking.confirm_override(work, application_id, by=by, version=version)


ACTS: Final[dict[str, Act]] = {
    "submit": Act(
        permission="grants.applications.submit",
        states=frozenset({"draft", "changes_requested"}),
        link=N_("Hand it in"),
        title=N_("Hand in application {number}"),
        follows=(
            N_("Nobody can change it any more, unless an officer returns it to be completed."),
            N_("An officer checks by the rules of the call whether it is eligible."),
            N_("The person has no second application in this call."),
        ),
        button=N_("Hand it in"),
        done=N_("The application is handed in and waits to be checked."),
        run=_submit,
    ),
    "return": Act(
        permission="grants.applications.check",
        states=frozenset({"submitted"}),
        link=N_("Return it to be completed"),
        title=N_("Return application {number} to be completed"),
        follows=(
            N_("The applicant is told what is missing."),
            N_("It keeps the moment when it was handed in, also after the deadline."),
            N_("It comes back here once it is handed in again."),
        ),
        button=N_("Return it"),
        done=N_("The application is returned to be completed."),
        run=_return,
        field="note",
        label=N_("What is missing"),
        hint=N_("Such as: Please state the rent and add the offer for the machine."),
    ),
    "override": Act(
        permission="grants.applications.override",
        states=frozenset({"ineligible"}),
        link=N_("Propose to let it through all the same"),
        title=N_("Propose to let application {number} through all the same"),
        follows=(
            N_("Your proposal and its reason are on record."),
            N_("The finding stands until a second person agrees."),
        ),
        button=N_("Propose it"),
        done=N_("Your proposal is on record. A second person decides."),
        run=_override,
        field="reason",
        label=N_("Reason"),
        hint=N_("Such as: The applicant moved to the municipality a week before."),
        second_person=N_("Another programme officer must agree; you cannot do both."),
    ),
    "confirm": Act(
        permission="grants.applications.override",
        states=frozenset({"ineligible"}),
        link=N_("Agree to let it through"),
        title=N_("Agree to let application {number} through all the same"),
        follows=(
            N_("The application goes to the committee as if every rule had passed."),
            N_("Both of you stand on record with the rule that was overridden."),
        ),
        button=N_("Agree"),
        done=N_("The application goes to the committee."),
        run=_confirm,
    ),
    "withdraw": Act(
        permission="grants.applications.withdraw",
        states=frozenset(
            {
                *("received", "draft", "submitted", "changes_requested"),
                *("ineligible", "under_review", "ranked"),
            }
        ),
        link=N_("The applicant takes it back"),
        title=N_("Take application {number} back for the applicant"),
        follows=(
            N_("This application is over; it cannot be taken up again."),
            N_("The person may begin another one while the call is open."),
        ),
        button=N_("Take it back"),
        done=N_("The application is withdrawn."),
        run=_withdraw,
    ),
}
"""The last part of the address → what it does."""


def offered(row: Mapping[str, Any], reader: Reader) -> list[str]:
    """The acts that this reader may do now with the application, the main one first."""
    found = [
        name
        for name, act in ACTS.items()
        if row["state"] in act.states and may(reader, act.permission, row["programme"])
    ]
    proposed_by = row["proposed_by"]
    without = {"override"} if proposed_by else {"confirm"}
    if proposed_by == reader.account_id:
        without.add("confirm")
    if row["call_state"] not in ("open", "closed"):
        without |= {"override", "confirm"}
    return [name for name in found if name not in without]
