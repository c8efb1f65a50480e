"""From a sheet's rows to what they say, by the columns that a person named.

    with opened(service, state) as sheet:
        for row, findings in understood(sheet, plan_of(service, state)):
            ...                      # a PersonRow, or None with what is wrong in which column

One row at a time: a sheet may have very many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.trainings.imports.field import Field, Reading, word_of
from services.trainings.imports.fields import KINDS
from services.trainings.imports.import_events import Word
from services.trainings.imports.rows import CLASSES, NEEDED, Finding, Understood
from shared.privacy.keyring import Keyring
from shared.sheets.cells import BadCell
from shared.sheets.rows import Row

WORD_PURPOSE: Final = "import-word"
HEADERS_PURPOSE: Final = "import-headers"


@dataclass(frozen=True)
class Plan:
    """How a sheet is read. ``columns``: (place, field, header); country: where no cell says it."""

    kind: str
    columns: tuple[tuple[int, Field, str], ...]
    how: Reading
    country: str

    @property
    def named(self) -> list[str]:
        """The fields that have a column."""
        return [field.name for _, field, _ in self.columns]

    def header(self, name: str) -> str:
        """What stands above a field's column; "" when it has none."""
        return next((header for _, field, header in self.columns if field.name == name), "")


class Words(dict[str, dict[str, str]]):
    """Field → folded word → code, where only the words' keyed hashes are known."""

    def __init__(self, keyring: Keyring, words: Sequence[Word]) -> None:
        super().__init__()
        self._keyring = keyring
        self._marks = {(one.field, one.mark): one.code for one in words}
        self._fields = {one.field for one in words}

    def get(self, field: str, default: Any = None) -> Any:
        """The words of a field, or None when nobody gave a meaning to any."""
        if field not in self._fields:
            return default
        found = super().get(field)
        if found is None:
            found = _Marked(self._keyring, self._marks, field)
            self[field] = found
        return found


class _Marked(dict[str, str]):
    """Folded word → code of one field; each word is hashed once."""

    def __init__(self, keyring: Keyring, marks: dict[tuple[str, str], str], field: str) -> None:
        super().__init__()
        self._keyring, self._marks, self._field = keyring, marks, field

    def get(self, word: str, default: Any = None) -> Any:
        if word not in self:
            mark = word_mark(self._keyring, word)
            self[word] = self._marks.get((self._field, mark), "")
        return self[word] or default


def word_mark(keyring: Keyring, word: str) -> str:
    """The keyed hash of a folded word."""
    return keyring.blind_index(WORD_PURPOSE, word)


def headers_mark(keyring: Keyring, headers: Sequence[str]) -> str:
    """The keyed hash of a row of headers: the same for each file of a form."""
    said = "\n".join(word_of(one) for one in headers)
    return keyring.blind_index(HEADERS_PURPOSE, said)


def plan(
    kind: str,
    headers: Sequence[str],
    columns: Sequence[str],
    *,
    how: Reading,
    country: str,
) -> Plan:
    """A plan of columns by place; those without a field are left out."""
    of = KINDS[kind]
    return Plan(
        kind=kind,
        columns=tuple(
            (place, of.field(name), headers[place])
            for place, name in enumerate(columns)
            if name and place < len(headers)
        ),
        how=how,
        country=country,
    )


def understood(
    rows: Iterator[Row], plan: Plan
) -> Iterator[tuple[Understood | None, list[Finding]]]:
    """Each row that says anything: what it says, or None with what is wrong."""
    for row in rows:
        values, findings, empty = _values(row, plan)
        if empty:
            continue
        if findings or not values:
            yield None, findings
            continue
        yield CLASSES[plan.kind](row=row.number, **values), findings


def _values(row: Row, plan: Plan) -> tuple[dict[str, Any], list[Finding], bool]:
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for place, field, header in plan.columns:
        try:
            value = field.read(row.cells[place], plan.how, field.name)
        except BadCell as error:
            findings.append(
                Finding(row.number, header, True, error.code, error.sentence, error.facts)
            )
            continue
        if value is not None:
            values[field.name] = value
    if not values and not findings:
        return values, findings, True
    _join(values)
    if plan.country and "country" in CLASSES[plan.kind].__struct_fields__:
        values.setdefault("country", plan.country)
    whole = _ask_needed(row.number, values, findings, plan)
    return values if whole else {}, findings, False


def _join(values: dict[str, Any]) -> None:
    """First and last name make the full name, as both countries write it."""
    first, last = values.pop("first_name", None), values.pop("last_name", None)
    if "full_name" not in values and first and last:
        values["full_name"] = f"{first} {last}"


def _ask_needed(number: int, values: dict[str, Any], findings: list[Finding], plan: Plan) -> bool:
    """Whether all that a row needs is there; what has no column at all is said elsewhere."""
    whole = True
    wrong = {one.column for one in findings}
    needed = [one.name for one in KINDS[plan.kind].fields if one.required]
    needed += [name for sets in KINDS[plan.kind].either for name in sets[0]]
    if "country" in CLASSES[plan.kind].__struct_fields__:
        needed.append("country")
    for name in needed:
        if name in values:
            continue
        header = plan.header(name) or (plan.header("first_name") if name == "full_name" else "")
        whole = False
        if header and header not in wrong:
            findings.append(Finding(number, header, True, "empty", NEEDED))
    return whole
