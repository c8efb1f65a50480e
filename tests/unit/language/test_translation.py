"""Texts come in the reader's language, fall back in order, and are filled safely."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from shared.language.placeholders import fill, placeholders
from shared.language.translation import (
    LANGUAGES,
    Translator,
    choose,
    install,
    translator,
    translator_from,
)
from shared.money import Money

PLURALS = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20)"
    " ? 1 : 2);"
)


def catalogue(folder: Path, code: str, body: str) -> None:
    path = folder / code / "messages.po"
    path.parent.mkdir(parents=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {PLURALS}\\n"\n\n'
    )
    path.write_text(header + body, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    catalogue(
        tmp_path,
        "sr_Latn",
        'msgid "Open calls"\nmsgstr "Otvoreni pozivi"\n\n'
        'msgid "{count} file"\nmsgid_plural "{count} files"\n'
        'msgstr[0] "{count} fajl"\nmsgstr[1] "{count} fajla"\nmsgstr[2] "{count} fajlova"\n\n'
        'msgid "Children"\nmsgstr "Deca"\n\n'
        '#, fuzzy\nmsgid "Guess"\nmsgstr "Nagađanje"\n\n'
        'msgctxt "to open"\nmsgid "Open"\nmsgstr "Otvori"\n\n'
        'msgid "Injection {name}"\nmsgstr "Injekcija {name}"\n',
    )
    catalogue(
        tmp_path,
        "bs",
        'msgid "Children"\nmsgstr "Djeca"\n\n'
        'msgid "{count} file"\nmsgid_plural "{count} files"\n'
        'msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n',
    )
    catalogue(tmp_path, "sr_Cyrl", 'msgid "Children"\nmsgstr "Дечица"\n')
    return tmp_path


def test_each_language_falls_back_in_its_order(folder: Path) -> None:
    texts = {code: translator_from(folder, code) for code in LANGUAGES}
    assert {code: words.gettext("Children") for code, words in texts.items()} == {
        "en": "Children",
        "sr_Latn": "Deca",
        "sr_Cyrl": "Дечица",
        "bs": "Djeca",
        "rom": "Deca",
    }
    assert texts["sr_Cyrl"].gettext("Open calls") == "Отворени позиви"
    assert texts["bs"].gettext("Open calls") == "Otvoreni pozivi"
    assert texts["rom"].gettext("Nobody translated this") == "Nobody translated this"
    assert texts["sr_Latn"].gettext("Guess") == "Guess", "a fuzzy text is not shown"
    assert texts["sr_Cyrl"].pgettext("to open", "Open") == "Отвори"
    assert texts["sr_Cyrl"].gettext("Injection {name}", name="Ana") == "Инјекција Ana"


def test_plurals_follow_the_language_even_through_a_fallback(folder: Path) -> None:
    words = translator_from(folder, "bs")
    forms = [words.ngettext("{count} file", "{count} files", n) for n in (1, 3, 5, 1021)]
    assert forms == ["1 fajl", "3 fajla", "5 fajlova", "1.021 fajl"]
    english = translator("en")
    assert english.ngettext("{count} file", "{count} files", 1) == "1 file"


def test_the_catalogue_header_is_no_text(folder: Path) -> None:
    assert translator_from(folder, "sr_Latn").gettext("") == ""


def test_every_language_has_a_translator_made_once() -> None:
    for code in LANGUAGES:
        assert translator(code) is translator(code)
    with pytest.raises(KeyError):
        translator("xx")


def test_facts_are_shown_as_the_language_writes_them() -> None:
    said = translator("bs").gettext(
        "{amount} {day} {moment} {names} {year}",
        amount=Money(123450, "BAM"),
        day=date(2011, 3, 15),
        moment=datetime(2011, 3, 15, 14, 5, tzinfo=UTC),
        names=["Ana", "Una"],
        year=2011,
    )
    assert said == "1.234,50\xa0KM 15. 3. 2011. 15. 3. 2011. 14:05 UTC Ana, Una 2011"


def test_a_placeholder_reaches_into_nothing_and_runs_once() -> None:
    words = translator("en")
    assert words.gettext("{a.__class__} {a[0]} {a!r} {}", a="x") == "{a.__class__} {a[0]} {a!r} {}"
    assert words.gettext("{a} {b}", a="{b}", b="{a}") == "{b} {a}"
    assert words.gettext("{missing} {{kept}}", a=1) == "{missing} {kept}"
    assert words.gettext("{left} {{alone}}") == "{left} {{alone}}"


def test_markup_among_the_facts_escapes_all_the_rest() -> None:
    said = translator("en").gettext("<b> {link} {name}", link=Markup("<a>x</a>"), name="<i>")
    assert isinstance(said, Markup)
    assert said == "&lt;b&gt; <a>x</a> &lt;i&gt;"


def test_templates_get_words_and_formats() -> None:
    environment = Environment(autoescape=True)
    install(environment, "sr_Latn")
    page = environment.from_string(
        "{{ _('50 % of {name}', name='<b>') }} {{ ngettext('{count} x', '{count} y', 2) }}"
        " {{ money(amount) }} {{ day(on) }} {{ moment(at) }} {{ number(1234) }} {{ percent(0.5) }}"
    )
    assert page.render(
        amount=Money(1, "RSD"), on=date(2011, 3, 5), at=datetime(2011, 7, 1, 10, tzinfo=UTC)
    ) == ("50 % of &lt;b&gt; 2 y 0,01\xa0RSD 5. 3. 2011. 1. 7. 2011. 12:00 CEST 1.234 50%")


@given(st.text(), st.dictionaries(st.text("abc", min_size=1), st.text()))
def test_filling_never_fails(text: str, facts: dict[str, str]) -> None:
    filled = fill(text, facts)
    if not placeholders(text) & set(facts) and "{{" not in text and "}}" not in text:
        assert filled == text


@pytest.mark.parametrize(
    ("header", "cookie", "code"),
    [
        (None, None, "en"),
        ("", "", "en"),
        ("sr", None, "sr_Latn"),
        ("sr-RS,en;q=0.5", None, "sr_Latn"),
        ("sr-Cyrl-RS", None, "sr_Cyrl"),
        ("SR-CYRL", None, "sr_Cyrl"),
        ("bs-Cyrl-BA", None, "sr_Cyrl"),
        ("bs-BA, en;q=0.9", None, "bs"),
        ("hr", None, "bs"),
        ("rmy, sr;q=0.5", None, "rom"),
        ("en;q=0.2, sr;q=0.8", None, "sr_Latn"),
        ("sr;q=0, en", None, "en"),
        ("de, fr;q=0.9", None, "en"),
        ("*", None, "en"),
        ("en", "sr_Cyrl", "sr_Cyrl"),
        ("bs", "klingon", "bs"),
        ("bs", "../../etc", "bs"),
        (";;;q=,,\x00", None, "en"),
    ],
)
def test_the_reader_gets_the_language_asked_for(
    header: str | None, cookie: str | None, code: str
) -> None:
    assert choose(header, cookie) == code


@given(st.text(), st.text())
def test_any_header_and_cookie_give_a_language(header: str, cookie: str) -> None:
    assert choose(header, cookie) in LANGUAGES


def test_a_translator_names_its_language() -> None:
    words = translator("sr_Cyrl")
    assert isinstance(words, Translator)
    assert (words.language.tag, str(words.language)) == ("sr-Cyrl", "Српски (ћирилица)")
