"""Entries in words: reasons of the list, where an entry stands, what stood there before.

>>> reason_words("illness", "at the doctor"), place_words("post"), shown(7, 9)
('Ill: at the doctor', 'Test after', '7/9')
"""

from __future__ import annotations

from typing import Final

from services.trainings.cohorts.entries import AFTER, BEFORE
from services.trainings.cohorts.recording import REASONS
from shared.language.marking import N_
from shared.web.language import say

REASON_WORDS: Final = {
    "illness": N_("Ill"),
    "family": N_("Family"),
    "work": N_("Work"),
    "official": N_("At an office or a court"),
    "travel": N_("Could not come"),
    "other": N_("Something else"),
}
"""Reasons of the list, in the order in which they are offered."""

GRID_WORDS: Final = {
    "saved": N_("All saved, {time}"),
    "sending": N_("Being saved: {count}"),
    "waiting": N_("Waiting for the connection. Not sent yet: {count}"),
    "later": N_("Not saved yet: {count}. It is tried again by itself. {reason}"),
    "signed_out": N_("You are signed out. Not sent yet: {count}. They wait in this browser."),
    "contested": N_("Two people recorded different things. To be decided: {count}"),
    "refused": N_("Not accepted: {count}"),
    "away": N_(
        "The connection is missing. What you enter is kept in this browser until it is back."
    ),
    "sign_in": N_("Sign in again"),
    "cannot_keep": N_("This browser keeps nothing. Stay on this page until all is saved."),
    "too_much": N_("Write a number from 0 to {most}."),
    "not_emptied": N_("What is recorded can be corrected, but not emptied."),
    "stays": N_("Signing out would lose what is not sent yet: {count}. Press again to lose it."),
    "whole": N_("Whole session"),
    "absent": N_("Absent"),
    "excused": N_("Excused"),
    "whole_of": N_("{name} was there the whole session"),
    "absent_of": N_("{name} was absent"),
    "excused_of": N_("{name} was excused"),
    "again": N_("Send it again"),
    "discard": N_("Discard this entry"),
    "at": N_("{name}, {place}: {value}"),
}
"""What the script of the grid says; it is given to it with the page."""


def words_of_grid() -> dict[str, str]:
    """Those words in the reader's language, their places still open."""
    return {name: say(sentence, _OPEN) for name, sentence in GRID_WORDS.items()}


_OPEN: Final = {
    name: f"{{{name}}}" for name in ("time", "count", "reason", "most", "name", "place", "value")
}


def reason_words(code: str | None, text: str | None) -> str:
    """Why somebody was not there all the time; empty when nothing was said."""
    word = say(REASON_WORDS[code]) if code in REASON_WORDS else ""
    return ": ".join(one for one in (word, text or "") if one)


def reasons() -> list[tuple[str, str]]:
    """What a reason is chosen from."""
    return [(code, say(REASON_WORDS[code])) for code in REASONS]


def place_words(place: str) -> str:
    """A place as it is called."""
    if place == BEFORE:
        return say(N_("Test before"))
    if place == AFTER:
        return say(N_("Test after"))
    return say(N_("Session {session}"), {"session": place})


def shown(value: int, maximum: int | None) -> str:
    """A value as it stands in its cell: minutes, per cent, or points of a maximum."""
    return str(value) if maximum is None else f"{value}/{maximum}"
