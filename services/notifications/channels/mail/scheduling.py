"""Mail is outbound work: scheduled with the message, sent after its commit, given up in the end.

schedule_mail(work, message_id, attempt=1)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from shared.events.append import DueWork
from shared.events.work import Work

MAIL_KIND: Final = "notifications.mail"
GIVE_UP_KIND: Final = "notifications.mail_given_up"
GIVE_UP_AFTER: Final = timedelta(days=2)


def schedule_mail(
    work: Work, message_id: str, *, attempt: int, until: datetime | None = None
) -> None:
    """Send it after the commit; without success somebody is told after ``until``, or two days."""
    mark = f"{message_id}/{attempt}"
    payload = mark.encode()
    work.schedule(DueWork(f"mail/{mark}", MAIL_KIND, work.now, payload))
    given_up_at = until or work.now + GIVE_UP_AFTER
    work.schedule(DueWork(f"mail-given-up/{mark}", GIVE_UP_KIND, given_up_at, payload))
