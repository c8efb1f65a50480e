"""What no program should send: each time a refusal that says where, and nothing that breaks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from services.commands.demonstration_people import PROGRAMME
from shared.settings import SERVICES
from shared.web.app import BODY_BYTES_MAX
from shared.web.pagination import encode_cursor

from .home import Home
from .known import Known

HUGE: Final = 10**30
_PARTS: Final[tuple[tuple[str | int, ...], ...]] = (
    ("", -1),
    ("9999-12-31T23:59:59-14:00", 2**63 - 1),
)
FORGED: Final = [
    encode_cursor(key)
    for length in (1, 2, 3, 4)
    for pair in _PARTS
    for key in itertools.product(pair, repeat=length)
]
"""Cursors of the right form that no answer ever had."""

STRANGE: Final = {
    "date": ("0001-01-01", "9999-12-31", "1970-01-01"),
    "date-time": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00Z"),
    "integer": ("0", "-1", str(2**63 - 1), str(2**63), "9" * 400),
    "string": ("", "x" * 5000, "%", "_", "'", "\uffff", "\u202e", "Đ", "*", "-"),
    "boolean": ("1", "maybe"),
    "number": ("0", "1e308", "nan", "-inf"),
}
"""Values of query parameters by their format or type."""
DEEP: Final = b"[" * 60 + b"]" * 60


@dataclass(frozen=True)
class Command:
    """A command on a record: ``list`` gives records, ``record`` and ``path`` their addresses."""

    service: str
    list: str
    id: str
    record: str
    path: str
    good: dict[str, Any]
    other: dict[str, Any]
    wrong: tuple[tuple[dict[str, Any], str], ...] = field(default=())


COMMANDS: Final = (
    Command(
        service="accounts",
        list="/accounts/api/v1/staff?role=donor",
        id="id",
        record="/accounts/api/v1/staff/{}",
        path="/accounts/api/v1/staff/{}/roles",
        good={"role": "donor", "programme": "BA-2026", "region": None},
        other={"role": "donor", "programme": "RS-2027", "region": None},
        wrong=(
            ({"role": "ceo"}, "#/role"),
            ({"role": 5}, "#/role"),
            ({"programme": ""}, "#/programme"),
            ({"programme": "x" * 41}, "#/programme"),
            ({"region": ["Topola"]}, "#/region"),
        ),
    ),
    Command(
        service="trainings",
        list="/trainings/api/v1/courses",
        id="course_id",
        record="/trainings/api/v1/courses/{}",
        path="/trainings/api/v1/courses/{}/versions",
        good={"title": "Prices", "kind": "business", "hours": 30, "modules": ["Costs"]},
        other={"title": "Prices", "kind": "business", "hours": 31, "modules": ["Costs"]},
        wrong=(
            ({"hours": -1}, "#/hours"),
            ({"hours": 24.5}, "#/hours"),
            ({"hours": "24"}, "#/hours"),
            ({"hours": True}, "#/hours"),
            ({"hours": 2**53 - 1}, "#/hours"),
            ({"kind": "magic"}, "#/kind"),
            ({"modules": {}}, "#/modules"),
            ({"modules": ["Costs", 7]}, "#/modules/1"),
            ({"title": None}, "#/title"),
        ),
    ),
    Command(
        service="grants",
        list=f"/grants/api/v1/programmes/{PROGRAMME}/budget-lines",
        id="budget_line_id",
        record="/grants/api/v1/budget-lines/{}",
        path="/grants/api/v1/budget-lines/{}/revise",
        good={"budget": {"amount": "7000000.00", "currency": "RSD"}, "reason": "More came in"},
        other={"budget": {"amount": "7000000.00", "currency": "RSD"}, "reason": "Another reason"},
        wrong=(
            ({"budget": {"amount": "1", "currency": "QQQ"}}, "#/budget/currency"),
            ({"budget": {"amount": "1", "currency": "rsd"}}, "#/budget/currency"),
            ({"budget": {"amount": "-1", "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": -1, "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": "1.005", "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": "1e400", "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": str(HUGE), "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": "Infinity", "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": {"amount": "١٢", "currency": "RSD"}}, "#/budget/amount"),
            ({"budget": "700 RSD"}, "#/budget"),
            ({"reason": "  "}, "#/reason"),
        ),
    ),
    Command(
        service="notifications",
        list="/notifications/api/v1/messages?channel=person&state=waiting",
        id="message_id",
        record="/notifications/api/v1/messages/{}",
        path="/notifications/api/v1/messages/{}/told",
        good={"means": "phone"},
        other={"means": "letter"},
        wrong=(
            ({"means": "pigeon"}, "#/means"),
            ({"means": 1}, "#/means"),
            ({"means": None}, "#/means"),
        ),
    ),
)
every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.service)
EVERY_WRONG: Final = [
    pytest.param(command, changes, pointer, id=f"{command.service} {changes}"[:70])
    for command in COMMANDS
    for changes, pointer in command.wrong
]


@dataclass
class Record:
    """A record with its command, as a program works on it."""

    home: Home
    command: Command
    identifier: str

    def version(self) -> str:
        """Its ETag now."""
        address = self.command.record.format(self.identifier)
        return str(self.home.get(self.command.service, address).headers["ETag"])

    def send(
        self,
        body: Any,
        *,
        version: str | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> TestResponse:
        """POST bytes as they are, anything else as JSON; by the version of now unless given."""
        sent = {"If-Match": self.version() if version is None else version, **self.home.headers}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        return self.home.client(self.command.service).post(
            self.command.path.format(self.identifier),
            data=body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type=content_type,
            headers={name: text for name, text in sent.items() if text},
        )


@pytest.fixture(scope="module", autouse=True)
def other_programmes(home: Home) -> None:
    """Two more, for roles in another programme than the one that they are held in."""
    for code in ("BA-2026", "RS-2027"):
        opened = home.client("grants").post(
            "/grants/api/v1/programmes",
            json={
                "code": code,
                "name": f"Another programme {code}",
                "regions": [{"country": "RS", "municipalities": ["Topola"]}],
                "currencies": ["RSD"],
            },
            headers=home.headers,
        )
        assert opened.status_code == 201, opened.text
    home.installation.wait_until_caught_up()


@pytest.fixture
def record(home: Home, command: Command) -> Record:
    answer = home.get(command.service, command.list)
    assert answer.status_code == 200, answer.text
    return Record(home, command, answer.get_json()["items"][0][command.id])


def problem(response: TestResponse, status: int, code: str = "") -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    document: dict[str, Any] = json.loads(response.data)
    assert document["status"] == status
    assert document["detail"] and document["title"] and document["instance"]
    if code:
        assert document["type"] == f"/problems/{code}"
    return document


def pointers(document: dict[str, Any]) -> set[str]:
    """The places that it names."""
    assert all(error["in"] == "body" and error["detail"] for error in document["errors"])
    return {error["pointer"] for error in document["errors"]}


@pytest.mark.parametrize(("command", "changes", "pointer"), EVERY_WRONG)
def test_a_wrong_value_is_named(record: Record, changes: dict[str, Any], pointer: str) -> None:
    document = problem(record.send(record.command.good | changes), 422, "invalid")
    assert pointers(document) == {pointer}


@every_command
def test_wrong_types_are_named_in_every_field(record: Record) -> None:
    for name in record.command.good:
        strange: tuple[Any, ...] = ([], {}, [{"a": []}], 3.5, True)
        for value in strange:
            if record.command.good[name] == value:
                continue
            document = problem(record.send(record.command.good | {name: value}), 422)
            assert {one.split("/")[1] for one in pointers(document)} == {name}, value


@every_command
def test_a_body_of_another_kind_is_refused(record: Record) -> None:
    for body in ([], "text", 7, None, True, [record.command.good]):
        problem(record.send(body), 422)
    missing = problem(record.send({}), 422)
    unknown = problem(record.send(record.command.good | {"__proto__": 1}), 422)
    assert pointers(missing) <= {f"#/{name}" for name in record.command.good}
    assert pointers(unknown) == {"#/__proto__"}


@every_command
def test_json_that_is_none_is_refused_with_its_place(record: Record) -> None:
    whole = json.dumps(record.command.good).encode()
    cut = problem(record.send(whole[:-1]), 400, "json-malformed")
    assert (cut["line"], cut["column"]) == (1, len(whole))
    name = next(iter(record.command.good))
    twice = problem(record.send(b'{"%s": 1, "%s": 1}' % ((name.encode(),) * 2)), 400)
    assert twice["name"] == name
    assert problem(record.send(b'{"a": NaN}'), 400)["name"] == "NaN"
    assert problem(record.send(DEEP), 400, "json-too-deep")["depth_max"]


@every_command
@pytest.mark.parametrize("number", [str(HUGE), "1e400", f"-{HUGE}", "9" * 5000])
def test_a_number_beyond_all_is_refused_with_its_place(record: Record, number: str) -> None:
    for name in record.command.good:
        body = json.dumps(record.command.good | {name: "@"}).replace('"@"', number).encode()
        document = problem(record.send(body), 400, "number-too-large")
        assert document["pointer"] == f"#/{name}"


@every_command
def test_text_in_another_encoding_is_refused_with_its_place(record: Record) -> None:
    name = next(name for name, value in record.command.good.items() if isinstance(value, str))
    text = json.dumps({name: "Đurđa"}, ensure_ascii=False)
    place = text.index("Đ")
    for encoding in ("iso8859-2", "cp1250"):
        document = problem(record.send(text.encode(encoding)), 400, "encoding-malformed")
        assert document["byte"] == place
    for encoding in ("utf-16", "utf-32"):
        assert "byte" in problem(record.send(text.encode(encoding)), 400, "encoding-malformed")
    for encoding in ("utf-16-le", "utf-8-sig"):
        problem(record.send(json.dumps(record.command.good).encode(encoding)), 400)


@every_command
@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_letters_that_stand_for_nothing_are_refused_with_their_place(
    record: Record, text: str
) -> None:
    name = next(name for name, value in record.command.good.items() if isinstance(value, str))
    document = problem(record.send(record.command.good | {name: text}), 400, "text-unusable")
    assert document["pointer"] == f"#/{name}"
    problem(record.send(record.command.good | {text: 1}), 400, "text-unusable")


@every_command
def test_a_write_without_a_version_is_refused(record: Record) -> None:
    document = problem(record.send(record.command.good, version=""), 428, "version-required")
    assert document["header"] == "If-Match"
    for version in ("7", "*", 'W/"1"', '"1", "2"', '"-1"', f'"{HUGE}"', '"1'):
        document = problem(record.send(record.command.good, version=version), 400)
        assert (document["type"], document["header"]) == (
            "/problems/version-malformed",
            "If-Match",
        )


@every_command
def test_a_version_of_another_time_is_refused(record: Record) -> None:
    now = record.version()
    for version in ('"0"', '"9999"'):
        document = problem(record.send(record.command.good, version=version), 412, "stale-version")
        assert f'"{document["current_version"]}"' == now
    assert record.version() == now


@every_command
def test_a_key_is_for_one_request(record: Record) -> None:
    key, version = f"bad-input-{record.identifier}", record.version()
    done = record.send(record.command.good, version=version, Idempotency_Key=key)
    assert done.status_code == 200, done.text
    again = record.send(record.command.good, version=version, Idempotency_Key=key)
    assert (again.data, again.headers["ETag"]) == (done.data, done.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true"
    for body, seen in ((record.command.other, version), (record.command.good, record.version())):
        other = record.send(body, version=seen, Idempotency_Key=key)
        document = problem(other, 422, "idempotency-key-reused")
        assert document["header"] == "Idempotency-Key"
    for key in ("a b", "x" * 201):
        refused = record.send(record.command.good, Idempotency_Key=key)
        assert problem(refused, 400)["header"] == "Idempotency-Key"


@every_command
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", ""],
)
def test_content_of_another_type_is_refused(record: Record, content_type: str) -> None:
    response = record.send(record.command.good, content_type=content_type)
    problem(response, 415, "content-type-unsupported")


@every_command
def test_a_body_that_is_too_large_is_refused(record: Record) -> None:
    body = b" " * BODY_BYTES_MAX + json.dumps(record.command.good).encode()
    problem(record.send(body), 413, "too-large")


@every_command
def test_an_identifier_that_nothing_has_is_unknown(home: Home, command: Command) -> None:
    for identifier in ("x", "%00", "..%2fx", "0" * 3000, "%ff%fe", "' or 1=1 --", "Đ"):
        lost = Record(home, command, identifier)
        response = lost.send(command.good, version='"1"')
        problem(response, 400 if identifier == "%00" else 404)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=-1", "#/limit"),
        ("limit=0", "#/limit"),
        (f"limit={HUGE}", "#/limit"),
        ("limit=" + "9" * 5000, "#/limit"),
        ("limit=1e400", "#/limit"),
        ("limit=ten", "#/limit"),
        ("since=yesterday", "#/since"),
        ("until=2026-02-30", "#/until"),
        ("actor=" + "x" * 121, "#/actor"),
        ("cursor=", "#/cursor"),
    ],
)
def test_audit_which_takes_no_commands_names_what_is_wrong_in_a_query(
    home: Home, query: str, pointer: str
) -> None:
    document = problem(home.get("audit", f"/audit/api/v1/entries?{query}"), 422, "invalid")
    assert [(error["in"], error["pointer"]) for error in document["errors"]] == [("query", pointer)]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("entries?cursor=AAAA", 422),
        ("entries?cursor=WzFd", 422),
        ("entries?source=%00", 400),
        ("entries?source=%ff", 200),
        ("entries?since=0001-01-01&until=9999-12-31", 200),
        (f"entries/grants/{HUGE}", 404),
        ("entries/grants/-1", 404),
        ("entries/nobody/0", 404),
        ("entries/grants/" + "9" * 5000, 404),
    ],
)
def test_audit_answers_whatever_is_asked(home: Home, address: str, status: int) -> None:
    response = home.get("audit", f"/audit/api/v1/{address}")
    assert response.status_code == status, response.text
    if status >= 400:
        problem(response, status)


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_no_query_breaks_a_list(home: Home, service: str) -> None:
    for path, parameters in readable(home, service):
        for parameter in parameters:
            name, schema = parameter["name"], parameter["schema"]
            kind = schema.get("format") or schema["type"]
            kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
            values = FORGED if name == "cursor" else STRANGE[kind]
            for value in values:
                query = urlencode({name: value})
                response = home.get(service, f"{path}?{query}")
                # What is sent while it is made may break on the way.
                response.get_data()
                assert response.status_code < 500, f"{path}?{query}"
                if response.status_code >= 400:
                    problem(response, response.status_code)


def readable(home: Home, service: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Addresses that answer to GET, with what their queries may say."""
    known = Known.of(home, service)
    for path, methods in home.documents[service]["paths"].items():
        parameters = methods.get("get", {}).get("parameters", [])
        queries = [one for one in parameters if one["in"] == "query"]
        address = next(known.addresses(path), None)
        if queries and address:
            yield address, queries
