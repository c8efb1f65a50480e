"""Files come in by one way only, where they are opened, cleaned and scanned."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.interface.home import Home

ROOT = Path(__file__).parents[2]
GATE = "shared/web/uploads.py"
HASHES = "shared/web/idempotency.py"
"""Reads what was sent for its hash, to know a form that is sent twice."""

KEEPERS = {
    "services/grants/awards/receipts.py",
    "services/trainings/education/documents.py",
    "services/trainings/imports/shelving.py",
    "services/trainings/recognition/acting.py",
}
"""Who keeps files of people: what they keep has come through the gate."""

MAKERS = {
    "services/trainings/certificates/keeping.py",
}
"""Who keeps files of people that were made here."""


def sources() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
    }


def test_nobody_else_reads_what_was_sent_as_a_file() -> None:
    found = {
        name
        for name, text in sources().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr == "files"
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
    }
    assert found == {GATE, HASHES}


def test_nobody_else_keeps_files_of_people() -> None:
    found = {
        name
        for name, text in sources().items()
        if re.search(r"Attachments\.open\(|Attachments\(", text)
        and re.search(r"\.put\(\s*\n?\s*\w", text)
        and not name.startswith("shared/files/")
    }
    assert found <= KEEPERS | MAKERS | {"shared/privacy/erasing.py"}, found


def test_every_form_with_a_file_is_known() -> None:
    """A new one is added here with its test."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.glob("services/**/templates/**/*.html")
        if "multipart=true" in path.read_text(encoding="utf-8")
    }
    assert found == {
        "services/trainings/education/templates/trainings/education/document.html",
        "services/trainings/imports/templates/trainings/imports/new.html",
        "services/trainings/recognition/templates/trainings/recognition/new.html",
        "services/grants/awards/templates/grants/awards/receipts.html",
        "services/grants/payments/templates/grants/payments/import.html",
    }


def test_a_route_for_files_alone_takes_more_than_the_usual_body(home: Home) -> None:
    larger = {
        (name, rule.rule)
        for name, app in home.apps.items()
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "zanat_body_bytes_max", 0) > 2 * 1024 * 1024
    }
    assert larger == {
        ("trainings", "/trainings/outcomes/<outcome_id>/documents"),
        ("trainings", "/trainings/people/<registration_id>/recognition"),
        ("trainings", "/trainings/imports/new"),
        ("grants", "/grants/awards/<award_id>/tranches/<tranche>/receipts"),
    }
