"""What can happen to a call. ``call.py`` tells when.

>>> Opened.event_type
'org.zanat.grants.call.opened.v1'
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from services.grants.calls.terms import Terms
from shared.events.event import Event, event_type


@event_type("grants.call.drafted.v1")
class Drafted(Event, frozen=True, kw_only=True):
    """A call is being prepared."""

    call_id: str
    code: str
    title: str
    terms: Terms


@event_type("grants.call.amended.v1")
class Amended(Event, frozen=True, kw_only=True):
    """The call's title and terms, whole, as they are from now on."""

    call_id: str
    title: str
    terms: Terms


@event_type("grants.call.published.v1")
class Published(Event, frozen=True, kw_only=True):
    """Everybody may read the call."""

    call_id: str
    code: str
    title: str
    terms: Terms
    imported: bool = False


@event_type("grants.call.opened.v1")
class Opened(Event, frozen=True, kw_only=True):
    """Applications may come in; the terms are frozen."""

    call_id: str
    code: str
    opened_on: date
    imported: bool = False


@event_type("grants.call.closed.v1")
class Closed(Event, frozen=True, kw_only=True):
    """Applications may come in no more."""

    call_id: str
    closed_at: datetime
    imported: bool = False


@event_type("grants.call.decided.v1")
class Decided(Event, frozen=True, kw_only=True):
    """The committee decided about every application."""

    call_id: str
    meeting_id: str
    decided_on: date
    imported: bool = False


@event_type("grants.call.archived.v1")
class Archived(Event, frozen=True, kw_only=True):
    """The call is over for good."""

    call_id: str


@event_type("grants.call.cancelled.v1")
class Cancelled(Event, frozen=True, kw_only=True):
    """The call will not be decided."""

    call_id: str
    reason: str


CallEvent: TypeAlias = (
    Drafted | Amended | Published | Opened | Closed | Decided | Archived | Cancelled
)
