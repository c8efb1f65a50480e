"""Lists come in pages: a bounded limit and an opaque cursor that says where the last one ended.

    @blueprint.arguments(PageArguments, location="query")
    def list_calls(page: PageRequest) -> ...:
        rows = views.calls(after=page.after(str, str), limit=page.limit + 1)
        return page.answer(rows, lambda row: (row.opens_on, row.call_id))

gives ``{"items": [...], "next": "WyIyMDI2…"}``; ``next`` is null on the last page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from marshmallow import Schema, fields, post_load, validate

from shared.errors import Invalid
from shared.language.marking import N_

LIMIT_MAX: Final = 200
LIMIT_DEFAULT: Final = 50
CURSOR_LENGTH_MAX: Final = 600

Key = str | int
T = TypeVar("T")


@dataclass(frozen=True)
class PageRequest:
    """Which page is asked for."""

    limit: int = LIMIT_DEFAULT
    cursor: str | None = None

    def after(self, *kinds: type) -> tuple[Any, ...] | None:
        """The sort key of the last row seen, checked against its kinds; None on the first page.

        Kinds are str, int, and datetime for a moment that stands in it as ISO 8601 text.
        """
        return None if self.cursor is None else decode_cursor(self.cursor, *kinds)

    def answer(self, rows: Sequence[T], key: Callable[[T], Sequence[Key]]) -> dict[str, Any]:
        """The body. Fetch one row more than ``limit``, so that it is known whether more follow."""
        shown = list(rows[: self.limit])
        more = len(rows) > self.limit
        return {"items": shown, "next": encode_cursor(key(shown[-1])) if more and shown else None}


class PageArguments(Schema):
    """The query parameters ``limit`` and ``cursor``."""

    limit = fields.Integer(
        load_default=LIMIT_DEFAULT,
        validate=validate.Range(min=1, max=LIMIT_MAX),
        metadata={"description": "How many at most."},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=CURSOR_LENGTH_MAX),
        metadata={"description": "The next of the page before, unchanged."},
    )

    @post_load
    def page_request(self, data: dict[str, Any], **_: Any) -> Any:
        """A PageRequest; a schema with more parameters keeps it under ``page``."""
        page = PageRequest(data.pop("limit"), data.pop("cursor"))
        return {**data, "page": page} if data or type(self) is not PageArguments else page


def page_schema(item: type[Schema], *, name: str) -> type[Schema]:
    """The schema of a page of items, named so in the API's document."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "The cursor of the next page; null on the last."},
            ),
        },
        name=name,
    )


def encode_cursor(key: Sequence[Key]) -> str:
    """A sort key as one opaque word."""
    text = json.dumps(list(key), separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The sort key in a cursor. Raises Invalid unless it is one that we gave for such a list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        key = json.loads(text)
        fits = (
            isinstance(key, list)
            and [type(part) for part in key] == [str if k is datetime else k for k in kinds]
            and encode_cursor(key) == cursor
            and "\x00" not in "".join(part for part in key if isinstance(part, str))
            and all(abs(part) < 2**63 for part in key if isinstance(part, int))
        )
        parts = [_moment(p) if k is datetime else p for p, k in zip(key, kinds, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        fits = False
    if not fits:
        raise Invalid(
            "cursor-unknown", N_("The cursor is not one of ours. Begin with the first page again.")
        )
    return tuple(parts)


def _moment(text: str) -> datetime:
    """In UTC. Raises ValueError, or OverflowError where UTC's calendar ends."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)
