"""The binding acts on payments, batches and statement lines, as pages ask for them.

[act.name for act in PAYMENT_ACTS if "requested" in act.statuses]
->  ["authorise", "hold", "cancel"]
"""

from __future__ import annotations

from typing import Final

from services.grants.awards.acts import Act, Field
from services.grants.awards.schemas import ReasonSchema
from services.grants.payments import handling, matching, preparing, wording
from services.grants.payments.schemas import DismissSchema, FailureSchema, MatchSchema
from shared.language.marking import N_

_REASON: Final = Field(
    name="reason", label=N_("Reason"), kind="area", hint=N_("Name nobody: it is kept in clear.")
)
_BEFORE_BANK: Final = ("scheduled", "requested", "authorised", "released")
_FAILED: Final = ("failed", "returned")

PAYMENT_ACTS: Final[tuple[Act, ...]] = (
    Act(
        name="request",
        permission="grants.payments.prepare",
        title=N_("Prepare the payment"),
        follows=(N_("It is prepared for the account that the grantee has now."),),
        second_person=N_("A second person authorises it and a third one releases it."),
        button=N_("Prepare it"),
        done=N_("The payment is prepared. Somebody else authorises it."),
        do=handling.request_payment,
        statuses=("scheduled",),
    ),
    Act(
        name="authorise",
        permission="grants.payments.authorise",
        title=N_("Authorise the payment"),
        follows=(N_("You say that this amount is owed to this grantee now."),),
        second_person=N_(
            "You are the second person: whoever prepared it, or typed the account, cannot. "
            "A third person, another controller, releases it."
        ),
        button=N_("Authorise it"),
        done=N_("The payment is authorised. Another controller releases it."),
        do=handling.authorise_payment,
        statuses=("requested",),
    ),
    Act(
        name="release",
        permission="grants.payments.release",
        title=N_("Release the payment"),
        follows=(N_("It may go to the bank with the next file."),),
        second_person=N_(
            "You are the third person: whoever prepared or authorised it, "
            "or typed the account, cannot."
        ),
        button=N_("Release it"),
        done=N_("The payment is released."),
        do=handling.release_payment,
        statuses=("authorised",),
    ),
    Act(
        name="lift",
        permission="grants.payments.hold",
        title=N_("Let the held payment go"),
        follows=(N_("It starts again: prepared, authorised and released by three people."),),
        second_person=N_("Whoever changed the account cannot do this."),
        button=N_("Let it go"),
        done=N_("The payment may be prepared again."),
        do=handling.lift_hold,
        schema=ReasonSchema,
        fields=(_REASON,),
        statuses=("held",),
    ),
    Act(
        name="reissue",
        permission="grants.payments.write",
        title=N_("Pay it again"),
        follows=(
            N_("It starts again under another end-to-end id, by three people."),
            N_("Correct the account first, if that was wrong."),
        ),
        button=N_("Pay it again"),
        done=N_("The payment may be prepared again."),
        do=handling.reissue_payment,
        statuses=_FAILED,
    ),
    Act(
        name="fail",
        permission="grants.payments.write",
        title=N_("Record that the bank refused it"),
        follows=(N_("No money left. It may be paid again, or cancelled."),),
        button=N_("Record the refusal"),
        done=N_("The refusal is recorded."),
        do=handling.fail_payment,
        schema=FailureSchema,
        fields=(
            Field(name="ground", label=N_("Why"), kind="choice", options=wording.FAILURE_GROUNDS),
        ),
        statuses=("exported",),
    ),
    Act(
        name="hold",
        permission="grants.payments.hold",
        title=N_("Hold the payment"),
        follows=(
            N_("What was prepared, authorised or released is void."),
            N_("Its batch goes on without it and is agreed to anew."),
        ),
        button=N_("Hold it"),
        done=N_("The payment is held."),
        do=handling.hold_payment,
        statuses=_BEFORE_BANK,
    ),
    Act(
        name="cancel",
        permission="grants.payments.write",
        title=N_("Cancel the payment"),
        follows=(
            N_("It is never paid. Its tranche may get another payment."),
            N_("Its batch goes on without it and is agreed to anew."),
        ),
        button=N_("Cancel it"),
        done=N_("The payment is cancelled."),
        do=handling.cancel_payment,
        schema=ReasonSchema,
        fields=(_REASON,),
        statuses=(*_BEFORE_BANK, "held", "returned", "reversed"),
    ),
    Act(
        name="cancel-failed",
        permission="grants.payments.authorise",
        title=N_("Cancel the payment that the bank refused"),
        follows=(
            N_("It is never paid. Its tranche may get another payment."),
            N_("Look at the bank's statement first: a debit may still come."),
        ),
        second_person=N_("You are the second person: whoever recorded the refusal cannot."),
        button=N_("Cancel it"),
        done=N_("The payment is cancelled."),
        do=handling.cancel_failed_payment,
        schema=ReasonSchema,
        fields=(_REASON,),
        statuses=("failed",),
    ),
)

