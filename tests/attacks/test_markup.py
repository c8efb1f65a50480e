"""Markup, scripts and templates that somebody types are text wherever they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from shared.settings import SERVICES
from tests.interface.home import Home

from .asking import Document, page_of, pages_of, persona, sign_in, signed_in
from .forms import Form

pytestmark = pytest.mark.slow

ATTACK = """<zq-el onzq=a>"'><script>zq()</script>zq{{7*7}}zq${7*7}<!--zq"""
MARKS = ("<zq-el", "zq{{7*7}}zq")


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Forms of every kind are sent here, so that nothing stays as it was."""
    made = Home.open(tmp_path_factory.mktemp("markup"), name="markup")
    yield made
    made.close()


@pytest.fixture(scope="module")
def filled(own_home: Home) -> Counter[int]:
    """Every form of every page, sent with an attack in each field for words."""
    answers: Counter[int] = Counter()
    for service in SERVICES:
        client, sent = signed_in(own_home, service), {"/accounts/sign-out"}
        for where in pages_of(own_home, service):
            for form in Form.all_of(page_of(client.get(where))):
                action = form.action or where
                if action in sent or not action.startswith(f"/{service}/"):
                    continue
                sent.add(action)
                answer = client.post(action, data=form.filled(ATTACK))
                answers[answer.status_code] += 1
                check(page_of(answer), action)
                # Whoever made up a session may not have ended it by a form.
                client = signed_in(own_home, service)
    record_people(own_home)
    own_home.installation.wait_until_caught_up()
    return answers


def record_people(home: Home) -> None:
    """Attacks as names of people and staff, over the JSON interface."""
    person = {
        "programme": "demo-2026",
        "full_name": ATTACK,
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
    outcome = {
        "registration_id": answer.get_json()["id"],
        "outcome": "primary_completed",
        "completed_on": "2025-06-15",
        "institution": ATTACK,
        "evidence": ATTACK,
    }
    made = home.client("trainings").post(
        "/trainings/api/v1/outcomes", json=outcome, headers=home.headers
    )
    assert made.status_code == 201, made.text


def check(page: str, where: str) -> None:
    """The page has no element, attribute, script or comment of the attack's, and counts nothing."""
    document = Document.of(page)
    for tag, attributes in document.tags:
        assert not tag.startswith("zq"), (where, tag)
        assert not any(name.startswith("on") for name in attributes), (where, attributes)
        assert "style" not in attributes, (where, attributes)
        assert tag != "script" or attributes.get("src") or "json" in attributes.get("type", ""), (
            where
        )
        assert tag not in ("iframe", "object", "embed", "base", "style"), (where, tag)
        for name in ("href", "src", "action"):
            assert not attributes.get(name, "").lower().startswith("javascript:"), where
    assert not any("zq" in comment for comment in document.comments), where
    assert "zq49zq" not in page and "$49" not in page, where


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_typed_is_text_on_every_page(
    own_home: Home, filled: Counter[int], service: str
) -> None:
    assert not any(status >= 500 for status in filled)
    client, seen = signed_in(own_home, service), 0
    # Some records of each kind: which of them the forms above reached is left to their order.
    for where in pages_of(own_home, service, each=3, anew=True):
        page = page_of(client.get(where))
        check(page, where)
        seen += any(mark in Document.of(page).said for mark in MARKS)
    expected = {"trainings": 3, "grants": 3, "audit": 0, "notifications": 0, "accounts": 0}
    assert seen >= expected[service], (service, seen, dict(filled))


@pytest.mark.parametrize("service", SERVICES)
def test_what_stands_in_an_address_is_text(own_home: Home, service: str) -> None:
    client = signed_in(own_home, service)
    names = "q name next programme state cursor kind actor stream since until outcome role".split()
    for where in pages_of(own_home, service)[::2]:
        for address in (where, f"{where}/{ATTACK.replace('/', '')}"):
            answer = client.get(address, query_string=dict.fromkeys(names, ATTACK))
            check(page_of(answer), where)


def test_the_sign_in_form_shows_what_was_typed_as_text(own_home: Home) -> None:
    client = own_home.apps["accounts"].test_client()
    found = persona(own_home, "auditor")
    for email in (ATTACK, "{{config}}", "{% raw %}"):
        answer = sign_in(client, type(found)(email, "x", ""))
        check(answer.text, "/accounts/sign-in")
        assert "SECRET_KEY" not in answer.text
