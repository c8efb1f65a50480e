"""The binding acts on an award and on its tranches, as pages ask for them.

[act.name for act in AWARD_ACTS if "offered" in act.statuses]  ->  ["sign", "decline", "cancel"]
"""

from __future__ import annotations

from typing import Final

from services.grants.awards import handling, schemas, wording
from services.grants.awards.acts import Act, Field
from shared.language.marking import N_

_REASON: Final = Field(
    name="reason", label=N_("Reason"), kind="area", hint=N_("It is kept sealed for the grantee.")
)
_NOTE: Final = Field(
    name="note", label=N_("Note"), kind="area", hint=N_("Optional. It is kept sealed.")
)
_ACCOUNT: Final = Field(
    name="account_number",
    label=N_("Account number"),
    hint=N_("As on the bank's card, or an IBAN. In Serbia 18 digits, in Bosnia 16."),
    autocomplete="off",
)
_SIGNED: Final = ("accepted", "active", "suspended", "completed")


def _ground(options: tuple[tuple[str, str], ...]) -> Field:
    return Field(name="ground", label=N_("Why"), kind="choice", options=options)


AWARD_ACTS: Final[tuple[Act, ...]] = (
    Act(
        name="sign",
        permission="grants.awards.accept",
        title=N_("Record the signed agreement"),
        follows=(
            N_("The money becomes obligated: it is the grantee's under the agreement."),
            N_("The first tranche may be paid, to this account."),
        ),
        button=N_("Record it as signed"),
        done=N_("The agreement is signed and the money obligated."),
        do=handling.sign_agreement,
        schema=schemas.SignSchema,
        fields=(
            Field(
                name="full_name",
                label=N_("Full name"),
                hint=N_("As on the identity document."),
                autocomplete="off",
            ),
            _ACCOUNT,
            Field(name="agreement_no", label=N_("Number of the agreement")),
        ),
        statuses=("offered",),
    ),
    Act(
        name="decline",
        permission="grants.awards.accept",
        title=N_("Record that the offer is declined"),
        follows=(
            N_("The offer ends and cannot be signed any more."),
            N_("The money goes back to the call."),
        ),
        button=N_("Record it as declined"),
        done=N_("The offer is declined; the money is back in the call."),
        do=handling.decline_award,
        schema=schemas.DeclineSchema,
        fields=(_ground(wording.DECLINE_GROUNDS),),
        statuses=("offered",),
    ),
    Act(
        name="change-account",
        permission="grants.bank_accounts.write",
        title=N_("Pay to another account"),
        follows=(
            N_("Payments that are not with the bank yet are held for three days."),
            N_("They leave their batches, which are authorised and released anew."),
            N_("You can never release a payment to this account."),
        ),
        second_person=N_(
            "Somebody else calls the grantee back, on a number known before, and confirms."
        ),
        button=N_("Change the account"),
        done=N_("The account is changed. Somebody else must call the grantee back and confirm."),
        do=handling.change_account,
        schema=schemas.AccountSchema,
        fields=(_ACCOUNT,),
        statuses=_SIGNED,
    ),
    Act(
        name="confirm-account",
        permission="grants.bank_accounts.confirm",
        title=N_("Confirm the changed account"),
        follows=(
            N_("You say that you called the grantee back on a number known before."),
            N_("You say that the account is theirs."),
            N_("Payments may go on three days after the change."),
        ),
        button=N_("I called back; it is their account"),
        done=N_("The account is confirmed."),
        do=handling.confirm_account,
        statuses=_SIGNED,
    ),
    Act(
        name="suspend",
        permission="grants.awards.suspend",
        title=N_("Suspend the award"),
        follows=(
            N_("Nothing is paid until it resumes."),
            N_("Payments that are not with the bank yet are held and leave their batches."),
        ),
        button=N_("Suspend it"),
        done=N_("The award is suspended; its payments are held."),
        do=handling.suspend_award,
        schema=schemas.SuspendSchema,
        fields=(_ground(wording.SUSPENSION_GROUNDS), _NOTE),
        statuses=("accepted", "active"),
    ),
    Act(
        name="resume",
        permission="grants.awards.suspend",
        title=N_("Let the award go on"),
        follows=(N_("Payments may be made again; finance lets each held one go by itself."),),
        button=N_("Let it go on"),
        done=N_("The award goes on. Finance lets its held payments go."),
        do=handling.resume_award,
        schema=schemas.ReasonSchema,
        fields=(_REASON,),
        statuses=("suspended",),
    ),
    Act(
        name="complete",
        permission="grants.awards.write",
        title=N_("Complete the award"),
        follows=(N_("You say that every tranche is paid and accounted for."),),
        button=N_("Complete it"),
        done=N_("The award is completed."),
        do=handling.complete_award,
        statuses=("active",),
    ),
    Act(
        name="close",
        permission="grants.awards.write",
        title=N_("Close the file"),
        follows=(N_("Follow-up has ended; the account cannot be changed any more."),),
        button=N_("Close it"),
        done=N_("The file is closed."),
        do=handling.close_award,
        statuses=("completed",),
    ),
    Act(
        name="cancel",
        permission="grants.awards.terminate",
        title=N_("Cancel the award"),
        follows=(
            N_("The award ends for good. This is possible only while nothing was paid."),
            N_("The money goes back to the call."),
        ),
        button=N_("Cancel it"),
        done=N_("The award is cancelled; the money is back in the call."),
        do=handling.cancel_award,
        schema=schemas.CancelSchema,
        fields=(_ground(wording.CANCELLATION_GROUNDS),),
        statuses=("offered", "accepted", "suspended"),
    ),
    Act(
        name="terminate",
        permission="grants.awards.terminate",
        title=N_("Terminate the award"),
        follows=(
            N_("The award ends for good. This is for awards of which something was paid."),
            N_("What is not paid goes back to the call; what was paid may be claimed back."),
        ),
        button=N_("Terminate it"),
        done=N_("The award is terminated."),
        do=handling.terminate_award,
        schema=schemas.TerminateSchema,
        fields=(_ground(wording.TERMINATION_GROUNDS), _NOTE),
        statuses=("active", "suspended"),
    ),
)

