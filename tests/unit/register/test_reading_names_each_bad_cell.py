"""One bad cell of any sort gives one error, which names file, row and column."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from services.register.reading import CellError, RegisterErrors, read


def put(folder: Path, table: str, row: int, column: str, value: str) -> None:
    path = folder / f"{table}.csv"
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def errors(folder: Path) -> tuple[CellError, ...]:
    with pytest.raises(RegisterErrors) as caught:
        read(folder)
    return caught.value.errors


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "code"),
    [
        ("participants", 9, "participant_no", "", "empty"),
        ("participants", 9, "participant_no", "P0001", "repeated"),
        ("participants", 9, "participant_no", "P" * 61, "too-long"),
        ("participants", 9, "full_name", "", "empty"),
        ("participants", 9, "full_name", "x" * 10_001, "too-long"),
        ("participants", 9, "full_name", "Mira\0", "zero-byte"),
        ("participants", 9, "full_name", "Mira\u202ePetrić", "characters"),
        ("participants", 9, "full_name", "Mira\nPetrić", "characters"),
        ("participants", 9, "jmbg", "12345", "national-number"),
        ("participants", 9, "jmbg", "190197672123A", "national-number"),
        ("participants", 9, "birth_date", "1976-02-30", "no-such-day"),
        ("participants", 9, "birth_date", "19.01.1976", "not-a-day"),
        ("participants", 9, "birth_date", "0001-01-01", "year"),
        ("participants", 9, "sex", "x", "unknown-term"),
        ("participants", 9, "country", "Serbia", "country"),
        ("participants", 9, "declared_roma", "maybe", "unknown-term"),
        ("participants", 9, "consent", "2009-11-31", "no-such-day"),
        ("participants", 9, "consent", "1901-11-30", "consent-too-early"),
        ("cohorts", 4, "cohort", "", "empty"),
        ("cohorts", 4, "kind", "hobby", "unknown-term"),
        ("cohorts", 4, "course_version", "one", "not-a-number"),
        ("cohorts", 4, "certificates_issued_on", "soon", "not-a-day"),
        ("sessions", 5, "cohort", "RS-BT-77", "unknown-reference"),
        ("sessions", 5, "session", "1", "repeated"),
        ("sessions", 5, "hours", "0", "too-small"),
        ("sessions", 5, "hours", "-2", "negative"),
        ("sessions", 5, "date", "2010-13-01", "no-such-day"),
        ("attendance", 7, "cohort", "RS-BT-77", "unknown-reference"),
        ("attendance", 7, "session", "9", "unknown-reference"),
        ("attendance", 7, "participant_no", "P9999", "unknown-reference"),
        ("attendance", 7, "hours", "7", "too-many-hours"),
        ("attendance", 7, "hours", "", "empty"),
        ("attendance", 7, "hours", "2.5", "not-a-number"),
        ("tests", 3, "cohort", "RS-BT-77", "unknown-reference"),
        ("tests", 3, "participant_no", "P9999", "unknown-reference"),
        ("tests", 3, "post_test", "101", "too-large"),
        ("tests", 3, "pre_test", "٣", "not-a-number"),
        ("education", 3, "participant_no", "P9999", "unknown-reference"),
        ("education", 3, "outcome", "doctorate", "unknown-term"),
        ("education", 3, "evidence", "", "empty"),
        ("calls", 2, "municipalities", "Topola;;Rača", "empty-part"),
        ("calls", 2, "members", "a;b;a", "repeated-part"),
        ("calls", 2, "deadline", "2011-03-15T23:59:59", "no-offset"),
        ("calls", 2, "deadline", "2011-03-15", "not-a-moment"),
        ("calls", 2, "deadline", "2011-03-15T24:59:59+01:00", "no-such-time"),
        ("calls", 2, "deadline", "2011-01-15T23:59:59+01:00", "deadline"),
        ("calls", 2, "decided_on", "2010-01-15", "decided"),
        ("calls", 2, "timezone", "Europe/Kragujevac", "unknown-zone"),
        ("calls", 2, "timezone", "../../etc/passwd", "unknown-zone"),
        ("calls", 2, "timezone", "Europe", "unknown-zone"),
        ("calls", 2, "currency", "QQQ", "unknown-currency"),
        ("calls", 2, "budget_minor", "1000000000000001", "too-large"),
        ("calls", 2, "budget_minor", "9" * 5000, "too-large"),
        ("calls", 2, "ceiling_minor", "-1", "negative"),
        ("calls", 2, "threshold", "56,00", "not-a-decimal"),
        ("calls", 2, "threshold", "101", "threshold"),
        ("calls", 2, "quorum", "6", "quorum"),
        ("calls", 2, "criteria", "plan_and_market", "criterion"),
        ("calls", 2, "tranches", "60;30", "tranches"),
        ("calls", 2, "tranches", "60;forty", "not-a-number"),
        ("applications", 8, "application_no", "A0001", "repeated"),
        ("applications", 8, "application_no", "", "empty"),
        ("applications", 8, "call", "RS-1999", "unknown-reference"),
        ("applications", 8, "participant_no", "P9999", "unknown-reference"),
        ("applications", 8, "submitted_at", "2011-02-02T05:03:00", "no-offset"),
        ("applications", 8, "requested_minor", "0", "too-small"),
        ("applications", 8, "requested_minor", "1e6", "not-a-number"),
        ("applications", 8, "currency", "EUR", "other-currency"),
        ("applications", 8, "currency", "DINAR", "unknown-currency"),
        ("applications", 8, "channel", "fax", "unknown-term"),
        ("conflicts", 2, "application_no", "A9999", "unknown-reference"),
        ("conflicts", 2, "member", "member-ba-1", "unknown-reference"),
        ("score_sheets", 2, "application_no", "A9999", "unknown-reference"),
        ("score_sheets", 2, "member", "member-ba-1", "unknown-reference"),
        ("score_sheets", 2, "member", "member-rs-2", "repeated"),
        ("score_sheets", 2, "skills", "16", "too-many-points"),
        ("score_sheets", 2, "skills", "", "empty"),
        ("score_sheets", 2, "skills", "good", "not-a-number"),
        ("bank_statement", 2, "line", "first", "not-a-number"),
        ("bank_statement", 2, "line", "21", "repeated"),
        ("bank_statement", 2, "end_to_end_id", "A0001", "payment-name"),
        ("bank_statement", 2, "end_to_end_id", "A9999-T1", "unknown-reference"),
        ("bank_statement", 2, "end_to_end_id", "A0001-T3", "unknown-tranche"),
        ("bank_statement", 2, "end_to_end_id", "A0012-T1", "repeated-payment"),
        ("bank_statement", 2, "kind", "credit", "unknown-term"),
        ("bank_statement", 2, "kind", "return", "no-debit"),
        ("bank_statement", 2, "amount_minor", "-5", "negative"),
        ("bank_statement", 2, "currency", "BAM", "other-currency"),
        ("bank_statement", 2, "booked_on", "", "empty"),
        ("visits", 3, "application_no", "A9999", "unknown-reference"),
        ("visits", 3, "visit_id", "A0001-V01", "repeated"),
        ("visits", 3, "month", "three", "not-a-number"),
        ("visits", 3, "occurred_at", "2011-02-29T10:00:00", "no-such-time"),
        ("visits", 3, "recorded_at", "yesterday", "not-a-time"),
        ("visits", 3, "outcome", "thriving", "unknown-term"),
        ("visits", 3, "registered", "true", "unknown-term"),
        ("visits", 3, "jobs", "-1", "negative"),
        ("visits", 3, "income_band", "rich", "unknown-term"),
    ],
)
def test_one_bad_cell_gives_one_error_with_its_place(
    folder: Path, table: str, row: int, column: str, value: str, code: str
) -> None:
    put(folder, table, row, column, value)
    found = errors(folder)
    # Where two rows are alike after the change, the later one is named.
    named = [(error.file, error.column, error.code) for error in found]
    assert named == [(f"{table}.csv", column if code != "repeated" else named[0][1], code)]
    if code not in ("repeated", "repeated-payment"):
        assert found[0].row == row
    str(found[0])


def test_a_personal_value_is_not_repeated_and_another_is(folder: Path) -> None:
    put(folder, "participants", 9, "jmbg", "190197672")
    put(folder, "tests", 3, "cohort", "RS-BT-77")
    messages = [str(error) for error in errors(folder)]
    assert "190197672" not in messages[0]
    assert "RS-BT-77" in messages[1]


def test_a_wrong_check_digit_warns_and_stops_nothing(folder: Path) -> None:
    put(folder, "participants", 9, "jmbg", "1011994724150")
    warnings = read(folder).warnings
    assert ("participants.csv", 9, "jmbg", "check-digit") in [
        (one.file, one.row, one.column, one.code) for one in warnings
    ]


def test_a_declaration_without_consent_is_not_kept(folder: Path) -> None:
    put(folder, "participants", 2, "consent", "")
    register = read(folder)
    assert register.participants[0].declared_roma is None
    assert "no-consent" in [one.code for one in register.warnings]


def test_what_is_not_known_may_be_empty(folder: Path) -> None:
    for column in ("jmbg", "phone", "declared_roma"):
        put(folder, "participants", 2, column, "")
    put(folder, "tests", 2, "post_test", "")
    assert read(folder).tests[0].post_test is None


def test_a_member_with_a_conflict_has_no_sheet(folder: Path) -> None:
    with (folder / "conflicts.csv").open("a", encoding="utf-8") as stream:
        stream.write("A0006,member-rs-1,cousin\r\n")
    assert [(e.file, e.row, e.column, e.code) for e in errors(folder)] == [
        ("score_sheets.csv", 2, "member", "conflict")
    ]


def test_days_to_come_are_refused_when_today_is_known(folder: Path) -> None:
    put(folder, "bank_statement", 61, "booked_on", "2031-01-01")
    read(folder)
    with pytest.raises(RegisterErrors) as caught:
        read(folder, today=date(2030, 1, 1))
    assert [(e.row, e.column) for e in caught.value.errors] == [(61, "booked_on")]


def test_a_return_of_another_amount_is_named(folder: Path) -> None:
    rows = (folder / "bank_statement.csv").read_text("utf-8").splitlines()
    row = next(n for n, line in enumerate(rows, start=1) if ",return," in line)
    put(folder, "bank_statement", row, "amount_minor", "1")
    assert [(e.row, e.column) for e in errors(folder)] == [(row, "amount_minor")]
