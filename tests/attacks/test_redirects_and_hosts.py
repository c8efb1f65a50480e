"""Nobody is sent to another site, and no other name than ours is taken for ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from shared.settings import SERVICES
from tests.interface.home import Home

from .asking import Document, form_token, signed_in

ELSEWHERE = (
    "https://elsewhere-zq.example/",
    "HTTPS://elsewhere-zq.example",
    "//elsewhere-zq.example",
    "///elsewhere-zq.example",
    "////elsewhere-zq.example/%2e%2e",
    "/\\elsewhere-zq.example",
    "\\/elsewhere-zq.example",
    "\\\\elsewhere-zq.example",
    "/\t/elsewhere-zq.example",
    "/\n/elsewhere-zq.example",
    "\t//elsewhere-zq.example",
    " //elsewhere-zq.example",
    "/%09/elsewhere-zq.example\t",
    "/\x00/elsewhere-zq.example",
    "https:elsewhere-zq.example",
    "https:/elsewhere-zq.example",
    "https:\\\\elsewhere-zq.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "ftp://elsewhere-zq.example",
    "@elsewhere-zq.example",
    "localhost@elsewhere-zq.example",
    "//localhost@elsewhere-zq.example",
    "//elsewhere-zq.example:80",
    "//elsewhere%2eexample",
    "/／elsewhere-zq.example",
    "／／elsewhere-zq.example",
    "//elsewhere。example",
    "/\u2028/elsewhere-zq.example",
    "/accounts/\r\nLocation: //elsewhere-zq.example",
    "/accounts/%0d%0aLocation:%20//elsewhere-zq.example",
    "http://localhost.elsewhere-zq.example",
    ".elsewhere-zq.example",
    "?next=//elsewhere-zq.example",
    "/" * 3000,
)


def is_ours(location: str) -> bool:
    """Whether a browser that reads this stays here (WHATWG: it drops tabs and line ends, and takes
    a backslash for a slash)."""
    read = "".join(letter for letter in location if letter not in "\t\r\n").replace("\\", "/")
    return read.strip() == read and read.startswith("/") and not read.startswith("//")


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_sent_elsewhere(home: Home, wanted: str) -> None:
    client = signed_in(home, "accounts")
    asked = quote(wanted, safe="")
    for where in ("sign-in", "renew", "language/en"):
        answer = client.get(f"/accounts/{where}?next={asked}")
        if "\x00" in wanted:
            assert answer.status_code == 400
            continue
        assert answer.status_code == 303, where
        assert is_ours(answer.headers["Location"]), where
        assert len(answer.headers.getlist("Location")) == 1
        # An address of ours may carry the text on; then it is escaped.
        assert "elsewhere-zq.example" not in answer.headers["Location"].split("?")[0].replace(
            "%0d%0aLocation:%20//elsewhere-zq.example", ""
        ), where


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_the_sign_in_form_leads_nowhere_else(home: Home, wanted: str) -> None:
    client = home.apps["accounts"].test_client()
    answer = client.get(f"/accounts/sign-in?next={quote(wanted, safe='')}")
    if "\x00" in wanted:
        assert answer.status_code == 400
        return
    for tag, attributes in Document.of(answer.text).tags:
        for name in ("href", "action", "src", "formaction"):
            where = attributes.get(name, "/")
            assert is_ours(where) or where.startswith(("#", "data:image/")), (tag, where)
        if attributes.get("name") == "next":
            assert is_ours(attributes["value"])


def test_who_signs_in_by_a_form_from_elsewhere_stays_here(home: Home) -> None:
    for wanted in (
        "//elsewhere-zq.example",
        "https://elsewhere-zq.example",
        "/\\elsewhere-zq.example",
    ):
        client = home.apps["accounts"].test_client()
        token = form_token(client, "/accounts/sign-in")
        data = {"csrf_token": token, "account": "x", "password": "y", "next": wanted}
        answer = client.post("/accounts/sign-in", data=data)
        assert "elsewhere-zq.example" not in answer.headers.get("Location", "")
        assert answer.status_code in (401, 422, 429)
        fields = [
            found for _, found in Document.of(answer.text).tags if found.get("name") == "next"
        ]
        assert all(is_ours(found["value"]) for found in fields)


HOSTS = (
    "elsewhere-zq.example",
    "localhost.elsewhere-zq.example",
    "elsewhere-zq.example:8000",
    "localhost@elsewhere-zq.example",
    "localhost:80@elsewhere-zq.example",
    "localhost, elsewhere-zq.example",
    "localhost/elsewhere",
    "",
    "127.0.0.1.elsewhere-zq.example",
    "[::1].elsewhere-zq.example",
    "localhost\u3002elsewhere",
)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("host", HOSTS)
def test_another_name_is_not_served(home: Home, service: str, host: str) -> None:
    client = home.client(service)
    for where in (f"/{service}/", f"/{service}/api/v1/openapi.json", "/accounts/sign-in"):
        environ = {"HTTP_HOST": host.encode().decode("latin-1")}
        answer = client.get(where, environ_overrides=environ)
        assert answer.status_code == 400, (where, answer.status_code)
        assert "elsewhere" not in answer.text


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]
)
def test_headers_of_proxies_do_not_rename_us(home: Home, header: str) -> None:
    value = "host=elsewhere-zq.example" if header == "Forwarded" else "elsewhere-zq.example"
    client = signed_in(home, "accounts")
    for where in ("/accounts/sign-in", "/accounts/me", "/accounts/", "/accounts/staff"):
        answer = client.get(where, headers={header: value})
        assert answer.status_code < 400
        assert "elsewhere-zq.example" not in answer.text + str(answer.headers)


def test_links_in_mail_bear_the_name_of_the_settings(home: Home) -> None:
    """An invitation asked for under another name is refused before it is written."""
    before = len(list((home.installation.settings.home / "outbox").glob("*")))
    answer = home.client("accounts").post(
        "/accounts/api/v1/staff",
        json={"email": "new@example.org", "display_name": "New"},
        headers=home.headers | {"Host": "elsewhere-zq.example"},
    )
    assert answer.status_code == 400
    assert len(list((home.installation.settings.home / "outbox").glob("*"))) == before
