"""The five languages: their codes, tags, own names, fallbacks, and which one a reader gets.

>>> choose("sr-Cyrl-RS,sr;q=0.8,en;q=0.5", None)
'sr_Cyrl'
>>> choose("de, bs;q=0.7", "rom")
'rom'
>>> choose("de", None)
'en'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language in a script.

    code:      name of the catalogue and of the cookie's value.
    tag:       BCP 47, for the ``lang`` attribute and ``Content-Language``.
    name:      what its readers call it; never translated.
    locale:    CLDR locale that numbers are written by. CLDR has no ``rom``; its readers here go
               to school and to the bank in Serbian.
    fallbacks: catalogues asked in turn; after the last one comes the English msgid.
    """

    code: str
    tag: str
    name: str
    locale: str
    fallbacks: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


LANGUAGES: Final[dict[str, Language]] = {
    language.code: language
    for language in (
        Language(code="en", tag="en", name="English", locale="en_GB", fallbacks=()),
        Language(
            code="sr_Latn",
            tag="sr-Latn",
            name="Srpski (latinica)",
            locale="sr_Latn_RS",
            fallbacks=("sr_Latn",),
        ),
        Language(
            code="sr_Cyrl",
            tag="sr-Cyrl",
            name="Српски (ћирилица)",
            locale="sr_Cyrl_RS",
            fallbacks=("sr_Cyrl", "sr_Latn"),
        ),
        Language(
            code="bs",
            tag="bs",
            name="Bosanski",
            locale="bs_Latn_BA",
            fallbacks=("bs", "sr_Latn"),
        ),
        Language(
            code="rom",
            tag="rom",
            name="Romani čhib",
            locale="sr_Latn_RS",
            fallbacks=("rom", "sr_Latn"),
        ),
    )
}

_PRIMARY_TAGS: Final = {
    "en": "en",
    # Plain "sr" means Cyrillic to CLDR, but browsers send it for readers of both scripts and the
    # programme works in Latin; whoever wants Cyrillic chooses it once.
    "sr": "sr_Latn",
    "sh": "sr_Latn",
    "cnr": "bs",
    "hr": "bs",
    "bs": "bs",
    "rom": "rom",
    "rmn": "rom",
    "rmy": "rom",
    "rmc": "rom",
}

_RANGE: Final = re.compile(
    r"(?P<tag>[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}|\*)"
    r"(?:\s*;\s*[qQ]\s*=\s*(?P<quality>[01](?:\.[0-9]{0,3})?))?"
)
_HEADER_LENGTH_MAX: Final = 1000


def choose(accept_language: str | None, cookie: str | None, *, default: str = "en") -> str:
    """Code of the reader's language: their own choice, else what the browser asks for, or default.

    accept_language: header of RFC 9110 section 12.5.4; what cannot be read is passed over.
    cookie: a code of ``LANGUAGES``; anything else counts as no choice.
    """
    if cookie in LANGUAGES:
        return cookie
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:_HEADER_LENGTH_MAX].split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            continue
        quality = float(found["quality"] or 1)
        code = default if found["tag"] == "*" else _code_of(found["tag"])
        if code is not None and quality > 0:
            wanted.append((quality, code))
    # max keeps the first of equals, and the header lists those in the reader's order.
    best = max(wanted, key=lambda each: each[0], default=(0.0, default))
    return best[1]


def _code_of(tag: str) -> str | None:
    primary, *rest = tag.lower().split("-")
    code = _PRIMARY_TAGS.get(primary)
    if code in ("sr_Latn", "bs") and "cyrl" in rest:
        return "sr_Cyrl"
    return code
