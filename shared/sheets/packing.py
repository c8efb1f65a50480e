"""An XLSX file made piece by piece: nothing of it stands anywhere but in what is given away.

    for piece in xlsx_pieces("People", ("Ime", "Rođena"), rows):
        send(piece)

One tab with a frozen row of headers, a filter over it and the fewest parts that a workbook has.
Text stands in its cell, so that no table of all texts is kept. Names of parts, elements and
attributes: ECMA-376 part 1, 18.2, 18.3 and 18.8; part 2 for the packed folder.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from shared.sheets.guarding import guarded
from shared.sheets.limits import CELL_LENGTH_MAX
from shared.sheets.rows import column_letters
from shared.sheets.values import Written

ROWS_MAX: Final = 1_048_575
TITLE_LENGTH_MAX: Final = 31
WHOLE_DIGITS_MAX: Final = 15
"""More digits of a number are not kept by spreadsheet programs."""

_PIECE_BYTES: Final = 64 * 1024
_WIDTH_MIN: Final = 8
_WIDTH_MAX: Final = 50
_ZERO_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001  (days of the calendar have no zone)
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it programs count days differently, since they think that 1900 had a 29 February."""

_MADE_AT: Final = (1980, 1, 1, 0, 0, 0)
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD, _DAY, _MOMENT, _SPAN, _TEXT, _GUARDED = range(1, 7)
"""Numbers of the styles below, in their order."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="3">'
        '<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
        '<numFmt numFmtId="165" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/>'
        '<numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="2"><border/><border><left/><right/><top/><bottom style="thin"/>'
        "<diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7"><xf/>'
        '<xf fontId="1" borderId="1" applyFont="1" applyBorder="1" applyAlignment="1">'
        '<alignment vertical="top" wrapText="1"/></xf>'
        '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
        '<xf numFmtId="166" applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1"/>'
        '<xf numFmtId="49" quotePrefix="1" applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}


class _Outbox:
    """A file that is only written to, and whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._waiting = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self._waiting += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self, least: int = 0) -> bytes:
        """What was written since, once it is at least so much."""
        if self._waiting <= least:
            return b""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        self._waiting = 0
        return whole


def xlsx_pieces(
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    widths: Sequence[int] = (),
) -> Iterator[bytes]:
    """The bytes of a workbook with one tab, as its rows come. Raises ValueError for too many.

    title: of the tab; cut and cleaned as such names must be. widths: in characters, a column each.
    """
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as packed:  # type: ignore[call-overload]
        for name, content in _PARTS.items():
            packed.writestr(_entry(name), _XML + content)
        packed.writestr(_entry("xl/workbook.xml"), _workbook(title, len(headers)))
        with packed.open(_entry("xl/worksheets/sheet1.xml"), "w") as part:
            part.write(_beginning(headers, widths).encode())
            count = 0
            for count, row in enumerate(rows, 1):
                if count > ROWS_MAX:
                    raise ValueError("more rows than a sheet has")
                part.write(_row(count + 1, row).encode())
                if piece := outbox.taken(_PIECE_BYTES):
                    yield piece
            last = f"{column_letters(max(len(headers), 1) - 1)}{count + 1}"
            part.write(f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'.encode())
    yield outbox.taken()


def tab_name(title: str) -> str:
    """A name that a tab may have: up to 31 characters, none of ``[]:*?/\\``, no outer quotes."""
    kept = "".join(" " if one in "[]:*?/\\" or not one.isprintable() else one for one in title)
    kept = " ".join(kept.split())[:TITLE_LENGTH_MAX].strip("' ")
    return "Sheet" if kept.casefold() in ("", "history") else kept


def _entry(name: str) -> zipfile.ZipInfo:
    """The same rows give the same bytes, whenever they are packed."""
    entry = zipfile.ZipInfo(name, _MADE_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _workbook(title: str, columns: int) -> str:
    name = tab_name(title)
    quoted = "'" + name.replace("'", "''") + "'"
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{escape(quoted)}!$1:$1'
        "</definedName></definedNames></workbook>"
        if columns
        else f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _beginning(headers: Sequence[str], widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{_width(at - 1, header, widths)}" customWidth="1"/>'
        for at, header in enumerate(headers, 1)
    )
    head = "".join(
        _text_cell(f"{column_letters(at)}1", header, _HEAD) for at, header in enumerate(headers)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews>{f'<cols>{columns}</cols>' if columns else ''}"
        f'<sheetData><row r="1">{head}</row>'
    )


def _width(column: int, header: str, widths: Sequence[int]) -> int:
    wanted = widths[column] if column < len(widths) else len(header) + 2
    return max(_WIDTH_MIN, min(wanted, _WIDTH_MAX))


def _row(number: int, row: Sequence[Written]) -> str:
    cells = "".join(_cell(f"{column_letters(at)}{number}", value) for at, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Written) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case str():
            return _text_cell(place, value, _GUARDED if guarded(value) != value else _TEXT)
        case datetime() if value.date() >= _FIRST_DAY:
            days = (value.replace(tzinfo=None) - _ZERO_DAY) / timedelta(days=1)
            return f'<c r="{place}" s="{_MOMENT}"><v>{days!r}</v></c>'
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return f'<c r="{place}" s="{_DAY}"><v>{(value - _ZERO_DAY.date()).days}</v></c>'
        case date():
            return _text_cell(place, value.strftime("%d.%m.%Y"), _TEXT)
        case timedelta():
            return f'<c r="{place}" s="{_SPAN}"><v>{value / timedelta(days=1)!r}</v></c>'
        case int() if len(str(abs(value))) > WHOLE_DIGITS_MAX:
            return _text_cell(place, str(value), _TEXT)
        case Decimal():
            return f'<c r="{place}"><v>{value:f}</v></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    shown = escape(_UNPRINTABLE.sub("", text[:CELL_LENGTH_MAX]))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
    )
