"""No cell of a file that leaves here begins a formula, and no name of a file breaks a header."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from shared.settings import SERVICES
from tests.interface.home import Home
from tests.interface.known import Known

ROOT = Path(__file__).parents[2]
FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")

WRITERS = {
    "services/commands/reporting.py",
    "services/audit/entries/exporting.py",
    "services/grants/ledger/disbursements.py",
    "services/grants/payments/exporting.py",
    "shared/sheets/writing.py",
}
"""Every module that writes CSV, besides those that invent registers."""


def test_every_writer_of_csv_is_known_and_makes_cells_safe() -> None:
    found = set()
    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "csv.writer(" in text or "csv.DictWriter(" in text:
                found.add(path.relative_to(ROOT).as_posix())
                inventor = "invent" in path.name or "/register/" in path.as_posix()
                assert inventor or re.search(r"\b(formula_safe|guarded)\(", text), path
    assert {one for one in found if not one.startswith("services/register/")} == WRITERS


def files_of(home: Home, service: str) -> list[tuple[str, Any]]:
    """Every CSV file that a service hands out now."""
    known, found = Known.of(home, service), []
    for path, methods in home.documents[service]["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "text/csv" not in content:
            continue
        for address in list(known.addresses(path))[:3]:
            answer = home.get(service, f"{address}?programme=demo-2026")
            answer.get_data()
            found.append((address, answer))
    return found


def attack_by_name(home: Home) -> None:
    person = {
        "programme": "demo-2026",
        "full_name": '=HYPERLINK("https://evil.example";"x");=1+1',
        "birth_date": "1990-02-03",
        "sex": "F",
        "country": "RS",
        "municipality": "Topola",
        "declared_roma": "declined",
        "consented": False,
    }
    answer = home.client("trainings").post(
        "/trainings/api/v1/people", json=person, headers=home.headers
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("service", SERVICES)
def test_no_cell_begins_a_formula(home: Home, service: str) -> None:
    attack_by_name(home)
    files = files_of(home, service)
    assert files or service in ("accounts", "trainings", "notifications")
    for address, answer in files:
        if answer.status_code != 200:
            assert answer.status_code in (403, 404, 409, 422), address
            continue
        for delimiter in (",", ";", "\t"):
            for row in csv.reader(io.StringIO(answer.text), delimiter=delimiter):
                for cell in row:
                    safe = NUMBER.match(cell) or not FORMULA.match(cell)
                    assert safe, (address, delimiter, cell)


@pytest.mark.parametrize("service", SERVICES)
def test_files_are_saved_and_named_by_us(home: Home, service: str) -> None:
    for address, answer in files_of(home, service):
        if answer.status_code == 200:
            named = answer.headers["Content-Disposition"]
            assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', named), address
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "no-store" in answer.headers["Cache-Control"]