_REQUIREMENT: Final = Field(
    name="requirement",
    label=N_("Which requirement"),
    kind="choice",
    options=tuple(wording.REQUIREMENTS.items()),
)

SCHEDULE: Final = Act(
    name="schedule",
    permission="grants.payments.prepare",
    title=N_("Make the payment of a tranche"),
    follows=(N_("A payment is made. It still is prepared, authorised and released."),),
    second_person=N_("A second person authorises it and a third one releases it."),
    button=N_("Make the payment"),
    done=N_("The payment is made; prepare it or put it into a batch."),
    do=handling.schedule_tranche,
)

TRANCHE_ACTS: Final[tuple[Act, ...]] = (
    SCHEDULE,
    Act(
        name="ask-waiver",
        permission="grants.payments.waive",
        title=N_("Ask to waive a requirement"),
        follows=(
            N_("Once agreed, the next tranche is paid without this requirement."),
            N_("Your reason stays on record."),
        ),
        second_person=N_("Somebody else agrees to it."),
        button=N_("Ask for the waiver"),
        done=N_("The waiver is asked for. Somebody else must agree."),
        do=handling.ask_waiver,
        schema=schemas.WaiverSchema,
        fields=(_REQUIREMENT, _REASON),
    ),
    Act(
        name="confirm-waiver",
        permission="grants.payments.waive",
        title=N_("Agree to a waiver"),
        follows=(N_("The next tranche is paid without this requirement."),),
        second_person=N_("You are the second person: whoever asked cannot agree."),
        button=N_("Agree to it"),
        done=N_("The requirement is waived."),
        do=handling.confirm_waiver,
        schema=schemas.RequirementSchema,
        fields=(_REQUIREMENT,),
    ),
)
