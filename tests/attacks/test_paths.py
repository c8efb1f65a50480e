"""No address leads to a file that is not meant: assets, tiles of the log, kept files."""

from __future__ import annotations

import pytest

from shared.settings import SERVICES
from tests.interface.home import Home

from .asking import signed_in

UP = (
    "../../../keys/master.key",
    "..%2f..%2f..%2fkeys%2fmaster.key",
    "%2e%2e/%2e%2e/keys/master.key",
    "..%252f..%252fkeys%252fmaster.key",
    "....//....//keys/master.key",
    "..\\..\\keys\\master.key",
    "..%5c..%5ckeys%5cmaster.key",
    "%c0%ae%c0%ae/%c0%ae%c0%ae/keys/master.key",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "main.css/../../../app.py",
    "main.css%00.key",
    "file:///etc/passwd",
    "~root",
    ".",
    "..",
    "CON",
)
TELLING = ("root:", "from __future__", "BEGIN PRIVATE KEY", "[tool.ruff]")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", UP)
def test_no_way_up(home: Home, service: str, path: str) -> None:
    client = signed_in(home, service)
    app = home.apps[service]
    with app.test_request_context():
        asset = app.jinja_env.globals.get("asset")
    assert asset is None or callable(asset)
    digest = client.get("/accounts/sign-in" if service == "accounts" else f"/{service}/").text
    digest = digest.split(f"/{service}/assets/")[1].split("/")[0] if "/assets/" in digest else "x"
    for where in (
        f"/{service}/assets/{digest}/{path}",
        f"/{service}/assets/{path}",
        f"/{service}/log/tile/0/{path}",
        f"/{service}/log/tile/entries/{path}",
        f"/{service}/log/{path}",
        f"/{service}/{path}",
        f"/{service}/api/v1/{path}",
    ):
        answer = client.get(where, headers=home.headers)
        assert answer.status_code in (301, 302, 303, 308, 400, 404, 405), (
            where,
            answer.status_code,
        )
        assert not any(word in answer.text for word in TELLING), where


@pytest.mark.parametrize("path", UP)
def test_no_kept_file_but_by_its_hash(home: Home, path: str) -> None:
    client = signed_in(home, "trainings")
    nobody = "0192f000-0000-7000-8000-00000000dead"
    for where in (
        f"/trainings/outcomes/{nobody}/documents/{path}",
        f"/trainings/outcomes/{path}/documents/{'a' * 64}",
    ):
        assert client.get(where).status_code in (301, 302, 308, 400, 404), where
