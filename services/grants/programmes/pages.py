"""Pages of programmes, partners, donors and budget lines; under ``/grants``.

GET       /grants/programmes                          which programmes there are
GET, POST /grants/programmes/new                      open one
GET       /grants/programmes/<code>                   one, with who takes part and their money
GET, POST /grants/programmes/<code>/edit              name, municipalities, currencies
GET, POST /grants/programmes/<code>/partners/new, /donors/new, /budget-lines/new
GET, POST /grants/programmes/<code>/close-history     binding: nothing of the past comes in any more
GET, POST /grants/budget-lines/<id>/revise            another amount
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.grants.programmes import handling, views
from services.grants.programmes.amounts import decimal_text, typed_amount
from services.grants.programmes.forms import page_request, read, send, typed
from services.grants.programmes.regions_text import regions_text, typed_regions
from services.grants.programmes.schemas import (
    ChangedProgrammeSchema,
    EndReasonSchema,
    NewBudgetLineSchema,
    NewOrganisationSchema,
    NewProgrammeSchema,
    RevisedBudgetSchema,
)
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.money import CURRENCIES
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import actor, service
from shared.web.etag import required_version

SHOWN_MAX: Final = 200
"""Rows of a part of a programme's page; the rest is in the JSON interface."""

_PLACES: Final = {
    "programme-exists": "code",
    "code-form": "code",
    "budget-line-code-taken": "code",
    "regions-missing": "regions",
    "country-twice": "regions",
    "municipalities": "regions",
    "country-code": "country",
    "currencies": "currencies",
    "currency-not-kept": "currency",
    "currency-differs": "currency",
    "amount-not-positive": "amount",
    "donor-unknown": "donor_id",
}
"""The field that a refusal's code is about."""

blueprint = Blueprint("programmes", __name__, url_prefix="/grants")


@blueprint.get("/programmes")
@requires("grants.programmes.read")
def list_programmes() -> ResponseReturnValue:
    """The reader's programmes by code."""
    page, reader = page_request(), signed_in()
    after = page.after(str)
    with service().database.reading() as connection:
        rows = views.programmes(
            connection,
            within=reader.programmes("grants.programmes.read"),
            after=after[0] if after else None,
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row["programme"],))
    following = answer["next"]
    return render_template(
        "grants/programmes/list.html",
        programmes=[
            {
                "row": row,
                "currencies": views.currencies(row),
                "countries": [region.country for region in views.regions(row)],
            }
            for row in answer["items"]
        ],
        may_open=may(reader, "grants.programmes.write", EVERY_PROGRAMME),
        following=url_for(".list_programmes", cursor=following) if following else "",
    )


@blueprint.get("/programmes/new")
@requires("grants.programmes.write")
def new_programme() -> ResponseReturnValue:
    """Ask what the programme is."""
    ensure("grants.programmes.write", EVERY_PROGRAMME)
    return _programme_form({"currencies": ["RSD"]}, {})


@blueprint.post("/programmes/new")
@requires("grants.programmes.write")
def create_programme() -> ResponseReturnValue:
    """Open it."""
    by = ensure("grants.programmes.write", EVERY_PROGRAMME).account_id
    form: dict[str, Any] = dict(typed("code", "name", "regions"))
    form["currencies"] = request.form.getlist("currencies")[: len(CURRENCIES) + 1]
    given = {**form, "code": form["code"].strip(), "regions": typed_regions(form["regions"])}
    values, errors = read(NewProgrammeSchema(), given)
    if errors:
        return _programme_form(form, errors)
    code = values.pop("code")
    outcome = send(
        code,
        lambda work: handling.create_programme(work, by=by, **values),
        done=N_("The programme is open. Now add who takes part."),
        places=_PLACES | {"country-code": "regions"},
    )
    return _programme_form(form, outcome) if isinstance(outcome, dict) else outcome


