"""The rows of referrals.

Progressed(state="enrolled", …) -> the row's state and day, and when to ask again
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.referrals.referral import (
    NewsDue,
    Progressed,
    ReferralEvent,
    Referred,
    ReminderSet,
    Withdrawn,
)
from services.trainings.referrals.tables import REFERRALS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one referral up to an event."""
    key = {"referral_id": recorded.identifier}
    match recorded.event:
        case Referred() as event:
            at.put(
                REFERRALS,
                key,
                programme=recorded.programme,
                registration_id=event.registration_id,
                institution=event.institution,
                aim=event.aim,
                sent_on=event.sent_on,
                state="sent",
                since=event.sent_on,
                remind_on=event.remind_on,
                reminded=False,
                referred_by=event.referred_by,
                withdrawn=False,
                version=recorded.version,
            )
        case Progressed() as event:
            at.change(
                REFERRALS,
                key,
                state=event.state,
                since=event.on,
                remind_on=event.remind_on,
                reminded=False,
                version=recorded.version,
            )
        case ReminderSet() as event:
            at.change(
                REFERRALS, key, remind_on=event.remind_on, reminded=False, version=recorded.version
            )
        case NewsDue():
            at.change(REFERRALS, key, reminded=True, version=recorded.version)
        case Withdrawn():
            at.change(REFERRALS, key, withdrawn=True, remind_on=None, version=recorded.version)


REFERRAL_RECORDS: Final = Projection("referrals", 1, (REFERRALS,), project, get_args(ReferralEvent))
