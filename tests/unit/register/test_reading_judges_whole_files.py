"""Missing, broken and odd files: what is refused with its place, what is taken as it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.register.reading import RegisterErrors, read
from services.register.rows import canonical_row, in_zone
from services.register.tables import TABLES

EXAMPLE = Path(__file__).parents[3] / "examples" / "register"


def places(folder: Path) -> list[tuple[str, int | None, str | None, str]]:
    with pytest.raises(RegisterErrors) as caught:
        read(folder)
    return [(one.file, one.row, one.column, one.code) for one in caught.value.errors]


def change(folder: Path, file: str, edit: Callable[[bytes], bytes]) -> None:
    path = folder / file
    path.write_bytes(edit(path.read_bytes()))


def test_the_example_is_read_without_error() -> None:
    register = read(EXAMPLE)
    assert {name: len(getattr(register, name)) for name in TABLES} == {
        "participants": 560,
        "cohorts": 30,
        "sessions": 135,
        "attendance": 1884,
        "tests": 420,
        "education": 295,
        "calls": 6,
        "applications": 254,
        "conflicts": 16,
        "score_sheets": 1099,
        "bank_statement": 370,
        "visits": 596,
    }
    assert len({visit.key for visit in register.visits}) == 576
    assert {warning.code for warning in register.warnings} == {"check-digit"}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_missing_file_is_one_error(folder: Path, name: str) -> None:
    (folder / f"{name}.csv").unlink()
    assert places(folder) == [(f"{name}.csv", None, None, "missing-file")]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_an_empty_file_is_one_error(folder: Path, name: str) -> None:
    (folder / f"{name}.csv").write_bytes(b"")
    assert places(folder) == [(f"{name}.csv", 1, None, "no-header")]


def test_a_folder_in_place_of_a_file_and_no_folder_at_all(folder: Path) -> None:
    (folder / "tests.csv").unlink()
    (folder / "tests.csv").mkdir()
    assert places(folder) == [("tests.csv", None, None, "unreadable")]
    assert len(places(folder / "nothing")) == 12


@pytest.mark.parametrize(
    ("old", "new", "column", "code"),
    [
        (b"pre_test", b"pretest", "pretest", "unknown-column"),
        (b"pre_test,post_test", b"pre_test", "post_test", "missing-column"),
        (b"post_test", b"post_test,post_test", "post_test", "repeated-column"),
    ],
)
def test_a_wrong_header_is_named(
    folder: Path, old: bytes, new: bytes, column: str, code: str
) -> None:
    change(folder, "tests.csv", lambda content: content.replace(old, new, 1))
    assert ("tests.csv", 1, column, code) in places(folder)


def test_score_sheets_have_the_criteria_of_the_calls(folder: Path) -> None:
    change(folder, "score_sheets.csv", lambda content: content.replace(b"skills", b"charm", 1))
    assert places(folder) == [
        ("score_sheets.csv", 1, "charm", "unknown-column"),
        ("score_sheets.csv", 1, "skills", "missing-column"),
    ]


def test_too_few_and_too_many_cells(folder: Path) -> None:
    change(folder, "tests.csv", lambda content: content.replace(b",18,60\r", b",18\r", 1))
    change(folder, "sessions.csv", lambda content: content.replace(b"-01,6\r", b"-01,6,6\r", 1))
    assert places(folder) == [
        ("sessions.csv", 2, None, "cell-count"),
        ("tests.csv", 2, None, "cell-count"),
    ]


def test_what_is_not_utf_8_is_named_by_row_and_column(folder: Path) -> None:
    change(folder, "participants.csv", lambda content: content.replace(b"Dragan", b"Dra\xe8an", 1))
    assert places(folder) == [("participants.csv", 2, "full_name", "not-utf-8")]


def test_a_quote_that_never_ends_is_named(folder: Path) -> None:
    change(folder, "tests.csv", lambda content: content.replace(b",18,60", b',18,"60', 1))
    assert places(folder) == [("tests.csv", 2, None, "not-csv")]


def test_rows_are_counted_as_a_spreadsheet_counts_them(folder: Path) -> None:
    def edit(content: bytes) -> bytes:
        content = content.replace(b"former trainer", b'"former\r\ntrainer, ""kum"""', 1)
        return content.replace(b"A0052,member-ba-5", b"A0052,nobody", 1)

    change(folder, "conflicts.csv", edit)
    assert places(folder) == [("conflicts.csv", 5, "member", "unknown-reference")]


