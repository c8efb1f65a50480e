"""Every operation of every service, asked with what its document allows and with what it does not.

Drawn values are the same each time. Real identifiers and versions are put in place of drawn ones
now and then, so that requests get past "not found" and "somebody was faster".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from .home import Home
from .known import Known

pytestmark = pytest.mark.slow

EXAMPLES: Final = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 4}
LARGE: Final = {
    "POST /grants/api/v1/calls",
    "POST /grants/api/v1/calls/{call_id}/terms",
}
"""Whose bodies take a second each to draw."""
EXAMPLES_OF_LARGE: Final = 2
SHARES: Final = [
    ("accounts", 0, 1),
    ("trainings", 0, 2),
    ("trainings", 1, 2),
    ("grants", 0, 4),
    ("grants", 1, 4),
    ("grants", 2, 4),
    ("grants", 3, 4),
    ("notifications", 0, 1),
    ("audit", 0, 1),
]
OFTEN: Final[st.SearchStrategy[Any]] = st.sampled_from([True, True, True, False])
NAMING: Final = ("programme", "reference", "currency")
LISTED: Final = {
    "registrations": "registration_id",
    "payments": "payment_id",
    "without": "payment_id",
    "trainers": "account_id",
    "present_ids": "member_id",
}
"""What the items of lists with such names name."""

DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
CONFIG: Final = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
"""A body that is too large (413) is refused as well as any other."""

CHECKS: Final = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]


@pytest.mark.parametrize(("service", "share", "of"), SHARES)
def test_every_operation_keeps_to_its_document(
    home: Home, service: str, share: int, of: int
) -> None:
    schema = schemathesis.openapi.from_wsgi(
        f"/{service}/api/v1/openapi.json", home.apps[service], config=CONFIG
    )
    operations = [result.ok() for result in schema.get_all_operations()]
    known = Known.of(home, service)
    failures: list[str] = []
    answers: Counter[int] = Counter()
    for operation in operations[share::of]:
        for mode, examples in EXAMPLES.items():
            most = EXAMPLES_OF_LARGE if operation.label in LARGE else examples
            failures += examine(known, operation, mode, most, answers)
    print(dict(answers))
    assert not failures, "\n\n".join(failures[:20])


def examine(
    known: Known, operation: Any, mode: GenerationMode, examples: int, answers: Counter
) -> list[str]:
    """Send drawn requests of one operation; what was wrong with the answers, each thing once."""
    found: dict[str, str] = {}
    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, data=st.data())
    def ask(case: Any, data: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE:
            make_real(known, case, data)
        response = case.call(headers=known.home.headers)
        answers[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                found.setdefault(failure.title, described(case, response, failure))

    ask()
    return list(found.values())


def make_real(known: Known, case: Any, data: st.DataObject) -> None:
    """Put real values in place of drawn ones, most of the time: in the address, body, If-Match."""
    for name in case.path_parameters or {}:
        if known.values.get(name) and data.draw(OFTEN):
            case.path_parameters[name] = data.draw(st.sampled_from(known.values[name]))
    if isinstance(case.body, (dict, list)):
        case.body = real(known, case.body, data)
    if "If-Match" in (case.headers or {}) and data.draw(OFTEN):
        version = known.version(case.operation.path, case.path_parameters)
        if version is not None:
            case.headers["If-Match"] = version


def real(known: Known, value: Any, data: st.DataObject, name: str = "") -> Any:
    """The same value with identifiers that there are, and with days of this time."""
    if isinstance(value, dict):
        return {key: real(known, inner, data, key) for key, inner in value.items()}
    if isinstance(value, list):
        single = LISTED.get(name, name.removesuffix("s"))
        return [real(known, inner, data, single) for inner in value]
    if not isinstance(value, str):
        return value
    if DAY.match(value):
        return f"2026-{value[5:]}".replace("-02-29", "-02-28")
    kept = known.values.get(name, []) if name.endswith("_id") or name in NAMING else []
    return data.draw(st.sampled_from(kept)) if kept and data.draw(OFTEN) else value


def described(case: Any, response: Any, failure: Failure) -> str:
    """The request, the answer and what is wrong with it."""
    return (
        f"{case.operation.label}: {failure.title}: {failure.message}\n"
        f"  path {case.path_parameters} query {case.query} headers {case.headers}\n"
        f"  body {case.body!r}\n"
        f"  {response.status_code} {response.content[:1500]!r}"
    )