EXPORT: Final = Act(
    name="export",
    permission="grants.batches.export",
    title=N_("Make the file for the bank"),
    follows=(
        N_("The file is made once; downloading it again gives the same bytes."),
        N_("Its payments are with the bank from now on and cannot be taken back here."),
        N_("You give the file to the bank yourself."),
    ),
    button=N_("Make the file"),
    done=N_("The file is made. Download it and give it to the bank."),
    do=preparing.lines_of,
    statuses=("released",),
)

BATCH_ACTS: Final[tuple[Act, ...]] = (
    Act(
        name="authorise",
        permission="grants.batches.authorise",
        title=N_("Authorise the batch"),
        follows=(N_("You agree to every payment in it."),),
        second_person=N_(
            "You are the second person: whoever prepared it, or typed an account in it, cannot. "
            "A third person, another controller, releases it."
        ),
        button=N_("Authorise it"),
        done=N_("The batch is authorised. Another controller releases it."),
        do=preparing.authorise_batch,
        statuses=("prepared",),
    ),
    Act(
        name="release",
        permission="grants.batches.release",
        title=N_("Release the batch"),
        follows=(N_("Finance may make the file for the bank."),),
        second_person=N_(
            "You are the third person: whoever prepared or authorised it, "
            "or typed an account in it, cannot."
        ),
        button=N_("Release it"),
        done=N_("The batch is released. Finance makes the file for the bank."),
        do=preparing.release_batch,
        statuses=("authorised",),
    ),
    EXPORT,
    Act(
        name="dissolve",
        permission="grants.batches.write",
        title=N_("Give the batch up"),
        follows=(N_("It ends; what was agreed to is void and its payments start again."),),
        button=N_("Give it up"),
        done=N_("The batch is given up; its payments may be prepared again."),
        do=preparing.dissolve_batch,
        schema=ReasonSchema,
        fields=(_REASON,),
        statuses=("prepared", "authorised", "released"),
    ),
)

MATCH: Final = Act(
    name="match",
    permission="grants.statements.match",
    title=N_("Match the line to this payment"),
    follows=(
        N_("The payment counts as paid, or as come back, on the day of the statement."),
        N_("The call's money and the award's tranche follow."),
        N_("Only two people together can undo it."),
    ),
    button=N_("Match them"),
    done=N_("The line is matched."),
    do=matching.match_by_hand,
    schema=MatchSchema,
    statuses=("unmatched", "dismissed"),
)

LINE_ACTS: Final[tuple[Act, ...]] = (
    MATCH,
    Act(
        name="dismiss",
        permission="grants.statements.match",
        title=N_("Dismiss the line"),
        follows=(N_("It is about no grant and leaves the list. No money moves."),),
        button=N_("Dismiss it"),
        done=N_("The line is dismissed."),
        do=matching.dismiss_line,
        schema=DismissSchema,
        fields=(
            Field(
                name="ground",
                label=N_("What it is"),
                kind="choice",
                options=wording.DISMISS_GROUNDS,
            ),
        ),
        statuses=("unmatched",),
    ),
    Act(
        name="unmatch",
        permission="grants.statements.match",
        title=N_("Say that the match is wrong"),
        follows=(
            N_("Nothing changes until somebody else agrees."),
            N_("Then payment, budget and tranche are as before."),
        ),
        second_person=N_("A controller, who is somebody else, agrees to it."),
        button=N_("Ask to undo the match"),
        done=N_("It is asked for. A controller undoes the match."),
        do=matching.ask_unmatch,
        schema=ReasonSchema,
        fields=(_REASON,),
        statuses=("matched",),
    ),
    Act(
        name="confirm-unmatch",
        permission="grants.payments.authorise",
        title=N_("Undo the match"),
        follows=(
            N_("The payment stands as not paid; budget and tranche are as before."),
            N_("The ledger gets a posting that reverses it."),
            N_("The line waits to be matched again."),
        ),
        second_person=N_("You are the second person: whoever asked cannot agree."),
        button=N_("Undo the match"),
        done=N_("The match is undone."),
        do=matching.confirm_unmatch,
        statuses=("matched",),
    ),
)
