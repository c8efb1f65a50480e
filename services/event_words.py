"""What happened, in one sentence an event type: for people who read logs without knowing code.

>>> sentence("org.zanat.grants.call.opened.v2")
'The call was opened.'

The version of a type does not change what it tells. A type that has no sentence yet is shown by its
name, since an auditor must never miss an entry.
"""

from __future__ import annotations

from typing import Final

from shared.events.event import PREFIX
from shared.language.marking import N_

SOURCES: Final = {
    "accounts": N_("Accounts"),
    "audit": N_("Audit"),
    "grants": N_("Grants"),
    "notifications": N_("Notifications"),
    "trainings": N_("Trainings"),
}

_ACCOUNTS: Final = {
    "accounts.account.activated": N_("The account was activated."),
    "accounts.account.admitted": N_("A registered person signed in for the first time."),
    "accounts.account.closed": N_("The account was closed for good."),
    "accounts.account.details_changed": N_("Name or address of the account was changed."),
    "accounts.account.hold_lifted": N_("Somebody else confirmed the account: its roles count."),
    "accounts.account.hold_placed": N_("Its roles wait until somebody else confirms the account."),
    "accounts.account.invitation_renewed": N_("The invitation was renewed."),
    "accounts.account.invited": N_("Somebody was invited to an account."),
    "accounts.account.password_changed": N_("The password was changed."),
    "accounts.account.reinstated": N_("The account was reinstated."),
    "accounts.account.reset_requested": N_("A link for a new password was made."),
    "accounts.account.role_granted": N_("A role was granted."),
    "accounts.account.role_revoked": N_("A role was taken back."),
    "accounts.account.session_revoked": N_("A session was ended."),
    "accounts.account.sign_in_failed": N_("A sign-in failed."),
    "accounts.account.signed_in": N_("Somebody signed in."),
    "accounts.account.stepped_up": N_("Somebody proved a second factor."),
    "accounts.account.suspended": N_("The account was suspended."),
    "accounts.factors.app_added": N_("An app for codes was added as a second factor."),
    "accounts.factors.app_removed": N_("The app for codes was removed."),
    "accounts.factors.recovery_codes_made": N_("New recovery codes were made."),
    "accounts.factors.reset": N_("All second factors were taken away by somebody else."),
    "accounts.sign_in_code.made": N_("A code to sign in by was sent to an applicant."),
}

_SIGNING: Final = {
    "accounts.passkeys.added": N_("A passkey was added."),
    "accounts.passkeys.removed": N_("A passkey was removed."),
    "accounts.program_key.first_used": N_("The key of a program was used for the first time."),
    "accounts.program_key.made": N_("A key was made for a program."),
    "accounts.program_key.revoked": N_("The key of a program was revoked."),
    "accounts.provider_link.ended": N_("Signing in by an organisation was ended."),
    "accounts.provider_link.made": N_("Signing in by an organisation was linked."),
    "accounts.token_key.rotated": N_("Another key signs tokens from now on."),
}

