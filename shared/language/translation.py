"""Texts in the reader's language: catalogues read once, looked up with fallbacks, filled safely.

>>> translator("en").gettext("The call closed on {day}.", day=date(2011, 3, 15))
'The call closed on 15 Mar 2011.'
>>> translator("en").ngettext("{count} file", "{count} files", 3)
'3 files'

Catalogues are ``catalogues/<code>/messages.po``, compiled in memory when first asked for, so there
is no compiled file that could be stale. English has none: its texts are the msgids. Serbian
Cyrillic is made from the Latin catalogue; its own file holds only what should differ.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from shared.language.formats import (
    DEFAULT_ZONE,
    format_day,
    format_moment,
    format_money,
    format_number,
    formats_for,
)
from shared.language.languages import LANGUAGES, Language, choose
from shared.language.placeholders import fill
from shared.language.scripts import to_cyrillic
from shared.money import Money

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "CATALOGUES",
    "LANGUAGES",
    "Translator",
    "catalogue_path",
    "choose",
    "install",
    "read_catalogue",
    "translator",
    "translator_from",
]

CATALOGUES: Final = Path(__file__).parent / "catalogues"


class Translator(NullTranslations):
    """Looks texts up for one language and fills their ``{placeholders}``.

    Facts are shown by type: Money and days as the language writes them, moments in UTC, lists
    joined by commas, everything else by ``str``. If a fact is ``Markup``, the text and the other
    facts are escaped and the answer is ``Markup``: messages themselves hold no HTML.
    """

    def __init__(self, language: Language, texts: NullTranslations) -> None:
        super().__init__()
        self.language = language
        self._texts = texts

    def gettext(self, message: str, **facts: Any) -> str:
        """The text of ``message``, or itself (English) where no catalogue has one.

        Without facts the text is answered as it is, for who fills it elsewhere.
        """
        # The empty msgid is the catalogue's header, which is no text for anybody.
        return self._filled(self._texts.gettext(message) if message else "", facts)

    def ngettext(self, msgid1: str, msgid2: str, n: int, **facts: Any) -> str:
        """The form that ``n`` asks for; ``{count}`` in it is ``n``, written as a number."""
        text = self._texts.ngettext(msgid1, msgid2, n)
        return self._filled(text, {"count": format_number(n, self.language.code)} | facts)

    def pgettext(self, context: str, message: str, **facts: Any) -> str:
        """Like gettext, where one English word means two things (to open, an open call)."""
        return self._filled(self._texts.pgettext(context, message), facts)

    def show(self, fact: Any) -> str:
        """One fact as it appears in a sentence."""
        code = self.language.code
        match fact:
            case Money():
                return format_money(fact, code)
            case datetime():
                return format_moment(fact, code, "UTC")
            case date():
                return format_day(fact, code)
            case list() | tuple():
                return ", ".join(self.show(each) for each in fact)
            case _:
                return str(fact)

    def _filled(self, text: str, facts: dict[str, Any]) -> str:
        if not facts:
            return text
        if not any(hasattr(fact, "__html__") for fact in facts.values()):
            return fill(text, {name: self.show(fact) for name, fact in facts.items()})
        safe = {
            name: str(escape(fact if hasattr(fact, "__html__") else self.show(fact)))
            for name, fact in facts.items()
        }
        # Safe: the text and every fact went through escape just now.
        return Markup(fill(str(escape(text)), safe))  # noqa: S704


@cache
def translator(code: str) -> Translator:
    """The translator of a language of ``LANGUAGES``; KeyError for any other code."""
    return translator_from(CATALOGUES, code)


def translator_from(catalogues: Path, code: str) -> Translator:
    """A translator that reads its catalogues from another folder."""
    language = LANGUAGES[code]
    texts = NullTranslations()
    for name in reversed(language.fallbacks):
        catalogue = read_catalogue(catalogues, name)
        if code == "sr_Cyrl" and name == "sr_Latn":
            catalogue = _in_cyrillic(catalogue)
        compiled = _compiled(catalogue)
        compiled.add_fallback(texts)
        texts = compiled
    return Translator(language, texts)


def read_catalogue(catalogues: Path, code: str) -> Catalog:
    """``<catalogues>/<code>/messages.po``, or an empty catalogue where there is no such file."""
    path = catalogue_path(catalogues, code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def catalogue_path(catalogues: Path, code: str) -> Path:
    """Where a language's texts are kept."""
    return catalogues / code / "messages.po"


def install(environment: Environment, code: str, zone: str = DEFAULT_ZONE) -> None:
    """Give a Jinja environment of one language ``_``, ``ngettext`` and the names of formats.

    For templates outside of a request: messages, documents. Pages get the same names from
    ``shared.web``. Without Jinja's own i18n extension, whose ``%`` formatting breaks on "50 %".
    """
    words = translator(code)
    environment.globals.update(
        _=words.gettext,
        gettext=words.gettext,
        ngettext=words.ngettext,
        pgettext=words.pgettext,
        **formats_for(code, zone),
    )


def _in_cyrillic(catalogue: Catalog) -> Catalog:
    for message in catalogue:
        # The header is the message without id; its Plural-Forms must stay Latin.
        if message.id and isinstance(message.string, str):
            message.string = to_cyrillic(message.string)
        elif message.id:
            message.string = tuple(to_cyrillic(form) for form in message.string or ())
    return catalogue


def _compiled(catalogue: Catalog) -> GNUTranslations:
    for message in list(catalogue):
        # A plural that lacks a form would be completed in English instead of by the fallback.
        if isinstance(message.string, tuple | list) and not all(message.string):
            catalogue.delete(message.id, message.context)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
