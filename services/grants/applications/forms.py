"""What an officer types about an application, read into a Content or named field by field.

typed = typed_fields()
content, errors = read_form(typed, currency="RSD", kept_account=None)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from flask import request

from services.grants.applications.amounts import read_amount, typed_amount
from services.grants.applications.application_events import Kind
from services.grants.applications.handling import Content
from services.grants.applications.reading import amount
from services.grants.payments.account_number import TEXT_LENGTH_MAX, read
from services.grants.programmes.wording import NAME_LENGTH_MAX, worded
from shared.errors import Invalid, Problem
from shared.language.marking import N_
from shared.money import Money
from shared.web.language import say
from shared.web.problems import spoken as spoken_fact

FIELDS: Final = ("kind", "business", "requested", "own_contribution", "account", "channel")
TYPED_LENGTH_MAX: Final = 2_000
CHANNELS_OF_OFFICERS: Final = ("assisted", "paper")
_FIELD_OF: Final = {
    "amount-not-positive": "requested",
    "amount-negative": "own_contribution",
    "currency-differs": "requested",
}


def typed_fields() -> dict[str, str]:
    """Everything typed, as it was typed."""
    found = {name: request.form.get(name, "")[:TYPED_LENGTH_MAX] for name in FIELDS}
    return found | {"no_account": request.form.get("no_account", "")[:10]}


def blank() -> dict[str, str]:
    """An empty form."""
    return dict.fromkeys((*FIELDS, "no_account"), "") | {"channel": "assisted"}


def filled(row: Mapping[str, Any]) -> dict[str, str]:
    """A form with what the application says. The account stays where it is and is not shown."""
    amounts = {name: amount(row, name) for name in ("requested", "own_contribution")}
    return blank() | {
        "kind": row["kind"] or "",
        "business": row["business"] or "",
        "channel": row["channel"] or "paper",
        **{name: typed_amount(one) if one else "" for name, one in amounts.items()},
    }


def read_form(
    typed: Mapping[str, str], *, currency: str, kept_account: str | None
) -> tuple[Content | None, dict[str, str]]:
    """The content, or None and a sentence for every field that needs correcting."""
    errors: dict[str, str] = {}
    if typed["kind"] not in get_args(Kind):
        errors["kind"] = say(N_("Choose what the grant is for."))
    business = _business(typed["business"], errors)
    amounts = {
        name: _amount(name, typed[name], currency, errors)
        for name in ("requested", "own_contribution")
    }
    account = _account(typed, kept_account, errors)
    if errors:
        return None, errors
    content = Content(
        kind=typed["kind"],  # type: ignore[arg-type]  # checked above
        business=business,
        requested=amounts["requested"],
        own_contribution=amounts["own_contribution"],
        account=account,
    )
    return content, {}


def errors_of(problem: Problem) -> dict[str, str]:
    """A refusal as an error summary shows it: at its field, or at none."""
    return {_FIELD_OF.get(problem.code, ""): say(problem.sentence, spoken(problem.facts))}


def spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they stand in a sentence."""
    return {name: spoken_fact(fact) for name, fact in facts.items()}


def _business(text: str, errors: dict[str, str]) -> str:
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        errors["business"] = say(N_("Write what the business does."))
    elif len(plain) > NAME_LENGTH_MAX:
        facts = {"most": NAME_LENGTH_MAX, "found": len(plain)}
        errors["business"] = say(N_("Write at most {most} characters; these are {found}."), facts)
    else:
        try:
            return worded(plain, field="business")
        except Invalid:
            errors["business"] = say(N_("This has characters that cannot be written."))
    return plain


def _amount(name: str, text: str, currency: str, errors: dict[str, str]) -> Money:
    if not text.strip() and name == "own_contribution":
        return Money(0, currency)
    try:
        found = read_amount(text, currency)
        if name == "requested" and found.minor == 0:
            raise Invalid("amount-not-positive", N_("The amount must be above zero."))
    except Invalid as problem:
        errors[name] = say(problem.sentence, problem.facts)
        return Money(0, currency)
    return found


def _account(typed: Mapping[str, str], kept: str | None, errors: dict[str, str]) -> str | None:
    text = typed["account"].strip()
    if not text:
        return None if typed["no_account"] else kept
    try:
        return read(text[:TEXT_LENGTH_MAX]).digits
    except Invalid as problem:
        errors["account"] = say(problem.sentence, problem.facts)
        return kept
