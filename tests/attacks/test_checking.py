"""Whoever has a number alone, or guesses, learns nothing of a certificate, nor by its work."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from services.trainings.certificates.tables import VERSIONS
from services.trainings.tables import CERTIFICATES
from services.trainings.verification.limits import RATES, TRIES
from shared.access.tries import Rate
from tests.interface.home import Home

CHECK = "/trainings/check"
API = "/trainings/api/v1/check"
NEVER_GIVEN = "RS-1999-123456"
WRONG = "0" * 12


@pytest.fixture
def certificate(home: Home) -> Any:
    """One that stands, and all tries back."""
    service = home.installation.services["trainings"]
    with service.database.writing() as connection:
        connection.execute(TRIES.delete())
    with service.database.reading() as connection:
        query = select(CERTIFICATES).where(CERTIFICATES.c.state == "valid")
        return connection.execute(query.order_by(CERTIFICATES.c.number).limit(1)).one()


def asks(home: Home, number: str, code: str, *, address: str = "203.0.113.1", **more: str) -> Any:
    """What a program at an address is answered."""
    return (
        home.apps["trainings"]
        .test_client()
        .post(
            API,
            json={"number": number, "code": code, **more},
            environ_overrides={"REMOTE_ADDR": address},
        )
    )


def sends(home: Home, number: str, code: str, *, address: str = "203.0.113.1") -> Any:
    """What a browser at an address is shown."""
    client = home.apps["trainings"].test_client()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(CHECK).text)[0]
    return client.post(
        CHECK,
        data={"csrf_token": token, "number": number, "code": code},
        environ_overrides={"REMOTE_ADDR": address},
    )


@contextmanager
def statements(home: Home) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without the values."""
    found: list[str] = []
    engine = home.installation.services["trainings"].database.engine
    own = threading.get_ident()

    def note(*given: Any) -> None:
        if threading.get_ident() == own:
            found.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def same(answer: Any, number: str) -> tuple[Any, ...]:
    """An answer without what differs by nature: ids of the request, the form's secret, what was
    typed."""
    text = re.sub(r'name="csrf_token" value="[^"]+"|urn:uuid:[0-9a-f-]+', "", answer.text)
    headers = {n: v for n, v in answer.headers.items() if n != "X-Correlation-Id"}
    headers.pop("Set-Cookie", None)
    return answer.status_code, text.replace(number, "…"), sorted(headers.items())


def test_a_number_that_nobody_has_and_a_wrong_code_are_one_answer(
    home: Home, certificate: Any
) -> None:
    for way in (asks, sends):
        found, work = [], []
        for n, number in enumerate((certificate.number, NEVER_GIVEN)):
            with statements(home) as done:
                answer = way(home, number, WRONG, address=f"203.0.113.{n + 10}")
            assert answer.status_code == 404
            found.append(same(answer, number))
            work.append(done)
        assert found[0] == found[1]
        assert work[0] == work[1] and work[0]


def test_a_number_alone_and_a_code_alone_tell_nothing(home: Home, certificate: Any) -> None:
    page = home.apps["trainings"].test_client().get(f"{CHECK}/{certificate.number}")
    never = home.apps["trainings"].test_client().get(f"{CHECK}/{NEVER_GIVEN}")
    assert same(page, certificate.number)[:2] == same(never, NEVER_GIVEN)[:2]
    assert asks(home, certificate.number, "").status_code == 422
    assert asks(home, "RS", certificate.code).status_code == 404
    by_address = (
        home.apps["trainings"]
        .test_client()
        .get(f"{CHECK}/{certificate.number}?code={certificate.code}")
    )
    assert certificate.course_title not in by_address.text