def test_byte_order_mark_blank_rows_column_order_and_bare_line_ends_are_taken(folder: Path) -> None:
    def edit(content: bytes) -> bytes:
        rows = [line.split(b",") for line in content.replace(b"\r", b"").splitlines()]
        mirrored = b"\n".join(b",".join(reversed(row)) for row in rows)
        return b"\xef\xbb\xbf" + mirrored + b"\n\n,,,\n"

    before = read(folder).tests
    change(folder, "tests.csv", edit)
    assert read(folder).tests == before


def test_any_order_of_rows_says_the_same(folder: Path) -> None:
    def content() -> list[bytes]:
        register = read(folder)
        return sorted(canonical_row(row) for name in TABLES for row in getattr(register, name))

    before = content()
    for name in TABLES:
        header, *rows = (folder / f"{name}.csv").read_bytes().splitlines(keepends=True)
        (folder / f"{name}.csv").write_bytes(header + b"".join(reversed(rows)))
    assert content() == before


def test_a_visit_told_with_an_offset_is_taken_in_local_time(folder: Path) -> None:
    before = read(folder).visits
    change(
        folder,
        "visits.csv",
        lambda content: content.replace(b"2011-06-03T10:00:00", b"2011-06-03T08:00:00Z", 1),
    )
    assert read(folder).visits == before
    assert in_zone(before[0].occurred_at, "Europe/Belgrade").hour == 8


def test_keys_and_contents_change_only_with_what_they_stand_for(folder: Path) -> None:
    before = read(folder).participants[0]
    change(folder, "participants.csv", lambda content: content.replace(b"Dragan", b"Goran", 1))
    after = read(folder).participants[0]
    assert before.key == after.key == "participants/P0001"
    assert canonical_row(before) != canonical_row(after)


def test_more_errors_than_the_limit_are_counted(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "register"))
    change(folder, "attendance.csv", lambda content: content.replace(b",6\r", b",six\r"))
    change(folder, "score_sheets.csv", lambda content: content.replace(b"member-", b"m-"))
    with pytest.raises(RegisterErrors) as caught:
        read(folder)
    assert len(caught.value.errors) == 1000
    assert caught.value.more > 0
    assert "more" in str(caught.value)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(sorted(TABLES)), content=st.binary(max_size=300), keep=st.booleans())
def test_no_bytes_raise_anything_else(small: Path, name: str, content: bytes, keep: bool) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(small, Path(made) / "register"))
        path = folder / f"{name}.csv"
        header = path.read_bytes().splitlines(keepends=True)[0] if keep else b""
        path.write_bytes(header + content)
        try:
            read(folder)
        except RegisterErrors as errors:
            assert str(errors)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_text_in_a_cell_raises_anything_else(small: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TABLES)))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(small, Path(made) / "register"))
        path = folder / f"{name}.csv"
        lines = path.read_bytes().splitlines()
        cells = lines[1].split(b",")
        at = data.draw(st.integers(0, len(cells) - 1))
        odd = st.sampled_from(["-0", "0" * 5000, "9" * 5000, "0000-00-00", "٣", "1;2", ":", ";"])
        text = data.draw(st.one_of(st.text(max_size=40), odd))
        quoted = text.replace('"', '""').encode()
        cells[at] = b'"' + quoted + b'"'
        lines[1] = b",".join(cells)
        path.write_bytes(b"\n".join(lines))
        try:
            read(folder)
        except RegisterErrors as errors:
            assert str(errors)
