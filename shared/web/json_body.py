"""Reads JSON strictly: what one reader takes for one thing and another for another is refused.

>>> parse(b'{"limit": 5}')
{'limit': 5}
>>> parse(b'[5.0, 0.5]')
[5, 0.5]
>>> parse(b'{"a": 1, "a": 2}')
Traceback (most recent call last):
shared.errors.Malformed: json-malformed: The JSON cannot be read: the name a occurs twice.

No duplicate names, no NaN, no numbers beyond a double's whole range, no characters that stand for
nothing, at most 40 levels deep. Each refusal is a 400 that says where.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from shared.errors import Malformed
from shared.language.marking import N_
from shared.web.texts import stands_for_nothing

_TOO_LARGE: Final = object()
"""Stands where a number was that is too large, until its place is known."""

DEPTH_MAX: Final = 40
DIGITS_MAX: Final = 17
WHOLE_MAX: Final = 2**53 - 1


def parse(body: bytes) -> Any:
    """The value in a UTF-8 JSON document. Raises Malformed with the place."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(
            "encoding-malformed",
            N_("The text is not UTF-8: byte {byte} cannot be read."),
            byte=error.start,
        ) from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(
            "json-malformed",
            N_("The JSON cannot be read at line {line}, column {column}."),
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(
            "json-malformed",
            N_("The JSON cannot be read: the name {name} occurs twice."),
            name=_shown(twice),
        )
    return found


def _constant(name: str) -> NoReturn:
    raise Malformed(
        "json-malformed", N_("The JSON cannot be read: {name} is no number."), name=name
    )


def _whole(text: str) -> Any:
    # int() itself refuses some thousand digits with an error of another kind.
    if len(text) > DIGITS_MAX or abs(int(text)) > WHOLE_MAX:
        return _TOO_LARGE
    return int(text)


def _fraction(text: str) -> Any:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return _TOO_LARGE
    # To JSON 24.0 and 24 are the same number.
    return int(value) if value.is_integer() and abs(value) <= WHOLE_MAX else value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
)


def _check(value: Any) -> None:
    """Walk the value without recursion; refuse depth, numbers and text that no database keeps."""
    waiting: list[tuple[str, int, Any]] = [("#", 0, value)]
    while waiting:
        pointer, depth, item = waiting.pop()
        if depth > DEPTH_MAX:
            raise _too_deep()
        if isinstance(item, dict):
            for name, inner in item.items():
                _check_text(pointer, name)
                waiting.append((f"{pointer}/{escape(name)}", depth + 1, inner))
        elif isinstance(item, list):
            waiting.extend((f"{pointer}/{n}", depth + 1, inner) for n, inner in enumerate(item))
        elif isinstance(item, str):
            _check_text(pointer, item)
        elif item is _TOO_LARGE:
            raise Malformed(
                "number-too-large",
                N_("A number is too large: whole numbers go to {whole_max}."),
                pointer=pointer,
                whole_max=WHOLE_MAX,
            )


def _check_text(pointer: str, text: str) -> None:
    if stands_for_nothing(text):
        raise Malformed(
            "text-unusable",
            N_("The text at {pointer} has a character that stands for nothing."),
            pointer=pointer,
        )


def _too_deep() -> Malformed:
    return Malformed(
        "json-too-deep", N_("The JSON goes deeper than {depth_max} levels."), depth_max=DEPTH_MAX
    )


def _shown(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:60]


def escape(name: str) -> str:
    """A name as part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