_GRANTS: Final = {
    "grants.application.approved": N_("The application was approved."),
    "grants.application.changes_requested": N_("The applicant was asked to complete it."),
    "grants.application.drafted": N_("An application was begun."),
    "grants.application.found_eligible": N_("The application was found eligible."),
    "grants.application.found_ineligible": N_("The application was found ineligible."),
    "grants.application.lapsed": N_("The draft lapsed when the call closed."),
    "grants.application.paper_received": N_("A paper application was received."),
    "grants.application.ranked": N_("The application was ranked."),
    "grants.application.reinstated": N_("The application was reinstated by a second person."),
    "grants.application.reinstatement_proposed": N_("Somebody proposed to reinstate it."),
    "grants.application.rejected": N_("The application was rejected."),
    "grants.application.revised": N_("The application was revised."),
    "grants.application.submitted": N_("The application was submitted."),
    "grants.application.waitlisted": N_("The application was put on the waiting list."),
    "grants.application.withdrawn": N_("The application was withdrawn."),
    "grants.award.account_changed": N_("The bank account of the award was changed."),
    "grants.award.account_confirmed": N_("The changed bank account was confirmed by a call back."),
    "grants.award.activated": N_("The award became active."),
    "grants.award.agreement_signed": N_("The agreement was signed."),
    "grants.award.cancelled": N_("The award was cancelled."),
    "grants.award.closed": N_("The award was closed."),
    "grants.award.completed": N_("The award was completed."),
    "grants.award.declined": N_("The award was declined."),
    "grants.award.lapsed": N_("The offer lapsed."),
    "grants.award.offered": N_("The award was offered."),
    "grants.award.receipts_accepted": N_("Receipts were accepted."),
    "grants.award.requirement_waived": N_("A requirement was waived by a second person."),
    "grants.award.resumed": N_("The award was resumed."),
    "grants.award.suspended": N_("The award was suspended."),
    "grants.award.terminated": N_("The award was terminated."),
    "grants.award.tranche_paid": N_("A tranche was paid."),
    "grants.award.tranche_returned": N_("A tranche came back."),
    "grants.award.tranche_scheduled": N_("A tranche was scheduled."),
    "grants.award.tranche_unscheduled": N_("A scheduled tranche was taken back."),
    "grants.award.visit_done": N_("The visit that the next tranche waits for was done."),
    "grants.award.waiver_requested": N_("Somebody asked to waive a requirement."),
    "grants.batch.authorised": N_("The payment batch was authorised."),
    "grants.batch.dissolved": N_("The payment batch was dissolved."),
    "grants.batch.exported": N_("The payment batch was exported to the bank."),
    "grants.batch.prepared": N_("The payment batch was prepared."),
    "grants.batch.rebuilt": N_("The payment batch was rebuilt."),
    "grants.batch.released": N_("The payment batch was released."),
    "grants.budget.obligated": N_("Money of the call was obligated."),
    "grants.budget.opened": N_("The budget of the call was opened."),
    "grants.budget.released": N_("Reserved money of the call was released."),
    "grants.budget.reserved": N_("Money of the call was reserved."),
    "grants.budget.returned": N_("Money returned to the call."),
    "grants.budget.revised": N_("The budget of the call was revised."),
    "grants.budget.spent": N_("Money of the call was spent."),
    "grants.budget_line.closed": N_("The budget line was closed."),
    "grants.budget_line.opened": N_("The budget line was opened."),
    "grants.budget_line.revised": N_("The budget line was revised."),
    "grants.call.amended": N_("The call was amended."),
    "grants.call.archived": N_("The call was archived."),
    "grants.call.cancelled": N_("The call was cancelled."),
    "grants.call.closed": N_("The call was closed."),
    "grants.call.decided": N_("The call was decided."),
    "grants.call.drafted": N_("A call was drafted."),
    "grants.call.opened": N_("The call was opened."),
    "grants.call.published": N_("The call was published."),
    "grants.donor.joined": N_("A donor joined."),
    "grants.donor.left": N_("A donor left."),
    "grants.donor.renamed": N_("A donor was renamed."),
    "grants.meeting.attendance_recorded": N_("It was recorded who is present."),
    "grants.meeting.cancelled": N_("The meeting was cancelled before its ranking."),
    "grants.meeting.chair_taken": N_("Somebody else took the chair of the meeting."),
    "grants.meeting.convened": N_("A meeting of the committee was convened."),
    "grants.meeting.decision_recorded": N_("The decision of the committee was recorded."),
    "grants.meeting.items_resumed": N_("Items with a quorum again were resumed."),
    "grants.meeting.items_suspended": N_("Items without a quorum were suspended."),
    "grants.meeting.ranking_recorded": N_("The ranking was recorded."),
    "grants.meeting.reopened": N_("The meeting was reopened by a second person."),
    "grants.meeting.reopening_proposed": N_("Somebody proposed to reopen the meeting."),
    "grants.meeting.scoring_closed": N_("Scoring was closed for the meeting."),
    "grants.meeting.votes_cast": N_("A member voted."),
    "grants.partner.joined": N_("A partner joined."),
    "grants.partner.left": N_("A partner left."),
    "grants.partner.renamed": N_("A partner was renamed."),
    "grants.payment.authorised": N_("The payment was authorised."),
    "grants.payment.cancelled": N_("The payment was cancelled."),
    "grants.payment.exported": N_("The payment was exported to the bank."),
    "grants.payment.failed": N_("The bank refused the payment."),
    "grants.payment.handed_over": N_("The goods were handed over."),
    "grants.payment.held": N_("The payment was held."),
    "grants.payment.hold_lifted": N_("The hold on the payment was lifted."),
    "grants.payment.paid": N_("The bank confirmed the payment."),
    "grants.payment.reconciled": N_("The payment was reconciled."),
    "grants.payment.reissued": N_("The payment was issued again."),
    "grants.payment.released": N_("The payment was released."),
    "grants.payment.requested": N_("The payment was requested."),
    "grants.payment.returned": N_("The payment came back from the bank."),
    "grants.payment.reversal_requested": N_("Somebody asked to reverse the payment."),
    "grants.payment.reversed": N_("The payment was reversed by a second person."),
    "grants.payment.scheduled": N_("The payment was scheduled."),
    "grants.programme.closed": N_("The programme was closed."),
    "grants.programme.currency_added": N_("A currency was added to the programme."),
    "grants.programme.history_closed": N_("The import of history was closed for good."),
    "grants.programme.opened": N_("The programme was opened."),
    "grants.programme.regions_changed": N_("The regions of the programme were changed."),
    "grants.programme.renamed": N_("The programme was renamed."),
    "grants.review.comment_written": N_("A member wrote a comment beside their sheet."),
    "grants.review.conflict_declared": N_("A member declared a conflict."),
    "grants.review.members_assigned": N_("Members were assigned to the application."),
    "grants.review.no_conflict_declared": N_("A member declared to have no conflict."),
    "grants.review.scoring_closed": N_("Scoring of the application was closed."),
    "grants.review.scoring_reopened": N_("Scoring of the application was reopened."),
    "grants.review.sheet_submitted": N_("A score sheet was submitted."),
    "grants.statement_line.dismissed": N_("A line of the statement was set aside."),
    "grants.statement_line.left_open": N_("A line of the statement was left open."),
    "grants.statement_line.matched": N_("A line of the statement was matched."),
    "grants.statement_line.received": N_("A line of the statement was received."),
    "grants.visit.accepted": N_("The visit was accepted."),
    "grants.visit.conducted": N_("The visit was made."),
    "grants.visit.corrected": N_("The findings of the visit were corrected."),
    "grants.visit.missed": N_("The visit was missed."),
    "grants.visit.planned": N_("A visit was planned."),
    "grants.visit.resolved": N_("Differing versions of the visit were resolved."),
    "grants.visit.version_arrived": N_("Another version of the visit arrived."),
}

