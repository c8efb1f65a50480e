"""Errors that are answers: a rule was breached, a record is missing, somebody was faster.

A decider raises ``Refused("call-closed", N_("The call closed on {deadline}."), deadline=...)``: a
stable code, one sentence for a person and the facts. ``shared.web.problems`` alone turns these
into ``application/problem+json`` or a page, in the reader's language.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Problem(Exception):
    """Base of every error that is an answer.

    code:     stable, kebab-case, the last part of the problem's ``type`` URI.
    sentence: English msgid with ``{fact}`` placeholders; mark it with ``N_``.
    facts:    JSON-able values named by the sentence. Never personal data.
    """

    status: ClassVar[int] = 500

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence.format_map(self.facts)}"


class Refused(Problem):
    """A rule of the domain says no (409): the request is well formed, the state forbids it."""

    status = 409


class Invalid(Problem):
    """What came in cannot be right (422). ``facts['errors']`` may list places."""

    status = 422


class Malformed(Problem):
    """What came in cannot be read at all (400)."""

    status = 400


class Missing(Problem):
    """No such record, or none that this reader may know of (404)."""

    status = 404


class Forbidden(Problem):
    """Known reader, but not allowed (403)."""

    status = 403


class Unauthenticated(Problem):
    """Nobody is signed in (401)."""

    status = 401


class Stale(Problem):
    """If-Match named a version that is no longer the current one (412)."""

    status = 412


class PreconditionRequired(Problem):
    """A write without If-Match (428)."""

    status = 428


class Conflict(Problem):
    """Another append came first (409). Handlers that can decide again retry before it shows."""

    status = 409


class TooMany(Problem):
    """Tried too often (429). ``facts['retry_after_seconds']`` becomes the header Retry-After."""

    status = 429


class Busy(Problem):
    """Temporarily impossible (503): a lock or a queue did not yield in time."""

    status = 503
