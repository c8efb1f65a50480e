"""Pages for programs and their keys: the list, making one, a key with what happened to it.

GET  /accounts/programs                            every key, those that end soon first
POST /accounts/programs/<account>/keys             → the key, shown once
POST /accounts/programs/<account>/keys/<id>/revoke
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row

from services.accounts.programs import acts
from services.accounts.programs.program_key import (
    DAYS_DEFAULT,
    NAME_LENGTH_MAX,
    PROGRAM_KEY,
)
from services.accounts.programs.views import (
    find_key,
    list_keys,
    list_programs,
    permissions_of,
    state_of,
)
from services.accounts.programs.wording import KEY_STATES, grouped
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import visible_account, visible_programmes
from services.accounts.staff.views import names_of, reader_of, roles_of
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Forbidden, Invalid, Missing, Problem, Refused
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import context, service
from shared.web.language import say

READ: Final = "accounts.programs.read"
WRITE: Final = "accounts.programs.write"
SHOWN_MAX: Final = 200
DAYS: Final = (30, DAYS_DEFAULT, 180, 365)
SCOPES: Final = "scopes-"
"""How the names of the form's fields begin that hold scopes: one field a capability."""

SENTENCES: Final[dict[str, str]] = {
    "Made": N_("The key was made."),
    "FirstUsed": N_("The key was used for the first time."),
    "Revoked": N_("The key was revoked."),
}
_FIELD_OF: Final = {"key-name": "name", "key-days": "days"}

blueprint = Blueprint("programs", __name__, url_prefix="/accounts/programs")


@blueprint.get("")
@requires(READ)
def list_all() -> ResponseReturnValue:
    """Every program, and every key that works or is about to end."""
    with service().database.reading() as connection:
        programs = _visible(connection, list_programs(connection, limit=SHOWN_MAX))
        ids = [one.account_id for one in programs]
        keys = list_keys(connection, limit=SHOWN_MAX, programmes_of=ids)
    told = [_told(row) for row in keys]
    working = [one for one in told if one["state"] not in ("revoked", "expired")]
    soon = [one for one in working if one["state"] == "soon"]
    working.sort(key=lambda one: one["expires_at"])
    counts = {one: sum(key["account_id"] == one for key in working) for one in ids}
    return render_template(
        "accounts/programs/list.html",
        programs=programs,
        working=working,
        soon=len(soon),
        counts=counts,
        states=KEY_STATES,
        may_write=_may_write(),
    )


@blueprint.get("/<account_id>")
@requires(READ)
def show_program(account_id: str) -> ResponseReturnValue:
    """A program with all its keys."""
    with service().database.reading() as connection:
        account = _program(connection, account_id)
        roles = roles_of(connection, [account_id])[account_id]
        keys = list_keys(connection, limit=SHOWN_MAX, account_id=account_id)
    return render_template(
        "accounts/programs/program.html",
        account=account,
        roles=roles,
        keys=[_told(row) for row in keys],
        states=KEY_STATES,
        may_write=_may_write() and account.standing in ("active", "waiting"),
    )


@blueprint.get("/<account_id>/keys")
@requires(WRITE)
def make(account_id: str) -> ResponseReturnValue:
    """Ask what the key shall be for, and until when."""
    return _make_page(account_id, {}, (), {})


@blueprint.post("/<account_id>/keys")
@requires(WRITE, fresh=True)
def make_sent(account_id: str) -> ResponseReturnValue:
    """Make the key and show it once."""
    by = ensure(WRITE, EVERY_PROGRAMME).account_id
    typed = {name: request.form.get(name, "").strip() for name in ("name", "days")}
    scopes = tuple(
        one for field, values in request.form.lists() if field.startswith(SCOPES) for one in values
    )
    with service().database.reading() as connection:
        account = _program(connection, account_id)
    try:
        _, key = with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.make(
                work,
                by=by,
                account_id=account_id,
                name=typed["name"],
                scopes=scopes,
                days=int(typed["days"]) if typed["days"].isdecimal() else 0,
            ),
        )
    except (Invalid, Refused, Forbidden) as problem:
        return _make_page(account_id, typed, scopes, _errors(problem), status=problem.status)
    return render_template(
        "accounts/programs/made.html",
        account=account,
        key=key,
        name=typed["name"],
        days=int(typed["days"]),
        exchange=service().settings.public_url + "/accounts/api/v1/tokens/exchange",
    )


