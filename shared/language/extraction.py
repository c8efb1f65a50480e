"""Catalogue work: what texts the code has, bringing catalogues up to date, finding what is wrong.

>>> template = extract(Path("."))                                        # doctest: +SKIP
>>> problems(template, Path("shared/language/catalogues"))               # doctest: +SKIP
['sr_Latn: not translated: The call closed on {day}. (services/grants/calls/call.py)']
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_from
from babel.messages.pofile import write_po

from shared.language.placeholders import placeholders, stray_braces
from shared.language.translation import catalogue_path, read_catalogue

SOURCES: Final = ("services", "shared")
COMPLETE: Final = ("sr_Latn",)
"""Catalogues that must hold every text; the others fall back to them."""

SPARSE: Final = ("sr_Cyrl",)
"""Catalogues that hold only what differs from the one they are made from."""

CATALOGUE_CODES: Final = (*COMPLETE, *SPARSE, "bs", "rom")

_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_TEMPLATE_SUFFIXES: Final = frozenset({".html", ".txt", ".xml", ".j2"})
_COMMENT_TAG: Final = "Translators:"
_MOMENT: Final = datetime(2011, 1, 1, tzinfo=UTC)
"""Stands in every header, so that a catalogue changes only when its texts do."""

_HEADER: Final = "# Texts of Zanat. Bring up to date with: python -m shared.language update"

_CYRILLIC_LETTER: Final = re.compile(r"[\u0400-\u04ff]")


def extract(root: Path) -> Catalog:
    """Every marked text in Python files and Jinja templates of ``services`` and ``shared``."""
    template = Catalog(
        header_comment=_HEADER,
        creation_date=_MOMENT,
    )
    _dress(template)
    for path in _source_files(root):
        place = path.relative_to(root).as_posix()
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {"silent": "false", "encoding": "utf-8"}
        with path.open("rb") as file:
            found = extract_from(
                method, file, keywords=_KEYWORDS, comment_tags=(_COMMENT_TAG,), options=options
            )
            for line, text, comments, context in found:
                message = template.add(
                    text, locations=[(place, line)], auto_comments=comments, context=context
                )
                # Nothing here is filled with %, but "50 % of" looks like it to the extractor.
                message.flags.discard("python-format")
    return template


def merge(template: Catalog, catalogues: Path, code: str, *, prune: bool) -> Path:
    """Bring one catalogue up to the template; answers the file written.

    No guessing: a new text starts empty instead of fuzzy. Texts that the code no longer has are
    kept as obsolete, unless ``prune``.
    """
    catalogue = read_catalogue(catalogues, code)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    _dress(catalogue)
    if code in SPARSE:
        for message in list(catalogue):
            if message.id and not _forms(message):
                catalogue.delete(message.id, message.context)
    for message in catalogue:
        message.flags.discard("python-format")
    path = catalogue_path(catalogues, code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalogue, prune=prune))
    return path


def written(catalogue: Catalog, *, prune: bool = False) -> bytes:
    """The catalogue as a .po file: sorted, and without line numbers that would always change."""
    file = io.BytesIO()
    write_po(
        file, catalogue, width=100, sort_output=True, include_lineno=False, ignore_obsolete=prune
    )
    return file.getvalue()


def problems(template: Catalog, catalogues: Path) -> list[str]:
    """One line for each thing wrong in the texts and the catalogues; empty when all is well."""
    lines = [
        f"code: braces that are no placeholder: {_name(message)}"
        for message in template
        if message.id and any(stray_braces(text) for text in _ids(message))
    ]
    for code in CATALOGUE_CODES:
        lines.extend(f"{code}: {line}" for line in _problems_of(template, catalogues, code))
    return lines


def _dress(catalogue: Catalog) -> None:
    """Give a catalogue the header that all of ours have."""
    catalogue.project, catalogue.version = "Zanat", "1"
    catalogue.header_comment = _HEADER
    catalogue.creation_date = catalogue.revision_date = _MOMENT
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Zanat"
    catalogue.fuzzy = False


def _problems_of(template: Catalog, catalogues: Path, code: str) -> Iterator[str]:
    catalogue = read_catalogue(catalogues, code)
    if code in COMPLETE:
        for message in template:
            mine = catalogue.get(message.id, message.context) if message.id else message
            if mine is None or (message.id and not _complete(mine, catalogue, message)):
                yield f"not translated: {_name(message)}"
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"fuzzy: {_name(message)}"
        if template.get(message.id, message.context) is None:
            yield f"obsolete: {_name(message)}"
        yield from _faults(message, code)
    for message in catalogue.obsolete.values():
        yield f"obsolete: {_name(message)}"


def _faults(message: Message, code: str) -> Iterator[str]:
    """What is wrong with a translation that exists."""
    ids = _ids(message)
    # A form for one thing may leave the number out, as the English singular does.
    allowed = {placeholders(text) for text in ids}
    for form in _forms(message):
        if placeholders(form) not in allowed:
            yield f"other placeholders: {_name(message)}: {form}"
        if stray_braces(form):
            yield f"braces that are no placeholder: {_name(message)}: {form}"
        if code != "sr_Cyrl" and _CYRILLIC_LETTER.search(form):
            yield f"Cyrillic letters: {_name(message)}: {form}"
        if not unicodedata.is_normalized("NFC", form):
            yield f"letters and their marks apart: {_name(message)}: {form}"


def _complete(mine: Message, catalogue: Catalog, wanted: Message) -> bool:
    if len(_ids(mine)) != len(_ids(wanted)):
        return False
    return len(_forms(mine)) == (catalogue.num_plurals if len(_ids(wanted)) > 1 else 1)


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _forms(message: Message) -> list[str]:
    """The translated forms that are not empty."""
    strings = (message.string,) if isinstance(message.string, str) else message.string
    return [form for form in strings or () if form]


def _name(message: Message) -> str:
    context = f" [{message.context}]" if message.context else ""
    places = ", ".join(dict.fromkeys(str(place) for place, _ in message.locations))
    return f"{_ids(message)[0]}{context}" + (f" ({places})" if places else "")


def _source_files(root: Path) -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((root / source).rglob("*")):
            template = path.suffix in _TEMPLATE_SUFFIXES and "templates" in path.parts
            if path.is_file() and (path.suffix in (".py", ".html") or template):
                yield path
