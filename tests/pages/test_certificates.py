"""An officer corrects a certificate, and recognises one that somebody brought from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pages.visiting import Visitor
from tests.unit.files.samples import pdf

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def test_officer_corrects_a_certificate_and_both_documents_are_there(
    visit: Callable[[str], Visitor],
) -> None:
    jelena = visit("Jelena Stanković")
    jelena.open("/trainings/certificates?state=valid")
    number = jelena.rows(jelena.title)[0][0]
    jelena.press(number)
    jelena.check()
    jelena.press("Correct a mistake in it")
    jelena.check()
    jelena.fill("Place", "Aranđelovac")
    jelena.fill("Reason", "The course was held elsewhere")
    jelena.press("Correct the certificate")
    assert jelena.title == f"{number} is valid"
    standing = {row[0]: row[1] for row in jelena.rows("Documents")}
    assert standing == {"Version 2": "Current", "Version 1": "Superseded"}
    jelena.check()
    with jelena.page.expect_download() as saved:
        jelena.page.get_by_role("link", name="Version 2", exact=True).click()
    assert saved.value.suggested_filename == f"{number}-v2.pdf"


def test_officer_recognises_a_certificate_from_elsewhere(
    visit: Callable[[str], Visitor], tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(pdf())
    jelena = visit("Jelena Stanković")
    jelena.open("/trainings/recognitions")
    jelena.check()
    person = next(one for one in people_of(jelena) if recognisable(jelena, one))
    jelena.open(f"{person}/recognition")
    jelena.check()
    jelena.press("Recognise it")
    assert "Something needs correcting" in jelena.text()
    jelena.check()
    jelena.fill("Issued by", "Regionalna škola")
    jelena.fill("Course", "Vođenje poslova")
    jelena.page.get_by_label("Vocational", exact=True).check()
    jelena.fill("Hours", "40")
    for label, part in (("Day", "6"), ("Month", "5"), ("Year", "2024")):
        jelena.fill(label, part)
    jelena.page.get_by_label("Copy of the paper", exact=True).set_input_files(paper)
    jelena.press("Recognise it")
    assert jelena.title.endswith("certificate from elsewhere is recognised")
    assert jelena.facts()["Number on the paper"] == "None"
    jelena.check()
    jelena.fill("Reason", "The school does not know it")
    jelena.press("Propose to withdraw it")
    assert "its withdrawal waits for a second person" in jelena.title
    jelena.check()
    jelena.open("/trainings/recognitions?state=proposed")
    assert jelena.title == "1 withdrawal waits for a second person"
    jelena.check()


def people_of(visitor: Visitor) -> list[str]:
    """Addresses of people's pages."""
    visitor.open("/trainings/people")
    found = [one for one in visitor.links("main") if one.startswith("/trainings/people/0")]
    return found[:10]


def recognisable(visitor: Visitor, address: str) -> bool:
    """Whether somebody's identity was confirmed, so that their certificate can be recognised."""
    visitor.open(address)
    return "Recognise a certificate from elsewhere" in visitor.text() and (
        "Confirmed" in visitor.text()
    )