def test_counting_through_numbers_finds_none(home: Home, certificate: Any) -> None:
    """Every number there is, with a code of another: nothing, and soon not even an answer."""
    service = home.installation.services["trainings"]
    with service.database.reading() as connection:
        numbers = [row.number for row in connection.execute(select(VERSIONS.c.number).distinct())]
    numbers = [one for one in numbers if one != certificate.number]
    assert len(numbers) > 1
    for n in range(RATES["check/address"].at_once):
        answer = asks(home, numbers[n % len(numbers)], certificate.code, address="198.51.100.7")
        assert answer.status_code == 404 and certificate.course_title not in answer.text
    refused = asks(home, numbers[0], certificate.code, address="198.51.100.7")
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= RATES["check/address"].refill.total_seconds()
    # Another network is not slowed by it.
    right = asks(home, certificate.number, certificate.code, address="198.51.100.8")
    assert right.status_code == 200


def test_many_addresses_do_not_make_more_guesses_at_one_number(
    home: Home, certificate: Any
) -> None:
    most = RATES["check/number"].at_once
    codes = [f"{n:012x}" for n in range(most)]
    for n, code in enumerate(codes):
        assert asks(home, certificate.number, code, address=f"192.0.2.{n}").status_code == 404
    assert asks(home, certificate.number, WRONG, address="192.0.2.250").status_code == 429
    # Whoever holds it is not kept from showing it.
    held = asks(home, certificate.number, certificate.code, address="192.0.2.251")
    assert held.status_code == 200
    # A number that nobody has is slowed down just so.
    for n in range(most):
        assert asks(home, NEVER_GIVEN, codes[n], address=f"198.18.0.{n}").status_code == 404
    assert asks(home, NEVER_GIVEN, WRONG, address="198.18.0.250").status_code == 429


def test_a_house_with_many_addresses_is_one(home: Home, certificate: Any) -> None:
    for n in range(RATES["check/address"].at_once):
        one = f"2001:db8:1:2::{n + 1:x}"
        assert asks(home, f"RS-2026-{n + 900001}", WRONG, address=one).status_code == 404
    last = asks(home, NEVER_GIVEN, WRONG, address="2001:db8:1:2:ffff::1")
    assert last.status_code == 429


def test_everybody_together_is_slowed_down_too(
    home: Home, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RATES, "check/everybody", Rate(5, timedelta(seconds=7)))
    for n in range(5):
        answer = asks(home, f"RS-2026-{n + 800001}", WRONG, address=f"192.0.2.{n + 100}")
        assert answer.status_code == 404
    refused = asks(home, NEVER_GIVEN, WRONG, address="192.0.2.200")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) <= 7
    held = asks(home, certificate.number, certificate.code, address="192.0.2.201")
    assert held.status_code == 200


def test_what_a_stranger_says_of_proxies_changes_nothing(home: Home, certificate: Any) -> None:
    client = home.apps["trainings"].test_client()
    statuses = [
        client.post(
            API,
            json={"number": f"RS-2026-{n + 700001}", "code": WRONG},
            headers={"X-Forwarded-For": f"203.0.113.{n}"},
            environ_overrides={"REMOTE_ADDR": "198.51.100.99"},
        ).status_code
        for n in range(RATES["check/address"].at_once + 1)
    ]
    assert statuses[-1] == 429 and set(statuses[:-1]) == {404}


def test_neither_code_nor_name_gets_into_logs_metrics_or_what_is_kept(
    home: Home, certificate: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "Somebody Unusual"
    assert asks(home, certificate.number, certificate.code, name=name).status_code == 200
    assert sends(home, certificate.number, certificate.code).status_code == 200
    said = capsys.readouterr()
    metrics = home.apps["trainings"].test_client().get("/metrics").text
    service = home.installation.services["trainings"]
    with service.database.reading() as connection:
        kept = str(connection.execute(TRIES.select()).all())
    for place in (said.out, said.err, metrics, kept):
        assert certificate.code not in place and "Unusual" not in place


def test_the_name_is_in_no_answer(home: Home, certificate: Any) -> None:
    words = certificate.full_name.split()
    for answer in (
        asks(home, certificate.number, certificate.code, name=certificate.full_name),
        asks(home, certificate.number, certificate.code),
        sends(home, certificate.number, certificate.code),
    ):
        assert answer.status_code == 200
        assert not any(word in answer.text for word in words if len(word) > 3), words
