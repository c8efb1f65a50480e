"""Binding acts on a page: what will follow, who else is needed, asked once, then done and told.

    SUSPEND = Act(name="suspend", permission="grants.awards.suspend", title=N_("Suspend the award"),
                  follows=(N_("Nothing is paid until it resumes."),), button=N_("Suspend it"),
                  done=N_("The award is suspended."), do=suspend_award, schema=SuspendSchema,
                  fields=(Field(name="note", label=N_("Note"), kind="area"),))
    add_acts(blueprint, "/awards/<award_id>", (SUSPEND,), view)

``view(act, **places)`` finds the record and answers with ``ask`` (GET) or ``take`` (POST). Awards,
payments, batches and statement lines have their acts so; what is typed wrongly is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, ValidationError

from services.grants.awards.acting import Step
from shared.access.permissions import FRESH
from shared.errors import Invalid
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import Answer, perform_page
from shared.web.etag import VERSION_FIELD
from shared.web.language import say
from shared.web.validation import errors_of

MISSING: Final = N_("This is missing.")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to fill in. ``options``: (value, words) of a choice. Texts are msgids."""

    name: str
    label: str
    kind: Literal["text", "area", "choice"] = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    autocomplete: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something binding. Texts are msgids.

    name:     last part of its address. statuses: in which the record offers it.
    do:       ``do(work, identifier, *, by, **facts)``; the facts are what ``schema`` loads.
    """

    name: str
    permission: str
    title: str
    follows: tuple[str, ...]
    button: str
    done: str
    do: Callable[..., object]
    second_person: str = ""
    schema: type[Schema] | None = None
    fields: tuple[Field, ...] = ()
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An act on one record. ``about``: what the record is called; ``facts``: pairs to show."""

    act: Act
    about: str
    back: str
    version: int
    facts: tuple[tuple[str, Any], ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)


def add_acts(
    blueprint: Blueprint,
    rule: str,
    acts: tuple[Act, ...],
    view: Callable[..., ResponseReturnValue],
    *,
    prefix: str = "",
) -> None:
    """A GET and POST address for each act, with the act's own permission."""
    for act in acts:

        def answer(act: Act = act, **places: str) -> ResponseReturnValue:
            return view(act, **places)

        answer.__doc__ = act.title
        blueprint.add_url_rule(
            f"{rule}/{act.name}",
            endpoint=f"{prefix}{act.name}",
            view_func=requires(act.permission, fresh=act.permission in FRESH)(answer),
            methods=["GET", "POST"],
        )


def ask(asked: Asked, *, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """The page that asks, with everything typed so far."""
    typed = {one.name: request.form.get(one.name, "") for one in asked.act.fields}
    page = render_template(
        "grants/awards/act.html",
        asked=asked,
        act=asked.act,
        version=request.form.get(VERSION_FIELD) or asked.version,
        typed=typed,
        errors=errors or {},
        key=Uuid7().new(),
    )
    return page, 422 if errors else 200


def take(
    asked: Asked,
    step: Step,
    *,
    do: Callable[[Work, dict[str, Any]], Answer] | None = None,
    **given: Any,
) -> ResponseReturnValue:
    """Do it and go where it shows, or ask again when something typed is not right.

    given: facts that the address knows. do: in place of the step's usual way.
    """
    act = asked.act
    typed = {one.name: request.form.get(one.name, "") for one in act.fields}
    typed |= {name: request.form.get(name, "") for name in asked.hidden}
    try:
        facts = {**(act.schema(unknown=EXCLUDE).load(typed) if act.schema else {}), **given}
        response = perform_page(
            step.programme,
            lambda work: do(work, facts) if do else step.take(work, act.do, **facts),
        )
    except ValidationError as error:
        return ask(asked, errors=_errors(error, typed))
    except Invalid as error:
        name = act.fields[0].name if act.fields else ""
        named = "account_number" if error.code.startswith("account-number") else name
        return ask(asked, errors={named: say(error.sentence, error.facts)})
    flash(say(act.done))
    return response


def _errors(error: ValidationError, typed: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in errors_of(error.messages, say):
        name = one.pointer.removeprefix("#/")
        found.setdefault(name, one.detail if typed.get(name, "").strip() else say(MISSING))
    return found
