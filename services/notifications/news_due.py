"""Tells whoever referred somebody, or recorded an activity, that it is time to ask how it stands.

    NewsDue(referral_id="f1", referred_by="officer-1", remind_on=…) -> referral_news_due, inbox
    FollowUpDue(activity_id="a1", recorded_by="officer-1", …)       -> outreach_follow_up_due, inbox

Nobody is named: the page behind the message says whom it is about, to those who may read it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from services.notifications.queueing import Draft, queue
from shared.events.projection import Recorded
from shared.events.types import Foreign, reads
from shared.events.work import Work
from shared.service import Reaction


@reads("trainings.referral.news_due.v1")
class NewsDue(Foreign, frozen=True, kw_only=True):
    """The day to ask about a referral is here."""

    referral_id: str
    remind_on: date
    referred_by: str


@reads("trainings.activity.follow_up_due.v1")
class FollowUpDue(Foreign, frozen=True, kw_only=True):
    """The day is here on which something was to follow."""

    activity_id: str
    title: str
    follow_up_on: date
    recorded_by: str


def react(work: Work, recorded: Recorded) -> None:
    """Say so to the one who wrote it down."""
    match recorded.event:
        case NewsDue() as event:
            draft = Draft(
                kind="referral_news_due",
                to=("account", event.referred_by),
                channel="inbox",
                owner_id=event.referred_by,
                about=f"referral/{event.referral_id}",
                facts={"day": event.remind_on},
            )
        case FollowUpDue() as event:
            draft = Draft(
                kind="outreach_follow_up_due",
                to=("account", event.recorded_by),
                channel="inbox",
                owner_id=event.recorded_by,
                about=f"activity/{event.activity_id}",
                facts={"day": event.follow_up_on, "title": event.title},
            )
        case _:
            return
    queue(work, recorded, draft)


NEWS_REACTION: Final = Reaction(events=(NewsDue, FollowUpDue), react=react)
