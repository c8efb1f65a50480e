"""A record's ETag is its stream's version; a write says which version it was made for.

    response = show(application)
    set_version(response, application.version)          # ETag: "7"
    ...
    expected = required_version()                       # If-Match: "7"  →  7

A page's form carries the same number in its field ``version``.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

from flask import request
from werkzeug.wrappers import Response

from shared.errors import Malformed, PreconditionRequired, Stale
from shared.language.marking import N_

HEADER: Final = "If-Match"
VERSION_FIELD: Final = "version"
VERSION_MAX: Final = 2**53 - 1
_STRONG: Final = re.compile(r'"(0|[1-9][0-9]{0,15})"')

R = TypeVar("R", bound=Response)


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def set_version(response: R, version: int) -> R:
    """Write the record's version into its answer."""
    response.headers["ETag"] = etag(version)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def required_version(current: int | None = None) -> int:
    """The version that the write was made for.

    current: the record's version, when it is known already; another one is Stale (412).
    Raises PreconditionRequired (428) without If-Match or form field, Malformed (400) when it is
    not one strong tag of ours.
    """
    header = request.headers.get(HEADER)
    if header is not None:
        match = _STRONG.fullmatch(header.strip())
        text = match.group(1) if match else None
    elif not request.is_json and VERSION_FIELD in request.form:
        given = request.form[VERSION_FIELD]
        text = given if _STRONG.fullmatch(f'"{given}"') else None
    else:
        raise PreconditionRequired(
            "version-required",
            N_("Say which version you saw: send its ETag in If-Match."),
            header=HEADER,
        )
    if text is None or int(text) > VERSION_MAX:
        raise Malformed(
            "version-malformed",
            N_('The version cannot be read; it looks like "7" with its quotes.'),
            header=HEADER,
        )
    version = int(text)
    if current is not None:
        check_version(version, current=current)
    return version


def check_version(version: int, *, current: int) -> None:
    """Raise Stale when the record has moved on since."""
    if version != current:
        raise Stale(
            "stale-version",
            N_("Somebody changed this since you opened it. Load it again; nothing was changed."),
            header=HEADER,
            version=version,
            current_version=current,
        )


def not_modified(version: int) -> bool:
    """Whether the asker has this very version already (If-None-Match); then answer 304."""
    tags = request.headers.get("If-None-Match", "")
    return any(tag.strip().removeprefix("W/") == etag(version) for tag in tags.split(",")[:20])
