"""Every route of every service: who may, that forms are genuine, what its document says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from shared.access.roles import PUBLIC, SIGNED_IN, known
from shared.settings import SERVICES
from shared.web.access import RENEW, routes
from shared.web.session import session_cookie

from .home import Home

every_service = pytest.mark.parametrize("service", SERVICES)
METHODS: Final = ("get", "post", "put", "patch", "delete")
NOTHING_HAS_IT: Final = "0192f000-0000-7000-8000-0000000000ff"
COMMON: Final = (
    "GET /metrics",
    "GET /healthz",
    "GET /readyz",
    "GET /{service}/assets/<digest>/<path:name>",
    "GET /{service}/api/v1/openapi.json",
    "GET /{service}/api/v1/",
    "GET /{service}/log/checkpoint",
    "GET /{service}/log/tile/<level>/<path:place>",
)
FOR_ANYBODY: Final = {
    "accounts": (
        "POST /accounts/api/v1/tokens",
        "POST /accounts/api/v1/tokens/exchange",
        "GET /accounts/providers/<name>/begin",
        "GET /accounts/providers/<name>/callback",
        "GET /accounts/sign-in",
        "POST /accounts/sign-in",
        "POST /accounts/sign-in/persona",
        "GET /accounts/sign-in/code",
        "POST /accounts/sign-in/code",
        "POST /accounts/sign-in/passkey",
        "POST /accounts/passkeys/to-sign-in",
        "GET /accounts/applicant",
        "POST /accounts/applicant",
        "GET /accounts/applicant/code",
        "POST /accounts/applicant/code",
        "GET /accounts/applicant/birth-date",
        "POST /accounts/applicant/birth-date",
        "GET /accounts/forgotten",
        "POST /accounts/forgotten",
        "GET /accounts/forgotten/sent",
        "GET /accounts/reset/<token>",
        "POST /accounts/reset/<token>",
        "GET /accounts/renew",
        "POST /accounts/renew",
        "GET /accounts/activate/<token>",
        "POST /accounts/activate/<token>",
        "GET /accounts/language/<code>",
        "POST /accounts/witness/add-checkpoint",
        "GET /accounts/witness/<origin_hash>/checkpoint",
    ),
    "trainings": (
        "GET /trainings/check",
        "POST /trainings/check",
        "GET /trainings/check/<number>",
        "POST /trainings/api/v1/check",
        "GET /trainings/issuers/<programme_code>/did.json",
        "GET /trainings/credentials/<programme_code>/status/<name>",
    ),
    "audit": (
        "POST /audit/witness/add-checkpoint",
        "GET /audit/witness/<origin_hash>/checkpoint",
    ),
}
"""What nobody needs to sign in for; whoever adds to it opens a door."""


@every_service
def test_every_route_says_who_may(home: Home, service: str) -> None:
    found = routes(home.apps[service])
    assert len(found) > len(COMMON)
    assert [f"{method} {rule}" for rule, method, permission in found if permission is None] == []
    assert [one for one in found if not known(str(one[2]))] == []


@every_service
def test_a_service_asks_for_its_own_permissions(home: Home, service: str) -> None:
    """Besides those of reading logs, which each service has one of."""
    own = (f"{service}.", "operations.", "audit.log.")
    assert [
        (rule, permission)
        for rule, _, permission in routes(home.apps[service])
        if permission not in (PUBLIC, SIGNED_IN) and not str(permission).startswith(own)
    ] == []


@every_service
def test_only_these_are_for_anybody(home: Home, service: str) -> None:
    found = {
        f"{method} {rule}"
        for rule, method, permission in routes(home.apps[service])
        if permission == PUBLIC
    }
    common = {one.format(service=service) for one in COMMON}
    assert found == common | set(FOR_ANYBODY.get(service, ()))


@every_service
def test_no_write_from_a_browser_without_its_form_token(home: Home, service: str) -> None:
    client = home.apps[service].test_client()
    token = home.headers["Authorization"].removeprefix("Bearer ")
    client.set_cookie(session_cookie(secure=False), token)
    asked = 0
    for rule in home.apps[service].url_map.iter_rules():
        if rule.rule == RENEW:
            continue  # It changes nothing but the cookie; see shared/web/access.py.
        if rule.rule == "/accounts/api/v1/tokens/exchange":
            continue  # It looks at no cookie: only the key that comes with the request counts.
        if rule.rule == f"/{service}/witness/add-checkpoint":
            continue  # Who is signed in does not count there, but what a log's key signed.
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            for form in ({}, {"csrf_token": "0" * 64}):
                response = client.open(address(rule), method=method, data=form)
                assert response.status_code == 403, f"{method} {rule.rule}"
                assert "too old or came from elsewhere" in response.text
                asked += 1
    assert asked or service == "audit"


@every_service
def test_the_validator_accepts_the_document(home: Home, service: str) -> None:
    errors = OpenAPIV31SpecValidator(home.documents[service]).iter_errors()
    assert [str(error) for error in errors] == []


@every_service
def test_every_operation_is_described(home: Home, service: str) -> None:
    document = home.documents[service]
    names = Counter(one["operationId"] for _, one in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    for where, operation in operations(document):
        assert len(operation.get("summary", "")) > 5, where
        assert operation["summary"].rstrip().endswith((".", "?")), where
        assert operation["tags"], where
        assert known(operation["x-permission"]), where


@every_service
def test_every_operation_says_what_it_answers(home: Home, service: str) -> None:
    document = home.documents[service]
    for where, operation in operations(document):
        answers = operation["responses"]
        refusals = {"400", "406", "4XX"}
        if operation["x-permission"] != PUBLIC:
            refusals |= {"401", "403"}
        if "{" in where:
            refusals.add("404")
        if not where.startswith("GET "):
            refusals |= {"409", "413", "415", "422"}
        assert refusals <= set(answers), where
        assert [code for code in answers if code.startswith("2")], where
        assert "200" not in answers or answers["200"].get("content"), where
        for code, answer in answers.items():
            if code.startswith(("4", "5")):
                assert set(content(document, answer)) == {"application/problem+json"}, where


@every_service
def test_every_command_says_what_it_needs(home: Home, service: str) -> None:
    for where, operation in operations(home.documents[service]):
        headers = {
            one["name"]: one["required"]
            for one in operation.get("parameters", ())
            if one["in"] == "header"
        }
        if "If-Match" in headers:
            assert headers["If-Match"] is True, where
            assert {"412", "428"} <= set(operation["responses"]), where
            assert "Idempotency-Key" in headers, where
        if where.startswith("GET "):
            assert headers == {}, where


@every_service
def test_the_document_and_its_page_are_for_anybody(home: Home, service: str) -> None:
    client = home.client(service)
    document = client.get(f"/{service}/api/v1/openapi.json")
    assert document.status_code == 200
    assert document.get_json() == home.documents[service]
    page = client.get(f"/{service}/api/v1/")
    assert page.status_code == 200
    for where, _ in operations(home.documents[service]):
        assert where.split(" ", 1)[1] in page.text, where


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with a name for messages: method and path."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def content(document: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The media types of an answer, which may be a reference."""
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = answer["content"]
    return found


def address(rule: Rule) -> str:
    """An address of the rule, with values that nothing has."""
    built = rule.build({name: value(converter) for name, converter in rule._converters.items()})
    assert built is not None
    return built[1]


def value(converter: BaseConverter) -> Any:
    """One that the converter takes."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else NOTHING_HAS_IT
