"""An officer imports a sheet in a browser, on a laptop and on a phone; nothing is wrong there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.pages.visiting import Visitor

SHEET = """Šifra;Ime i prezime;Datum rođenja;Pol;Opština;Telefon
IM-{run}-1;Mira Uvezena;1.1.1990;Ž;Kragujevac;064 111 2233
IM-{run}-2;Amir Uvezeni;31.12.1985;M;Topola;
"""


def test_a_sheet_is_imported_step_by_step(
    visit: Callable[[str], Visitor], tmp_path: Path, screen: object
) -> None:
    file = tmp_path / "učesnici.csv"
    run = getattr(screen, "name", "one")
    file.write_text(SHEET.format(run=run) + "IM-x;Ana;31.2.1990;Ž;;\n", encoding="utf-8")
    officer = visit("Jelena Stanković")
    officer.open("/trainings/imports")
    officer.check()
    officer.press("Send a sheet")
    officer.check()
    send(officer, file)
    assert officer.title == "What does the sheet hold?"
    officer.check()
    officer.press("Continue")
    assert officer.title == "Which column is what?"
    officer.page.get_by_label("Country of rows that do not say it").select_option("RS")
    officer.press("Show the first rows again")
    officer.check()
    assert "There is no such day in the calendar." in officer.text()
    officer.press("Look through all rows")
    ready(officer)
    assert officer.title == "2 errors stand in the way"
    officer.check()
    officer.press("Discard this import")
    officer.check()
    officer.press("Discard it")
    file.write_text(SHEET.format(run=run), encoding="utf-8")
    officer.press("Send a sheet")
    send(officer, file)
    officer.press("Continue")
    assert "As it was said of the last sheet" in officer.text()
    officer.press("Look through all rows")
    ready(officer)
    assert officer.title == "2 rows can be entered"
    officer.check()
    officer.press("Enter them")
    ready(officer)
    assert officer.title == "2 rows are entered"
    officer.check()


def send(officer: Visitor, file: Path) -> None:
    """Choose the file, and the programme where there are several."""
    officer.page.get_by_label("Sheet", exact=True).set_input_files(file)
    programme = officer.page.get_by_label("Programme")
    if programme.count():
        programme.select_option(index=1)
    officer.press("Send it")


def ready(officer: Visitor) -> None:
    """Wait as a person does: the page says when it is ready."""
    for _ in range(60):
        if not officer.page.locator("progress").count():
            break
        officer.page.wait_for_timeout(1000)
        officer.page.reload()
