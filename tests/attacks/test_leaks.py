"""Names, numbers and phones are in pages for those who may see them: in no log, metric, address or
error."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from urllib.parse import unquote_plus

import pytest
import structlog

from services.commands.demonstration_people import PEOPLE
from shared import logging as zanat_logging
from shared.settings import SERVICES
from tests.interface.home import Home
from tests.privacy.searching import Secrets

from .asking import Document, page_of, pages_of, signed_in
from .forms import Form

pytestmark = pytest.mark.slow

TYPED = {
    "name": "Zvezdana Neobičnaković",
    "number": "0101990715029",
    "phone": "+381 60 987 65 43",
    "account": "160-5800000012345-91",
    "mail": "zvezdana.neobicna@example.org",
}
ADDRESSED = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data-poll")


def secrets() -> Secrets:
    found = Secrets()
    for label, text in TYPED.items():
        found.add(text, label)
    for place, person in enumerate(PEOPLE):
        found.add(person.full_name, f"name {place}")
        found.add(person.phone or "", f"phone {place}")
    return found


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """What the installation writes, as it writes it when it runs."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers, root.level, io.StringIO()
    zanat_logging.configure(service="all", level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Forms of every kind are sent here, so that nothing stays as it was."""
    made = Home.open(tmp_path_factory.mktemp("leaks"), name="leaks")
    yield made
    made.close()


@pytest.fixture(scope="module")
def errors(own_home: Home, log: io.StringIO) -> list[tuple[str, bytes]]:
    """(address, answer) of every refusal, once all pages were asked for and all forms were sent."""
    found, sent = [], {"/accounts/sign-out"}
    together = " ".join(TYPED.values())
    for service in SERVICES:
        client = signed_in(own_home, service)
        for place, where in enumerate(pages_of(own_home, service)):
            page = page_of(client.get(where))
            if place % 3 == 0 and "<form" in page:
                typed = dict.fromkeys(("q", "name"), TYPED["name"])
                client.get(where, query_string=typed).get_data()
            for form in Form.all_of(page)[:1]:
                action = form.action or where
                if action in sent or not action.startswith(f"/{service}/"):
                    continue
                sent.add(action)
                # Figures are told by place, so that a place is in their addresses.
                form.words = [word for word in form.words if word not in ("municipality", "place")]
                text = together if len(sent) % 2 else TYPED["name"]
                client.post(action, data=form.filled(text)).get_data()
        for path in own_home.documents[service]["paths"]:
            address = path.replace("{", "").replace("}", "")
            body = dict.fromkeys(("full_name", "jmbg", "phone", "email", "q"), together)
            for answer in (
                client.get(f"{address}/{TYPED['number']}"),
                client.get(
                    address, query_string={"cursor": TYPED["name"], "until": TYPED["phone"]}
                ),
                own_home.client(service).post(address, json=body, headers=own_home.headers),
            ):
                content = answer.get_data()
                if answer.status_code >= 400:
                    found.append((path, content))
    own_home.installation.wait_until_caught_up()
    return found


def test_no_refusal_says_it(errors: list[tuple[str, bytes]]) -> None:
    assert len(errors) > 100
    looked_for = secrets()
    assert {where for where, content in errors if looked_for.found_in(content)} == set()


def test_no_log_says_it(errors: list[tuple[str, bytes]], log: io.StringIO) -> None:
    written = log.getvalue()
    assert written.count('"event":"request"') + written.count('"event": "request"') > 200
    assert secrets().found_in(written.encode()) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_says_it(own_home: Home, errors: list[tuple[str, bytes]], service: str) -> None:
    content = own_home.client(service).get("/metrics").get_data()
    assert b"zanat_requests_total" in content
    assert secrets().found_in(content) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_no_address_in_a_page_says_it(
    own_home: Home, errors: list[tuple[str, bytes]], service: str
) -> None:
    client, looked_for, wrong = signed_in(own_home, service), secrets(), []
    for where in pages_of(own_home, service):
        answer = client.get(where)
        places = [answer.headers.get("Location", "")]
        for _, attributes in Document.of(page_of(answer)).tags:
            places += [attributes[name] for name in ADDRESSED if name in attributes]
        told = [f"{place}\n{unquote_plus(place)}".encode() for place in places]
        wrong += [(where, one) for one in told if looked_for.found_in(one)]
    assert wrong == []


@pytest.mark.parametrize("wants", ["text/html", "application/json"])
def test_a_failure_of_ours_tells_nothing(
    own_home: Home, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, wants: str
) -> None:
    app = own_home.apps["trainings"]
    before = len(log.getvalue())

    def fails() -> str:
        raise ValueError(f"no place for {TYPED['name']} ({TYPED['number']})")

    fails.zanat_permission = "trainings.people.read"  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "people.list_people", fails)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    client = signed_in(own_home, "trainings")
    answer = client.get("/trainings/people", headers={"Accept": wants})
    assert answer.status_code == 500
    content = answer.get_data()
    assert secrets().found_in(content) == set()
    assert not any(word in content for word in (b"ValueError", b"Traceback", b".py", b"sqlite"))
    written = log.getvalue()[before:]
    assert "ValueError" in written and "test_leaks.py" in written
    assert secrets().found_in(written.encode()) == set()
