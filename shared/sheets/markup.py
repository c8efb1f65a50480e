"""A second look at the markup of an XLSX file: what calamine does not tell.

Where cells hold an error or a formula that was never computed, which rows and columns are hidden,
which numbers are shown as per cent, how far cells that hold something reach, the date base.
Element and attribute names: ECMA-376 part 1, 18.2 (workbook), 18.3 (worksheet), 18.8 (styles).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from shared.language.marking import N_
from shared.sheets.kinds import unreadable
from shared.sheets.limits import COLUMNS_MAX
from shared.sheets.notes import Note
from shared.sheets.rows import NEVER_COMPUTED, column_letters

NAMED_MAX: Final = 10
_PIECE_BYTES: Final = 256 * 1024
_PERCENT_FORMATS: Final = {"9", "10"}
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_REF_ID: Final = "id"


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(packed: zipfile.ZipFile, path: str, parser: expat.XMLParserType) -> None:
    try:
        with packed.open(path) as file:
            while piece := file.read(_PIECE_BYTES):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise unreadable() from error


class Parts:
    """Tabs of a workbook and where each lies in the packed folder."""

    def __init__(self, content: bytes) -> None:
        self._packed = zipfile.ZipFile(io.BytesIO(content))
        self.from_1904 = False
        self._relation_of: dict[str, str] = {}
        self._path_of_relation: dict[str, str] = {}
        self._read("xl/workbook.xml", self._in_workbook)
        self._read("xl/_rels/workbook.xml.rels", self._in_relations)

    @property
    def packed(self) -> zipfile.ZipFile:
        """The packed folder."""
        return self._packed

    def path(self, part: str) -> str:
        """Where the tab's markup lies. Raises KeyError without."""
        return self._path_of_relation[self._relation_of[part]]

    def holds_something(self, part: str) -> bool:
        """Whether a cell of the tab holds anything: its markup is longer than an empty one's."""
        try:
            with self._packed.open(self.path(part)) as file:
                beginning = file.read(_PIECE_BYTES)
        except KeyError:
            return False
        return re.search(rb"<(?:\w+:)?(?:v|is|f)\b", beginning) is not None

    def percent_styles(self) -> set[str]:
        """Numbers of the styles by which a number is shown as per cent."""
        formats, styles = set(_PERCENT_FORMATS), list[str]()
        within = [False]

        def start(name: str, attributes: dict[str, str]) -> None:
            match _local(name):
                case "numFmt" if "%" in attributes.get("formatCode", ""):
                    formats.add(attributes.get("numFmtId", ""))
                case "cellXfs":
                    within[0] = True
                case "xf" if within[0]:
                    styles.append(attributes.get("numFmtId", ""))

        def end(name: str) -> None:
            if _local(name) == "cellXfs":
                within[0] = False

        if "xl/styles.xml" not in self._packed.namelist():
            return set()
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        _parse(self._packed, "xl/styles.xml", parser)
        return {str(at) for at, one in enumerate(styles) if one in formats}

    def _read(self, path: str, start: Callable[[str, dict[str, str]], None]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        _parse(self._packed, path, parser)

    def _in_workbook(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "workbookPr":
                self.from_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
            case "sheet":
                relation = next(
                    (value for key, value in attributes.items() if key.endswith(f":{_REF_ID}")), ""
                )
                self._relation_of[attributes.get("name", "")] = relation

    def _in_relations(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            self._path_of_relation[attributes.get("Id", "")] = posixpath.normpath(path)


class Markup:
    """What the markup of one tab tells. Rows are numbered from 1, columns counted from 0."""

    def __init__(self, parts: Parts, part: str) -> None:
        self.odd_cells: dict[int, dict[int, str]] = {}
        self.percent_cells: dict[int, list[int]] = {}
        self.last_row = 0
        self.last_column = 0
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self._percent_styles = parts.percent_styles()
        self._columns: dict[str, int] = {}
        self._row = 0
        self._column = -1
        self._error = self._formula = self._value = False
        self._text: list[str] | None = None
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._parser = parser
        _parse(parts.packed, parts.path(part), parser)

    def notes(self) -> list[Note]:
        """What the person should know."""
        notes = []
        if self.hidden_rows:
            notes.append(
                Note(
                    "hidden-rows",
                    N_("Hidden rows were read as well: {rows}."),
                    {"rows": _named([str(one) for one in self.hidden_rows])},
                )
            )
        columns = [column_letters(one) for one in self.hidden_columns if one < self.last_column]
        if columns:
            notes.append(
                Note(
                    "hidden-columns",
                    N_("Hidden columns were read as well: {columns}."),
                    {"columns": _named(columns)},
                )
            )
        return notes

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name if ":" not in name else _local(name)
        if name == "c":
            self._column = self._column_of(attributes.get("r", ""))
            self._error = attributes.get("t") == "e"
            self._formula = self._value = False
            if self._percent_styles and attributes.get("s") in self._percent_styles:
                self.percent_cells.setdefault(self._row, []).append(self._column)
        elif name in ("v", "is"):
            self._value = True
            self.last_row = max(self.last_row, self._row)
            self.last_column = max(self.last_column, self._column + 1)
            if self._error:
                self._text = []
                self._parser.CharacterDataHandler = self._text.append
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self._row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdigit() and last.isdigit():
                # Programs hide everything to the right of a sheet by one word: to column 16384.
                self.hidden_columns += range(int(first) - 1, min(int(last), COLUMNS_MAX))

    def _end(self, name: str) -> None:
        name = name if ":" not in name else _local(name)
        if name == "v" and self._text is not None:
            self._set_odd("".join(self._text)[:20] or "#N/A")
            self._text, self._parser.CharacterDataHandler = None, None
        elif name == "c" and self._formula and not self._value:
            self._set_odd(NEVER_COMPUTED)

    def _set_odd(self, said: str) -> None:
        self.odd_cells.setdefault(self._row, {})[self._column] = said
        self.last_row = max(self.last_row, self._row)
        self.last_column = max(self.last_column, self._column + 1)

    def _column_of(self, reference: str) -> int:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            # Without a name a cell follows the one before it.
            return self._column + 1
        letters = match[1]
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            found = self._columns[letters] = found - 1
        return found


def _named(names: list[str]) -> str:
    more = " …" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more
