"""What tests of applicants ask about whoever signed in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from services.accounts.staff.account import ACCOUNT
from shared.access.reader import Reader
from shared.identifiers import derived
from shared.service import INSTALLATION_WIDE
from shared.web.composing import token_verifier
from tests.http.accounts.conftest import Browser, House

PHONE = "+381601234567"


def reader(house: House, browser: Browser) -> Reader:
    cookie = browser.client.get_cookie("zanat_session")
    assert cookie is not None
    return token_verifier(house.service).verify(cookie.value)


def account_of(person_id: str) -> str:
    return derived("applicant", person_id)


def person_of(registration_id: str) -> str:
    return derived("person", registration_id)


def told(answer: Any) -> str:
    """What a page says, without what is another one each time."""
    return re.sub(r'(value|content)="[^"]*"|[0-9a-f]{20,}', "", answer.text)


def refused(answer: Any) -> bool:
    return answer.status_code == 409 and "This code is not right or too old" in answer.text


def decide(house: House, account_id: str, command: Any, **given: Any) -> None:
    context = house.service.system_context(INSTALLATION_WIDE, cause="test")
    by = house.person("administrator").account_id
    house.service.transact(
        replace(context, actor=by),
        lambda work: work.decide(
            ACCOUNT, account_id, command(by=by, now=work.now, account_id=account_id, **given)
        ),
    )