_NOTIFICATIONS: Final = {
    "notifications.message.failed": N_("A message did not arrive."),
    "notifications.message.queued": N_("A message was queued."),
    "notifications.message.read": N_("A message was read."),
    "notifications.message.requeued": N_("A message is to be tried again."),
    "notifications.message.sent": N_("A message was delivered."),
}

_TRAININGS: Final = {
    "trainings.activity.corrected": N_("An activity of outreach was corrected."),
    "trainings.activity.follow_up_due": N_("It was time to follow up an activity of outreach."),
    "trainings.activity.followed_up": N_("It was recorded what came of an activity."),
    "trainings.activity.recorded": N_("An activity of outreach was recorded."),
    "trainings.activity.withdrawn": N_("An activity of outreach was withdrawn."),
    "trainings.certificate.document_kept": N_("The document of the certificate was kept."),
    "trainings.certificate.duplicate_issued": N_("A duplicate of the certificate was issued."),
    "trainings.certificate.issued": N_("The certificate was issued."),
    "trainings.certificate.revocation_declined": N_("The proposed revocation was declined."),
    "trainings.certificate.revocation_proposed": N_("Somebody proposed to revoke the certificate."),
    "trainings.certificate.revoked": N_("The certificate was revoked."),
    "trainings.certificate.superseded": N_("The certificate was corrected by a new version."),
    "trainings.cohort.attendance_recorded": N_("Attendance was recorded."),
    "trainings.cohort.closed": N_("The cohort was closed."),
    "trainings.cohort.enrolled": N_("Participants were enrolled."),
    "trainings.cohort.entry_contested": N_("Two trainers recorded different things."),
    "trainings.cohort.entry_settled": N_("It was decided which of two entries stands."),
    "trainings.cohort.planned": N_("A cohort was planned."),
    "trainings.cohort.reopened": N_("The cohort was reopened."),
    "trainings.cohort.session_cancelled": N_("A session was cancelled."),
    "trainings.cohort.session_scheduled": N_("A session was scheduled."),
    "trainings.cohort.test_recorded": N_("A test was recorded."),
    "trainings.cohort.trainers_changed": N_("The trainers of the cohort were changed."),
    "trainings.course.version_published": N_("A version of the course was published."),
    "trainings.credential_key.rotated": N_("Another key signs digital credentials from now on."),
    "trainings.erasure.cancelled": N_("The erasure was cancelled."),
    "trainings.erasure.completed": N_("The erasure was completed."),
    "trainings.erasure.confirmed": N_("A second person confirmed the erasure."),
    "trainings.erasure.keys_destroyed": N_("Keys of erased data were destroyed."),
    "trainings.erasure.requested": N_("Somebody asked for data of a person to be erased."),
    "trainings.erasure.service_counted": N_("A service said what it holds of the person."),
    "trainings.erasure.service_purged": N_("A service emptied what it held of the person."),
    "trainings.numbering.number_taken": N_("A certificate number was taken."),
    "trainings.outcome.document_added": N_("A document of an education outcome was added."),
    "trainings.outcome.document_removed": N_("A document of an education outcome was removed."),
    "trainings.outcome.recorded": N_("An education outcome was recorded."),
    "trainings.outcome.withdrawn": N_("An education outcome was withdrawn."),
    "trainings.referral.made": N_("Somebody was referred to an institution."),
    "trainings.referral.news_due": N_("It was time to ask how a referral stands."),
    "trainings.referral.progressed": N_("It was recorded how a referral stands."),
    "trainings.referral.reminder_set": N_("The day to ask about a referral was changed."),
    "trainings.referral.withdrawn": N_("A referral was withdrawn."),
    "trainings.registration.confirmed": N_("A second person confirmed the identity."),
    "trainings.registration.consent_given": N_("Consent was given."),
    "trainings.registration.consent_withdrawn": N_("Consent was withdrawn."),
    "trainings.registration.contact_changed": N_("Place or phone of the person was changed."),
    "trainings.registration.corrected": N_("The identity was corrected."),
    "trainings.registration.likely_duplicate_decided": N_("A likely duplicate was decided."),
    "trainings.registration.moved_to_person": N_("The registration was moved to another person."),
    "trainings.registration.papers_noted": N_("What is missing of the papers was noted."),
    "trainings.registration.registered": N_("A person was registered."),
    "trainings.registration.roma_declared": N_("The person declared their origin or took it back."),
    "trainings.retention.announced": N_("An end of retention was announced."),
    "trainings.retention.held_back": N_("Data of a person were held back."),
    "trainings.retention.hold_ended": N_("Data of a person are held back no more."),
    "trainings.retention.months_set": N_("How long data are kept was changed."),
    "trainings.vulnerability.case_taken": N_("An officer took the case of a person."),
    "trainings.vulnerability.note_written": N_("A vulnerability note was written."),
    "trainings.vulnerability.opened": N_("Vulnerability notes were opened."),
    "trainings.vulnerability.support_line_set": N_("The support line for visitors was changed."),
}

