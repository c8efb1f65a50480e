"""By what and when a session was last used, as far as accounts sees it: its owner knows it so.

    note_use(service(), session_id, device_of(request.user_agent.string))
    last_uses(connection, ["s1"])["s1"].device     # "firefox/windows"

A session asks accounts for a token every ten minutes while it is used, so "last used" is as exact
as that. Of the browser only two words are kept, never what it calls itself in full: that would tell
people apart. It is no history, stands in no event, and goes a week after the session began.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.accounts.staff.views import SESSION_LENGTH
from services.accounts.tables import METADATA, Moment
from shared.language.marking import N_
from shared.service import Service

PURGE_KIND: Final = "accounts.sessions.purge_uses"
PROGRAM: Final = "program/"

USES: Final = Table(
    "session_uses",
    METADATA,
    Column("session_id", String(36), primary_key=True),
    Column("device", String(40), nullable=False),
    Column("used_at", Moment, nullable=False, index=True),
)

# The first that is found counts: nearly every browser also calls itself Safari, Chrome or Mozilla.
_BROWSERS: Final = (
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("Chrome", "chrome"),
    ("CriOS", "chrome"),
    ("Safari", "safari"),
)
_SYSTEMS: Final = (
    ("Windows", "windows"),
    ("Android", "android"),
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Mac OS X", "mac"),
    ("CrOS", "chromeos"),
    ("Linux", "linux"),
)
BROWSER_NAMES: Final = {
    "edge": "Edge",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
    "program": N_("A program"),
    "": N_("A browser"),
}
SYSTEM_NAMES: Final = {
    "windows": "Windows",
    "android": "Android",
    "iphone": "iPhone",
    "ipad": "iPad",
    "mac": "Mac",
    "chromeos": "Chromebook",
    "linux": "Linux",
    "": "",
}


def device_of(user_agent: str) -> str:
    """Two words of what a browser calls itself; each may be empty.

    >>> device_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'firefox/linux'
    >>> device_of("curl/8.5")
    '/'
    """
    text = user_agent[:500]
    browser = next((word for mark, word in _BROWSERS if mark in text), "")
    system = next((word for mark, word in _SYSTEMS if mark in text), "")
    return f"{browser}/{system}"


def device_words(device: str | None) -> tuple[str, str]:
    """Browser and system as a page names them; the first is to be translated."""
    browser, _, system = (device or "/").partition("/")
    return BROWSER_NAMES.get(browser, BROWSER_NAMES[""]), SYSTEM_NAMES.get(system, "")


def note_use(service: Service, session_id: str, device: str) -> None:
    """The session was used just now, by this device."""
    insert = sqlite.insert if service.database.is_sqlite else postgresql.insert
    said = {"device": device, "used_at": service.clock.now()}
    with service.database.writing() as connection:
        connection.execute(
            insert(USES)
            .values(session_id=session_id, **said)
            .on_conflict_do_update(index_elements=["session_id"], set_=said)
        )


def last_uses(connection: Connection, session_ids: Collection[str]) -> dict[str, Row[Any]]:
    """What is known of these sessions; some are missing."""
    rows = connection.execute(select(USES).where(USES.c.session_id.in_(list(session_ids))))
    return {row.session_id: row for row in rows}


def purge_uses(service: Service, payload: bytes) -> None:  # noqa: ARG001 (due work has a payload)
    """Forget what was used so long ago that the session is over; due work of each day."""
    with service.database.writing() as connection:
        connection.execute(
            delete(USES).where(USES.c.used_at <= service.clock.now() - SESSION_LENGTH)
        )