@blueprint.get("/programmes/<programme>")
@requires("grants.programmes.read")
def show_programme(programme: str) -> ResponseReturnValue:
    """One programme, as far as the reader's roles go."""
    row, reader = handling.programme_row(programme), signed_in()
    sees = {
        part: may(reader, f"grants.{part}.read", programme)
        for part in ("partners", "donors", "budget_lines", "calls")
    }
    with service().database.reading() as connection:
        partners = views.partners(connection, programme, limit=SHOWN_MAX + 1)
        donors = views.donors(connection, programme, limit=SHOWN_MAX + 1)
        lines = views.budget_lines(connection, programme, limit=SHOWN_MAX + 1)
    running = row["state"] == "running"
    acts = {
        "edit": "grants.programmes.write",
        "close_history": "grants.history.close",
        "partner": "grants.partners.write",
        "donor": "grants.donors.write",
        "line": "grants.budget_lines.write",
        "revise": "grants.budget_lines.revise",
    }
    return render_template(
        "grants/programmes/show.html",
        programme=row,
        regions=views.regions(row),
        currencies=views.currencies(row),
        partners=partners[:SHOWN_MAX] if sees["partners"] else (),
        donors=donors[:SHOWN_MAX] if sees["donors"] else (),
        lines=[(line, views.line_budget(line)) for line in lines[:SHOWN_MAX]]
        if sees["budget_lines"]
        else (),
        cut=max(len(partners), len(donors), len(lines)) > SHOWN_MAX,
        sees=sees,
        acts={
            act: running and may(reader, permission, programme) for act, permission in acts.items()
        },
    )


@blueprint.get("/programmes/<programme>/edit")
@requires("grants.programmes.write")
def edit_programme(programme: str) -> ResponseReturnValue:
    """Ask what is different."""
    row = handling.programme_row(programme)
    form = {"name": row["name"], "regions": regions_text(views.regions(row))}
    return _edit_form(programme, form, {})


@blueprint.post("/programmes/<programme>/edit")
@requires("grants.programmes.write")
def change_programme(programme: str) -> ResponseReturnValue:
    """Change it."""
    by, version = actor(), required_version()
    form: dict[str, Any] = dict(typed("name", "regions"))
    form["add_currencies"] = request.form.getlist("add_currencies")[: len(CURRENCIES) + 1]
    given = {**form, "regions": typed_regions(form["regions"])}
    values, errors = read(ChangedProgrammeSchema(), given)
    if errors:
        return _edit_form(programme, form, errors)
    outcome = send(
        programme,
        lambda work: handling.change_programme(work, by=by, version=version, **values),
        done=N_("The programme is changed."),
        places=_PLACES | {"country-code": "regions", "currencies": "add_currencies"},
    )
    return _edit_form(programme, form, outcome) if isinstance(outcome, dict) else outcome


@blueprint.get("/programmes/<programme>/close-history")
@requires("grants.history.close")
def ask_close_history(programme: str) -> ResponseReturnValue:
    """Say what follows and ask once."""
    return _history_form(programme, {}, {})


@blueprint.post("/programmes/<programme>/close-history")
@requires("grants.history.close")
def close_history(programme: str) -> ResponseReturnValue:
    """Close it for good."""
    by, version, form = actor(), required_version(), typed("reason")
    values, errors = read(EndReasonSchema(), form)
    if errors:
        return _history_form(programme, form, errors)
    outcome = send(
        programme,
        lambda work: handling.close_history(work, by=by, version=version, **values),
        done=N_("The history is closed. Nothing of the past can be brought in any more."),
        places={},
    )
    return _history_form(programme, form, outcome) if isinstance(outcome, dict) else outcome


@blueprint.get("/programmes/<programme>/partners/new")
@requires("grants.partners.write")
def new_partner(programme: str) -> ResponseReturnValue:
    """Ask which organisation."""
    return _organisation_form(programme, "partner", {}, {})


@blueprint.post("/programmes/<programme>/partners/new")
@requires("grants.partners.write")
def add_partner(programme: str) -> ResponseReturnValue:
    """Let a partner join."""
    by, form = actor(), typed("name", "country")
    values, errors = read(NewOrganisationSchema(), _organisation(form))
    if errors:
        return _organisation_form(programme, "partner", form, errors)
    outcome = send(
        programme,
        lambda work: handling.add_partner(work, by=by, **values),
        done=N_("The partner takes part now."),
        places=_PLACES,
    )
    if isinstance(outcome, dict):
        return _organisation_form(programme, "partner", form, outcome)
    return outcome


@blueprint.get("/programmes/<programme>/donors/new")
@requires("grants.donors.write")
def new_donor(programme: str) -> ResponseReturnValue:
    """Ask which organisation."""
    return _organisation_form(programme, "donor", {}, {})


@blueprint.post("/programmes/<programme>/donors/new")
@requires("grants.donors.write")
def add_donor(programme: str) -> ResponseReturnValue:
    """Let a donor join."""
    by, form = actor(), typed("name", "country")
    values, errors = read(NewOrganisationSchema(), _organisation(form))
    if errors:
        return _organisation_form(programme, "donor", form, errors)
    outcome = send(
        programme,
        lambda work: handling.add_donor(work, by=by, **values),
        done=N_("The donor takes part now."),
        places=_PLACES,
    )
    if isinstance(outcome, dict):
        return _organisation_form(programme, "donor", form, outcome)
    return outcome