@blueprint.get("/<account_id>/keys/<key_id>")
@requires(READ)
def show(account_id: str, key_id: str) -> ResponseReturnValue:
    """A key: what it is for, until when, what happened."""
    with service().database.reading() as connection:
        account = _program(connection, account_id)
        row = _key(connection, account_id, key_id)
        allowed = permissions_of(reader_of(connection, account_id, ""))
        history = service().store.history(connection, PROGRAM_KEY.stream(key_id))[::-1]
        names = names_of(connection, {one.actor for one in history})
    state = state_of(row, service().clock.now())
    scopes = row.scopes.split()
    return render_template(
        "accounts/programs/key.html",
        account=account,
        key=row,
        state=state,
        states=KEY_STATES,
        groups=grouped(scopes),
        without_role=grouped(one for one in scopes if one not in allowed),
        history=[
            {
                "what": say(SENTENCES[type(one.event).__name__], {}),
                "who": names.get(one.actor) or say(N_("The system"), {}),
                "at": one.at,
            }
            for one in history
        ],
        may_revoke=_may_write() and state not in ("revoked", "expired"),
    )


@blueprint.post("/<account_id>/keys/<key_id>/revoke")
@requires(WRITE)
def revoke(account_id: str, key_id: str) -> ResponseReturnValue:
    """Let the key open nothing any more, and end what it has opened."""
    by = ensure(WRITE, EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        _program(connection, account_id)
        _key(connection, account_id, key_id)
    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.revoke(work, by=by, account_id=account_id, key_id=key_id),
    )
    flash(say(N_("The key is revoked. Nothing works by it any more."), {}), "info")
    return redirect(url_for(".show", account_id=account_id, key_id=key_id), 303)


def _make_page(
    account_id: str,
    typed: dict[str, str],
    scopes: Sequence[str],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    with service().database.reading() as connection:
        account = _program(connection, account_id)
        allowed = permissions_of(reader_of(connection, account_id, ""))
    page = render_template(
        "accounts/programs/make.html",
        account=account,
        groups=grouped(allowed),
        typed={"name": "", "days": str(DAYS_DEFAULT)} | typed,
        chosen=scopes,
        errors=errors,
        days=DAYS,
        prefix=SCOPES,
        length_max=NAME_LENGTH_MAX,
    )
    return page, status


def _errors(problem: Problem) -> dict[str, str]:
    field = _FIELD_OF.get(problem.code, "scopes")
    return {field: say(problem.sentence, problem.facts)}


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "key_id": row.key_id,
        "account_id": row.account_id,
        "program": row.display_name,
        "name": row.name,
        "state": state_of(row, service().clock.now()),
        "count": len(row.scopes.split()),
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
    }


def _visible(connection: Connection, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those of the programs that the reader may see."""
    programmes = visible_programmes()
    if programmes is None:
        return list(rows)
    held = roles_of(connection, [row.account_id for row in rows])
    return [row for row in rows if any(one.programme in programmes for one in held[row.account_id])]


def _program(connection: Connection, account_id: str) -> Row[Any]:
    row, _ = visible_account(connection, account_id)
    if row.kind != "program":
        raise Missing("no-program", N_("There is no such program."))
    return row


def _key(connection: Connection, account_id: str, key_id: str) -> Row[Any]:
    row = find_key(connection, account_id, key_id)
    if row is None:
        raise Missing("no-key", N_("There is no such key."))
    return row


def _may_write() -> bool:
    return may(signed_in(), WRITE, EVERY_PROGRAMME)
