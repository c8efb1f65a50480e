"""Turns marshmallow's messages into a list of places with sentences in the reader's language.

>>> [(e.pointer, e.detail) for e in errors_of({"json": {"name": ["Not a valid string."]}}, str)]
[('#/name', 'This must be text.')]

marshmallow formats its messages before anybody could translate them; the table below knows their
forms and gives our own plain sentences instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from shared.language.marking import N_
from shared.web.json_body import escape

ERRORS_MAX: Final = 100
LOCATIONS: Final = ("json", "query", "querystring", "path", "view_args", "form", "headers", "files")


@dataclass(frozen=True)
class FieldError:
    """One wrong value: where it stood and what is wrong with it."""

    location: str
    pointer: str
    detail: str

    def to_json(self) -> dict[str, str]:
        """As a member of the problem's ``errors``."""
        return {"in": self.location, "pointer": self.pointer, "detail": self.detail}


_SENTENCES: Final = tuple(
    (re.compile(form), sentence)
    for form, sentence in (
        (r"Missing data for required field\.", N_("This is missing.")),
        (r"Field may not be null\.", N_("This may not be empty.")),
        (r"Unknown field\.", N_("This name is not known here.")),
        (r"Invalid value\.", N_("This value is not allowed.")),
        (r"Invalid input type\.", N_("This has the wrong form: names with values are expected.")),
        (r"Invalid type\.", N_("This has the wrong form: names with values are expected.")),
        (r"Not a valid (string|utf-8 string)\.", N_("This must be text.")),
        (r"Not a valid integer\.", N_("This must be a whole number.")),
        (r"Not a valid number\.", N_("This must be a number.")),
        (r"Not a valid boolean\.", N_("This must be yes or no (true or false).")),
        (r"Not a valid date\.", N_("This must be a day, written like 2026-03-31.")),
        (
            r"Not a valid (aware )?datetime\.",
            N_("This must be a time with its zone, written like 2026-03-31T10:00:00Z."),
        ),
        (r"Not a valid list\.", N_("This must be a list.")),
        (r"Not a valid mapping type\.", N_("This must have names with values.")),
        (r"Not a valid UUID\.", N_("This must be an identifier (UUID).")),
        (r"Not a valid email address\.", N_("This must be an e-mail address.")),
        (r"Must be one of: (?P<choices>.+)\.", N_("This must be one of: {choices}.")),
        (
            (
                r"Must be greater than or equal to (?P<least>.+?)"
                r"( and less than or equal to (?P<most>.+?))?\."
            ),
            N_("This is outside what is allowed."),
        ),
        (r"Must be less than or equal to (?P<most>.+?)\.", N_("This must be at most {most}.")),
        (r"Must be greater than (?P<least>.+?)\.", N_("This must be more than {least}.")),
        (r"Must be less than (?P<most>.+?)\.", N_("This must be less than {most}.")),
        (r"Shorter than minimum length (?P<least>\d+)\.", N_("This is shorter than {least}.")),
        (r"Longer than maximum length (?P<most>\d+)\.", N_("This is longer than {most}.")),
        (
            r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.",
            N_("The length must be between {least} and {most}."),
        ),
        (r"Length must be (?P<length>\d+)\.", N_("The length must be {length}.")),
        (
            r"String does not match expected pattern\.",
            N_("This is not written in the expected way."),
        ),
    )
)
_RANGE: Final = {
    (True, True): N_("This must be between {least} and {most}."),
    (True, False): N_("This must be at least {least}."),
}


def errors_of(messages: Any, translate: Callable[[str], str]) -> list[FieldError]:
    """Flatten marshmallow's nested messages; the first key may be the place in the request."""
    if isinstance(messages, dict) and messages and all(k in LOCATIONS for k in messages):
        found = [
            FieldError(_place(location), pointer, sentence(text, translate))
            for location, inner in messages.items()
            for pointer, text in _leaves(inner, "#")
        ]
    else:
        found = [
            FieldError("body", pointer, sentence(text, translate))
            for pointer, text in _leaves(messages, "#")
        ]
    return found[:ERRORS_MAX]


def sentence(message: str, translate: Callable[[str], str]) -> str:
    """Our sentence for one of marshmallow's messages; any other message is a msgid itself."""
    for form, msgid in _SENTENCES:
        if match := form.fullmatch(message):
            facts = match.groupdict()
            if "least" in facts and "most" in facts and "Must be greater" in message:
                msgid = _RANGE[True, facts["most"] is not None]
            if "choices" in facts:
                # An empty choice, which stands for "any", cannot be seen in a list.
                facts["choices"] = facts["choices"].removeprefix(", ")
            return translate(msgid).format_map(facts)
    return translate(message)


def _place(location: str) -> str:
    return {"json": "body", "form": "body", "files": "body", "headers": "header"}.get(
        location, "path" if location in ("path", "view_args") else "query"
    )


def _leaves(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            # marshmallow reports what concerns the whole object under the name _schema.
            below = pointer if name == "_schema" else f"{pointer}/{escape(str(name))}"
            yield from _leaves(inner, below)
    elif isinstance(messages, (list, tuple)):
        for inner in messages:
            yield from _leaves(inner, pointer)
    else:
        yield pointer, str(messages)
