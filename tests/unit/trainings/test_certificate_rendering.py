"""A certificate on paper: every letter, every language, one page, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, get_args

import pikepdf
import pytest

from services.trainings.certificates.languages import LANGUAGES as CODES
from services.trainings.certificates.languages import language_of
from services.trainings.certificates.printing import check_printable, unprintable
from services.trainings.certificates.rendering import UNMAKEABLE, picture, rendered
from services.trainings.certificates.sheet import Draft, Said, sheet
from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import NAME_LENGTH_MAX, PLACE_LENGTH_MAX
from shared.errors import Invalid, Refused
from shared.language.languages import LANGUAGES
from tests.printed import asked, codes_of, words_of

AT: Final = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
PUBLIC: Final = "https://zanat.example"
LETTERS: Final = (
    "ABCČĆDDžĐEFGHIJKLLjMNNjOPRSŠTUVZŽ abcčćddžđefghijklljmnnjoprsštuvzž",
    "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ абвгдђежзијклљмнњопрстћуфхцчџш",
    "Ćhaj Šukar Źi ćhavo thaj ʒ ä ö ü ǎ ě ǐ ǒ ǔ dž",
)


@dataclass(frozen=True)
class Document:
    """A row of documents."""

    duplicate: int = 0
    issued_on: date = date(2026, 3, 3)


DRAFT: Final = Draft(
    language="sr_Latn",
    number="RS-2026-000123",
    code="a1b2c3d4e5f6",
    kind="business",
    full_name="Đorđe Šućur-Džinović",
    course_title="Pokretanje i vođenje malog preduzeća",
    course_version=1,
    minutes=750,
    session_dates="2026-03-02\n2026-03-03",
    place="Kragujevac",
    trainer="Ana Trenerica",
    issuer="Udruženje Primer",
    issued_on=date(2026, 3, 3),
    made_on=date(2026, 3, 3),
)


def said(document: Document | None = None, **changes: Any) -> Said:
    of: Any = document or Document()
    return sheet(replace(DRAFT, **changes), of, public_url=PUBLIC)


def printed(document: Document | None = None, **changes: Any) -> bytes:
    return rendered(said(document, **changes), at=AT)


def plain(words: str) -> str:
    return " ".join(words.split())


def test_what_programs_elsewhere_say_of_it() -> None:
    content = printed()
    assert "No syntax or stream encoding errors found" in asked("qpdf", content, "--check")
    fonts = asked("pdffonts", content).splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts), "embedded"
    assert all(line.split()[-3] == "yes" for line in fonts), "mapped to Unicode"
    told = asked("pdfinfo", content)
    assert "Tagged:          yes" in told and "Pages:           1" in told and "(A4)" in told
    assert "RS-2026-000123" in told and "JavaScript:      no" in told
    assert "CreationDate:    Tue Mar  3" in told


def test_it_is_made_for_keeping_and_for_reading_aloud() -> None:
    with pikepdf.open(io.BytesIO(printed(language="sr_Cyrl"))) as opened:
        with opened.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2" and metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
        assert str(opened.Root.Lang) == "sr-RS" and bool(opened.Root.MarkInfo.Marked)
        alternatives = [
            str(one.Alt)
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
    assert len(alternatives) == 1 and f"{PUBLIC}/check" in alternatives[0]
    assert "a1b2" not in alternatives[0]


def test_the_code_leads_to_the_page_that_checks_it() -> None:
    assert codes_of(printed()) == [f"{PUBLIC}/trainings/check/RS-2026-000123#a1b2c3d4e5f6"]


SHEETS: Final = {
    "en": ("Certificate", "of completed business training", "Trainer"),
    "sr_Latn": ("Uverenje", "o završenoj poslovnoj obuci", "Predavač"),
    "sr_Cyrl": ("Уверење", "о завршеној пословној обуци", "Предавач"),
    "bs": ("Uvjerenje", "o završenoj poslovnoj obuci", "Predavač"),
    "rom": ("Sertifikato", "pala o gatisardo biznis-sikavipe", "Sikavno"),
}
"""Heading, what it is about, and who signs, in each language."""


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_a_sheet_of_its_own(language: str) -> None:
    heading, *about = SHEETS[language]
    assert said(language=language)["heading"] == heading
    content = printed(language=language)
    words = plain(words_of(content))
    assert all(one in words for one in about)
    for fact in (DRAFT.full_name, DRAFT.course_title, DRAFT.number, "a1b2-c3d4-e5f6", "12 h"):
        assert fact in words, (language, fact)
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert str(opened.Root.Lang).split("-")[0] == LANGUAGES[language].tag.split("-")[0]


def test_languages_are_those_of_the_pages() -> None:
    assert sorted(CODES) == sorted(LANGUAGES)
    assert [language_of(country) for country in ("RS", "BA", "NO")] == ["sr_Latn", "bs", "en"]


@pytest.mark.parametrize("kind", get_args(CourseKind))
def test_every_kind_has_its_words(kind: str) -> None:
    assert said(kind=kind)["of"]


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_there_and_names_keep_their_script(name: str) -> None:
    content = printed(full_name=name, language="en")
    # What is drawn as one letter (Dž, fi) is told apart again by what the font says of it.
    assert plain(name) in plain(words_of(content))
    assert "DejaVu" not in "".join(
        line for line in asked("pdffonts", content).splitlines() if "Mono" not in line
    )


@pytest.mark.parametrize(
    "name",
    [
        "#panic(1) #set page(fill: red)",
        "*strong* _emph_ `raw` $x^2$ \\ \\u{41}",
        "Mira \"Primer\" 'Ana' -- --- ... ~",
        "@primer <label> = heading - list + enum / term",
        '#read("/etc/passwd") #import "x.typ"',
        "{a} [b] ]; #sys.inputs //comment /* comment */",
        "https://zanat.example/a?b=c&d=<e>",
    ],
)
def test_a_name_is_a_name_and_never_a_program(name: str) -> None:
    words = plain(words_of(printed(full_name=name, course_title=name, language="en")))
    assert words.count(plain(name)) == 2, words


@pytest.mark.parametrize("duplicate", [0, 3])
def test_the_longest_words_stay_on_one_page(duplicate: int) -> None:
    document = Document(duplicate)
    content = printed(
        document,
        full_name=("Aleksandra-Marija " * 20)[:NAME_LENGTH_MAX],
        course_title=("Pokretanje preduzeća " * 20)[:TITLE_LENGTH_MAX],
        place=("Kragujevac " * 20)[:PLACE_LENGTH_MAX],
        trainer=("Ana Trenerica " * 20)[:NAME_LENGTH_MAX],
        issuer=("Udruženje " * 30)[:NAME_LENGTH_MAX],
        session_dates="\n".join(f"2026-{n // 28 + 1:02}-{n % 28 + 1:02}" for n in range(200)),
        certificate_version=2,
    )
    assert "Pages:           1" in asked("pdfinfo", content)
    words = plain(words_of(content))
    assert "DRAFT" not in words and "200" in words and DRAFT.number in words


def test_a_duplicate_says_so_and_a_later_version_too() -> None:
    words = plain(words_of(printed(Document(2, date(2027, 5, 6)), language="en")))
    assert "DUPLICATE" in words and "No. 2, issued on 6 May 2027" in words
    later = printed(certificate_version=2, made_on=date(2027, 4, 1), language="en")
    assert "Version 2 of 1 Apr 2027" in plain(words_of(later))
    assert "DUPLICATE" not in plain(words_of(printed(language="en")))


def test_a_preview_proves_nothing() -> None:
    draft = sheet(replace(DRAFT, language="en"), None, public_url=PUBLIC)
    content = rendered(draft, at=AT)
    assert "a1b2" not in words_of(content) and "PREVIEW" in draft["preview"]
    assert codes_of(content) == [f"{PUBLIC}/check"]
    assert picture(draft).startswith(b"\x89PNG")


def test_the_same_words_make_the_same_bytes_here_and_in_another_process() -> None:
    first = printed(Document(1))
    printed(full_name="Somebody Else")
    assert printed(Document(1)) == first
    program = (
        "import hashlib\n"
        "from tests.unit.trainings.test_certificate_rendering import Document, printed\n"
        "print(hashlib.sha256(printed(Document(1))).hexdigest())"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        cwd=root,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(first).hexdigest()


LONG: Final[dict[str, dict[str, str]]] = {
    "name": {"full_name": "M" * 50},
    "place": {"place": "Č" * 45},
    "trainer": {"trainer": "Mihajlovićkonstantinovićevskapetrovićevska"},
    "issuer": {"issuer": "https://www.udruzenje-primer.example.org/obrazovanje/kontakt"},
    "all": {
        "full_name": "W" * NAME_LENGTH_MAX,
        "course_title": "Š" * TITLE_LENGTH_MAX,
        "place": "W" * PLACE_LENGTH_MAX,
        "trainer": "W" * NAME_LENGTH_MAX,
        "issuer": "W" * NAME_LENGTH_MAX,
    },
}
BOX: Final = re.compile(r'xMin="([-.0-9]+)" yMin="([-.0-9]+)" xMax="([-.0-9]+)" yMax="([-.0-9]+)"')
FRAME: Final = (31.0, 31.0, 811.0, 564.0)
"""Left, top, right and bottom of the inner frame, in points."""


@pytest.mark.parametrize("of", LONG)
def test_no_word_leaves_the_frame_however_long_it_is(of: str) -> None:
    content = printed(Document(duplicate=1), **LONG[of])
    assert "Pages:           1" in asked("pdfinfo", content)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "words.html"
        document = Path(folder) / "document.pdf"
        document.write_bytes(content)
        subprocess.run(["pdftotext", "-bbox", document, written], check=True, timeout=60)
        boxes = [[float(part) for part in box] for box in BOX.findall(written.read_text())]
    assert len(boxes) > 10
    for left, top, right, bottom in boxes:
        assert FRAME[0] < left and right < FRAME[2] and FRAME[1] < top and bottom < FRAME[3]
    letters = "".join(words_of(content).split())
    for text in LONG[of].values():
        assert letters.count(text[0]) >= text.count(text[0]), "nothing of it is lost"


@pytest.mark.parametrize(
    ("character", "said_of_it"),
    [
        ("🚀", "picture or a sign"),
        ("李", "letter of a script"),
        ("ሰ", "letter of a script"),
        ("\ue000", "only some programs know"),
        ("\u0378", "only some programs know"),
    ],
)
def test_what_no_document_can_show_is_found_before_and_never_quoted(
    character: str, said_of_it: str
) -> None:
    text = f"Udru{character}ženje"
    assert unprintable(["Mira", text, "Ђорђе"]) == {text}
    with pytest.raises(Invalid, match=said_of_it) as refused:
        check_printable({"place": "Niš", "issuer": text})
    assert refused.value.facts == {"field": "issuer"}
    with pytest.raises(Refused, match=UNMAKEABLE) as stopped:
        printed(issuer=text)
    assert "ženje" not in str(stopped.value)


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u00ad", "\u2060", "\n", "\u2028"])
def test_what_nobody_sees_is_not_printed(unseen: str) -> None:
    text = f"{unseen}Mira{unseen} Primer{unseen}"
    assert unprintable([text]) == frozenset()
    content = printed(full_name=text)
    assert content == printed(full_name="Mira Primer") and "Mira Primer" in words_of(content)


def test_letters_of_our_languages_and_their_neighbours_can_be_shown() -> None:
    assert unprintable([*LETTERS, "Łukasz Żółć", "Γιώργος", "محمد", "½ ± €", ""]) == frozenset()
