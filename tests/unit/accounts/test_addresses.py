"""An address has one spelling, and two mailboxes never have the same."""

from __future__ import annotations

import unicodedata

import pytest

from services.accounts.indexes import address


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mira@Example.ORG", " mira@example.org "),
        ("jörg@example.org", unicodedata.normalize("NFD", "JÖRG@example.org")),
        ("mira@xn--strae-oqa.example", "mira@STRAßE.example"),
        ("mira@пример.срб", "mira@xn--e1afmkfd.xn--90a3ac"),
    ],
)
def test_one_mailbox_has_one_spelling(one: str, other: str) -> None:
    assert address(one) == address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mira@straße.example", "mira@strasse.example"),
        ("groß@example.org", "gross@example.org"),
        ("oﬃce@example.org", "office@example.org"),
        ("mira²@example.org", "mira2@example.org"),
        ("ana@example.org", "ana@ｅxample.org"),
        ("mira@xn--example-.org", "mira@example.org"),
        ("mira@example.org", "mira@example.org."),
    ],
)
def test_different_mailboxes_stay_different(one: str, other: str) -> None:
    assert address(one) != address(other)


@pytest.mark.parametrize(
    "text", ["", "@", "Mira Primer", "a@b@c", "xn--", "mira@xn--", "mira@xn--é"]
)
def test_what_is_no_address_is_compared_as_it_is(text: str) -> None:
    assert address(text) == text.lower()