_ACCESS: Final = {
    "read": N_("Somebody looked at personal data."),
    "exported": N_("Somebody exported data."),
    "denied": N_("Somebody was refused access."),
}

_ERASED: Final = {
    "counted": N_("It counted what it holds of people who are to be erased."),
    "purged": N_("It emptied what it held of people who were erased."),
}

_WATCHED: Final = {
    "alarm.raised": N_("Something was found wrong with a log."),
    "alarm.settled": N_("An alarm about a log was settled."),
}

SENTENCES: Final[dict[str, str]] = {
    **_ACCOUNTS,
    **_SIGNING,
    **_GRANTS,
    **_NOTIFICATIONS,
    **_TRAININGS,
    "audit.checkpoints.kept": N_("The day's checkpoints of all logs were kept."),
    **{f"{source}.access.{verb}": text for source in SOURCES for verb, text in _ACCESS.items()},
    **{f"{source}.erasure.{verb}": text for source in SOURCES for verb, text in _ERASED.items()},
    **{
        f"{source}.log.key_rotated": N_("Another key signs the log from now on.")
        for source in SOURCES
    },
    **{f"{one}.{name}": text for one in ("accounts", "audit") for name, text in _WATCHED.items()},
}
"""Type without prefix and version → sentence."""


def sentence(type_name: str) -> str:
    """The msgid that tells what an event of this type says."""
    return SENTENCES.get(name_of(type_name), type_name.removeprefix(PREFIX))


def name_of(type_name: str) -> str:
    """``grants.call.opened`` of ``org.zanat.grants.call.opened.v2``."""
    return type_name.removeprefix(PREFIX).rpartition(".v")[0]