@blueprint.get("/programmes/<programme>/budget-lines/new")
@requires("grants.budget_lines.write")
def new_budget_line(programme: str) -> ResponseReturnValue:
    """Ask whose money, how much, for what."""
    return _line_form(programme, {}, {})


@blueprint.post("/programmes/<programme>/budget-lines/new")
@requires("grants.budget_lines.write")
def open_budget_line(programme: str) -> ResponseReturnValue:
    """Open the line."""
    by, form = actor(), typed("donor_id", "code", "name", "amount", "currency")
    given = {
        "donor_id": form["donor_id"],
        "code": form["code"].strip(),
        "name": form["name"],
        "budget": {"amount": typed_amount(form["amount"]), "currency": form["currency"]},
    }
    values, errors = read(NewBudgetLineSchema(), given)
    if errors:
        return _line_form(programme, form, _as_amount(errors))
    outcome = send(
        programme,
        lambda work: handling.open_budget_line(work, by=by, **values),
        done=N_("The budget line is open."),
        places=_PLACES,
    )
    return _line_form(programme, form, outcome) if isinstance(outcome, dict) else outcome


@blueprint.get("/budget-lines/<budget_line_id>/revise")
@requires("grants.budget_lines.revise")
def ask_revise(budget_line_id: str) -> ResponseReturnValue:
    """Ask for the amount from now on."""
    return _revise_form(budget_line_id, {}, {})


@blueprint.post("/budget-lines/<budget_line_id>/revise")
@requires("grants.budget_lines.revise")
def revise_budget_line(budget_line_id: str) -> ResponseReturnValue:
    """Give the line another amount."""
    row = handling.budget_line_row(budget_line_id, "grants.budget_lines.revise")
    by, version, form = actor(), required_version(), typed("amount", "reason")
    money = {"amount": typed_amount(form["amount"]), "currency": row["currency"]}
    values, errors = read(RevisedBudgetSchema(), {"budget": money, "reason": form["reason"]})
    if errors:
        return _revise_form(budget_line_id, form, _as_amount(errors))
    outcome = send(
        row["programme"],
        lambda work: handling.revise_budget_line(
            work, budget_line_id, by=by, version=version, **values
        ),
        done=N_("The budget line has its new amount."),
        places=_PLACES,
    )
    return _revise_form(budget_line_id, form, outcome) if isinstance(outcome, dict) else outcome


def _organisation(form: dict[str, str]) -> dict[str, str]:
    return {"name": form["name"], "country": form["country"].strip().upper()}


def _as_amount(errors: dict[str, str]) -> dict[str, str]:
    return {"amount" if name == "budget" else name: text for name, text in errors.items()}


def _shown(template: str, errors: dict[str, str], **facts: Any) -> ResponseReturnValue:
    """A form: as it was typed with what is wrong (422), or for the first time."""
    page = render_template(
        f"grants/programmes/{template}.html", errors=errors, key=Uuid7().new(), **facts
    )
    return page, 422 if errors else 200


def _programme_form(form: dict[str, Any], errors: dict[str, str]) -> ResponseReturnValue:
    return _shown("new", errors, typed=form, currencies=tuple(CURRENCIES))


def _edit_form(programme: str, form: dict[str, Any], errors: dict[str, str]) -> ResponseReturnValue:
    row = handling.programme_row(programme)
    kept = views.currencies(row)
    further = [currency for currency in CURRENCIES if currency not in kept]
    return _shown("edit", errors, typed=form, programme=row, kept=kept, further=further)


def _history_form(
    programme: str, form: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    row = handling.programme_row(programme)
    return _shown("close_history", errors, typed=form, programme=row)


def _organisation_form(
    programme: str, what: str, form: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    row = handling.programme_row(programme)
    return _shown("organisation", errors, typed=form, programme=row, what=what)


def _line_form(programme: str, form: dict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    row = handling.programme_row(programme)
    with service().database.reading() as connection:
        donors = views.donors(connection, programme, limit=SHOWN_MAX)
    return _shown(
        "budget_line",
        errors,
        typed=form,
        programme=row,
        donors=[(one["donor_id"], one["name"]) for one in donors if one["state"] == "active"],
        currencies=views.currencies(row),
        may_add_donor=may(signed_in(), "grants.donors.write", programme),
    )


def _revise_form(
    budget_line_id: str, form: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    row = handling.budget_line_row(budget_line_id, "grants.budget_lines.revise")
    budget = views.line_budget(row)
    form = form or {"amount": decimal_text(budget), "reason": ""}
    return _shown("revise", errors, typed=form, line=row, budget=budget)
