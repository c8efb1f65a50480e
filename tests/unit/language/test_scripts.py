"""Serbian changes script and back; what is no Serbian text keeps its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.language.scripts import CYRILLIC_TO_LATIN, to_cyrillic, to_latin

SERBIAN_LATIN = "abcčćdđefghijklmnoprsštuvzž"


@given(st.text(SERBIAN_LATIN + " .,"))
def test_latin_comes_back_from_cyrillic(text: str) -> None:
    assert to_latin(to_cyrillic(text)) == text


@given(st.text("".join(CYRILLIC_TO_LATIN)))
def test_no_cyrillic_letter_is_left(text: str) -> None:
    assert set(to_latin(text)) <= set(SERBIAN_LATIN)


@given(st.text())
def test_each_direction_settles_at_once(text: str) -> None:
    assert to_latin(to_latin(text)) == to_latin(text)
    assert to_cyrillic(to_cyrillic(text)) == to_cyrillic(text)


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Љубав", "Ljubav"),
        ("ЉУБАВ", "LJUBAV"),
        ("КРАЉ", "KRALJ"),
        ("Љ. Петровић", "Lj. Petrović"),
        ("Џ", "Dž"),
        ("ЊЕГОШ и Његош", "NJEGOŠ i Njegoš"),
        ("буџет, оџак, наџак", "budžet, odžak, nadžak"),
        ("инјекција Конјунктура НАДЖИВЕТИ", "injekcija Konjunktura NADŽIVETI"),
        ("одјек", "odjek"),
    ],
)
def test_digraphs(cyrillic: str, latin: str) -> None:
    assert to_latin(cyrillic) == latin
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize("word", ["NJegoš", "\u01cbegoš", "Njegos\u030c"])
def test_njegos_however_typed(word: str) -> None:
    assert to_cyrillic(word) == "Његош"


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Poziv {name} do {day}", "Позив {name} до {day}"),
        ("%(count)s prijava", "%(count)s пријава"),
        ('<a href="/poziv" title="Poziv">Poziv</a>', '<a href="/poziv" title="Poziv">Позив</a>'),
        ("<code>zanat uvoz</code> uvozi", "<code>zanat uvoz</code> увози"),
        ("Ana&nbsp;i&#160;Una", "Ана&nbsp;и&#160;Уна"),
        ("Pišite na ana@zanat.example.", "Пишите на ana@zanat.example."),
        ("Vidi https://zanat.example/pomoć, hvala", "Види https://zanat.example/pomoć, хвала"),
        ("Adresa zanat.example/proveri", "Адреса zanat.example/proveri"),
        ("Potvrda RS-2026-000123", "Потврда RS-2026-000123"),
        ("PDF-a i QR koda u Excel", "PDF-а и QR кода у Excel"),
        ("VIII razred i IV ciklus", "VIII разред и IV циклус"),
        ("a < b i c > d", "а < б и ц > д"),
        ("već ćirilica Ћирилица", "већ ћирилица Ћирилица"),
    ],
)  # fmt: skip
def test_what_is_no_serbian_text_stays(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(
    "kept",
    ["Europe/Belgrade", "cohorts.csv", "booked_on", "R-7F3A91C2", "RS-BT-12", "RS", "BA"],
)
def test_what_a_program_reads_keeps_its_letters(kept: str) -> None:
    assert to_cyrillic(f"Kolona je {kept}, kao pre.") == f"Колона је {kept}, као пре."
