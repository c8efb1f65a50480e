"""Extraction finds what is marked; the check names every fault of a catalogue."""

from pathlib import Path

import pytest

from shared.language.extraction import extract, merge, problems
from shared.language.translation import CATALOGUES, read_catalogue

CODE = """
from x import N_, _, ngettext, pgettext
RULE = N_("The call closed "
          "on {day}.")
def page(n, word):
    # Translators: on a button
    _("Open")
    _(word)
    ngettext("{count} file", "{count} files", n)
    pgettext("to open", "Open")
    N_("At least 80 % of hours.")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("services/grants/templates", "shared", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "services/grants/pages.py").write_text(CODE)
    (tmp_path / "services/grants/templates/call.html").write_text(
        '{% extends "layout.html" %}{{ _("Budget of {name}", name=call.name) }}'
    )
    (tmp_path / "services/grants/templates/message.txt").write_text('{{ _("Good day") }}')
    (tmp_path / "elsewhere/other.py").write_text('_("Not ours")')
    return tmp_path


def texts(root: Path) -> set[str]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in extract(root)
        if message.id
    }


def test_marked_texts_of_python_and_templates_are_found(root: Path) -> None:
    assert texts(root) == {
        "The call closed on {day}.",
        "Open",
        "{count} file",
        "At least 80 % of hours.",
        "Budget of {name}",
        "Good day",
    }
    assert not any("python-format" in message.flags for message in extract(root))


def test_updating_twice_writes_the_same_bytes_and_guesses_nothing(root: Path) -> None:
    catalogues = root / "catalogues"
    path = merge(extract(root), catalogues, "sr_Latn", prune=False)
    first = path.read_bytes()
    assert b"Translators: on a button" in first
    merge(extract(root), catalogues, "sr_Latn", prune=False)
    assert path.read_bytes() == first
    assert b"fuzzy" not in first


def test_updating_keeps_translations_and_sets_lost_texts_aside(root: Path) -> None:
    catalogues = root / "catalogues"
    path = merge(extract(root), catalogues, "sr_Latn", prune=False)
    path.write_text(path.read_text().replace('"Good day"\nmsgstr ""', '"Good day"\nmsgstr "Dan"'))
    merge(extract(root), catalogues, "sr_Latn", prune=False)
    kept = read_catalogue(catalogues, "sr_Latn").get("Good day")
    assert kept is not None and kept.string == "Dan"
    (root / "services/grants/templates/message.txt").unlink()
    merge(extract(root), catalogues, "sr_Latn", prune=False)
    assert '#~ msgstr "Dan"' in path.read_text()
    assert "sr_Latn: obsolete: Good day" in "\n".join(problems(extract(root), catalogues))
    merge(extract(root), catalogues, "sr_Latn", prune=True)
    assert "Dan" not in path.read_text()


def test_a_sparse_catalogue_is_not_filled_with_empty_texts(root: Path) -> None:
    path = merge(extract(root), root / "catalogues", "sr_Cyrl", prune=False)
    assert "Good day" not in path.read_text()


def test_the_check_names_every_untranslated_text(root: Path) -> None:
    lines = problems(extract(root), root / "catalogues")
    assert "sr_Latn: not translated: Good day (services/grants/templates/message.txt)" in lines
    assert len(lines) == 7, "six texts, one of them in two contexts; other languages fall back"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Open"\nmsgstr "Otvori {what}"', "other placeholders: Open"),
        ('msgid "Budget of {name}"\nmsgstr "Budžet"', "other placeholders: Budget of {name}"),
        ('msgid "Open"\nmsgstr "Otvori {}"', "braces that are no placeholder: Open"),
        ('msgid "Open"\nmsgstr "Отвори"', "Cyrillic letters: Open"),
        ('msgid "Open"\nmsgstr "Otvoric\u030c"', "letters and their marks apart: Open"),
        ('#, fuzzy\nmsgid "Open"\nmsgstr "Otvori"', "fuzzy: Open"),
        ('msgid "Gone"\nmsgstr "Nema"', "obsolete: Gone"),
        (
            (
                'msgid "{count} file"\nmsgid_plural "{count} files"\nmsgstr[0] "jedan fajl"\n'
                'msgstr[1] "{count} fajla"\nmsgstr[2] "{count} fajlova"'
            ),
            "other placeholders: {count} file",
        ),
        (
            (
                'msgid "{count} file"\nmsgid_plural "{count} files"\nmsgstr[0] "{count} fajl"\n'
                'msgstr[1] "{count} fajla"\nmsgstr[2] ""'
            ),
            "not translated: {count} file",
        ),
    ],
)
def test_the_check_names_a_fault(root: Path, entry: str, fault: str) -> None:
    path = root / "catalogues/sr_Latn/messages.po"
    path.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_text(header + entry + "\n")
    lines = problems(extract(root), root / "catalogues")
    assert any(line.startswith(f"sr_Latn: {fault}") for line in lines), lines


def test_a_text_with_stray_braces_is_named(root: Path) -> None:
    (root / "shared/bad.py").write_text('N_("Wait {0} days {call.name}")')
    assert any(
        line.startswith("code: braces that are no placeholder: Wait")
        for line in problems(extract(root), root / "catalogues")
    )


@pytest.mark.parametrize("code", ["sr_Latn", "sr_Cyrl", "bs", "rom"])
def test_catalogues_can_be_read(code: str) -> None:
    assert (CATALOGUES / code / "messages.po").exists()
    assert not read_catalogue(CATALOGUES, code).fuzzy
