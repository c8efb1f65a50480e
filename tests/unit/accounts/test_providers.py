"""The file of providers: what is wrong in it is named by its place, and nothing unsafe is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.accounts.providers.configuring import Provider, is_safe, read

GOOD = """
[[provider]]
name = "ministry"
title = "Ministry of Labour"
issuer = "https://id.ministry.example"
client_id = "zanat"
"""
ROLE = """
[[provider.role]]
value = "field"
role = "field_officer"
programme = "RS-2011"
region = "Šumadija"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_there_are_no_providers() -> None:
    assert read(None) == ()


def test_a_provider_is_read_with_its_roles(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("quite secret\n")
    more = f'client_secret_file = "{secret}"\nclaim = "groups"\n'
    (found,) = read(written(tmp_path, GOOD + more + ROLE))
    assert (found.name, found.client_secret, found.create) == ("ministry", "quite secret", True)
    (held,) = found.wanted(frozenset({"field", "other"}))
    assert (held.role, held.programme, held.region) == ("field_officer", "RS-2011", "Šumadija")
    assert found.governed == {held} and found.wanted(frozenset()) == frozenset()
    assert "quite secret" not in repr(found)


def test_a_provider_speaks_for_its_domains_alone(tmp_path: Path) -> None:
    (silent,) = read(written(tmp_path, GOOD))
    (found,) = read(written(tmp_path, GOOD + 'domains = ["ministry.example", "work.example"]\n'))
    for address in ("ana@ministry.example", "Ana@MINISTRY.example", "ana@work.example"):
        assert found.speaks_for(address) and not silent.speaks_for(address)
    for address in ("ana@sub.ministry.example", "ana@notministry.example", "ministry.example@x.y"):
        assert not found.speaks_for(address)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[provider", "no TOML"),
        ("other = 1", r"\[\[provider\]\]"),
        (GOOD.replace("https", "http"), "issuer"),
        (GOOD.replace('"ministry"', '"Ministry/x"'), "name"),
        (GOOD.replace('title = "Ministry of Labour"', ""), "title"),
        (GOOD + 'colour = "red"\n', "colour"),
        (GOOD + GOOD, "one name"),
        (GOOD + GOOD.replace('"ministry"', '"other"'), "one issuer"),
        (GOOD + ROLE, "claim"),
        (GOOD + 'claim = "g"\n' + ROLE.replace("field_officer", "applicant"), "role 1: there is"),
        (GOOD + 'claim = "g"\n' + ROLE.replace("field_officer", "trainer"), "role 1.*no region"),
        (GOOD + 'claim = "g"\n' + ROLE.replace("field_officer", "administrator"), "role 1"),
        (GOOD + 'claim = "g"\n' + ROLE.replace('programme = "RS-2011"', ""), "role 1: a programme"),
        (GOOD + 'client_secret_file = "/nowhere/at/all"\n', "client_secret_file"),
        (GOOD + 'scopes = ["email"]\n', "openid"),
        (GOOD + "create = 1\n", "create"),
        (GOOD + 'domains = "ministry.example"\n', "domains"),
        (GOOD + 'domains = ["Ministry.example"]\n', "domains"),
        (GOOD + 'domains = ["@ministry.example"]\n', "domains"),
        (GOOD + '[provider.trusted_second_factor]\nacr = "gold"\n', "acr"),
        (GOOD + "[provider.trusted_second_factor]\nxyz = []\n", "trusted_second_factor"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ValueError, match=rf"ZANAT_PROVIDERS: .*{place}"):
        read(written(tmp_path, text))


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.org/a", True),
        ("http://127.0.0.1:4000", True),
        ("http://localhost:4000", True),
        ("http://[::1]:4000", True),
        ("http://id.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("https://user:word@id.example.org", False),
        ("https://", False),
        ("ftp://127.0.0.1", False),
        ("javascript:alert(1)", False),
        ("http://[::1", False),
    ],
)
def test_only_https_and_this_machine_are_safe(address: str, safe: bool) -> None:
    assert is_safe(address) is safe


def test_an_issuer_with_https_leads_nobody_to_this_machine() -> None:
    assert not is_safe("http://127.0.0.1/token", issuer="https://id.example.org")
    assert Provider(name="m", title="M", issuer="https://i", client_id="c").roles == ()
