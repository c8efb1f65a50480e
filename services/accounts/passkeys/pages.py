"""Pages for one's own passkeys, for signing in by one, and what the browser's script asks for.

GET  /accounts/me/passkeys              which there are
GET  /accounts/me/passkeys/new          add this device
POST /accounts/passkeys/to-make         JSON that the browser makes a key by
POST /accounts/passkeys/to-sign-in      JSON that it signs in by, POST /accounts/sign-in/passkey
POST /accounts/passkeys/to-step-up      JSON that it proves by who is signed in
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from services.accounts.addresses import local_address
from services.accounts.applicants.only_codes import refuse_applicant
from services.accounts.factors.acts import remove_passkey
from services.accounts.factors.keeping import has_factor
from services.accounts.passkeys import acting, keeping
from services.accounts.passkeys.acting import TO_MAKE, TO_SIGN_IN, TO_STEP_UP, Asking
from services.accounts.passkeys.ceremonies import RelyingParty, relying_party
from services.accounts.passkeys.challenges import make_challenge
from services.accounts.sessions.pages import desk, start
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import find_account
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.errors import Invalid, Missing, Refused, Unauthenticated
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import requires, signed_in
from shared.web.commands import context, service
from shared.web.freshness import STEP_UP, is_fresh
from shared.web.language import say
from shared.web.session import csrf_binding

PASSKEYS_PAGE: Final = "/accounts/me/passkeys"
NEW: Final = f"{PASSKEYS_PAGE}/new"
_FIELDS: Final = {"passkey-label": "label", "password-wrong": "password_now"}
"""Which field a refusal speaks of; every other one speaks of the passkey itself."""

blueprint = Blueprint("passkeys", __name__, url_prefix="/accounts")


def party() -> RelyingParty:
    """For whom devices make keys here. Raises Refused where they make none."""
    found = relying_party(service().settings.public_url)
    if found is None:
        raise Refused(
            "passkeys-need-a-name",
            N_("Passkeys work only where Zanat is reached by a name, not by a number."),
        )
    return found


def asking(purpose: str, bound_to: str) -> Asking:
    """What this application asks devices for."""
    secret: bytes = current_app.config["SECRET_KEY"]
    return Asking(party=party(), secret=secret, purpose=purpose, bound_to=bound_to)


def prove_step_up(answer: str) -> None:
    """Check that a passkey of whoever is signed in signed for stepping up. Raises Invalid."""
    reader = signed_in()
    acting.prove(
        service(),
        asking(TO_STEP_UP, reader.session_id),
        answer,
        context(INSTALLATION_WIDE),
        account_id=reader.account_id,
    )


# One's own passkeys


@blueprint.get("/me/passkeys")
@requires(SIGNED_IN)
def passkeys() -> ResponseReturnValue:
    """Which passkeys open one's account."""
    with service().database.reading() as connection:
        refuse_applicant(connection, signed_in().account_id)
        found = keeping.passkeys_of(connection, signed_in().account_id)
    return render_template(
        "accounts/passkeys/list.html",
        passkeys=found,
        possible=relying_party(service().settings.public_url) is not None,
    )


@blueprint.get("/me/passkeys/new")
@requires(SIGNED_IN)
def new() -> ResponseReturnValue:
    """Ask for a name and let the device make a key."""
    return _unproved() or _new_page({})


@blueprint.post("/me/passkeys/new")
@requires(SIGNED_IN)
def new_sent() -> ResponseReturnValue:
    """Keep the key that the device made."""
    first = _unproved()
    if first is not None:
        return first
    reader = signed_in()
    form = request.form
    try:
        _check_password()
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acting.add(
                work,
                asking(TO_MAKE, reader.account_id),
                form.get("credential", ""),
                account_id=reader.account_id,
                label=form.get("label", ""),
            ),
        )
    except (Invalid, Refused) as problem:
        field = _FIELDS.get(problem.code, "passkey")
        return _new_page({field: say(problem.sentence, problem.facts)}, status=problem.status)
    flash(say(N_("The passkey is ready: you can sign in by it from now on."), {}), "info")
    return redirect(PASSKEYS_PAGE, 303)


@blueprint.route("/me/passkeys/<passkey_id>/remove", methods=["GET", "POST"])
@requires(SIGNED_IN, fresh=True)
def remove(passkey_id: str) -> ResponseReturnValue:
    """Ask whether a passkey shall open nothing any more, and take it away."""
    reader = signed_in()
    if request.method == "POST":
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: remove_passkey(
                work,
                account_id=reader.account_id,
                passkey_id=passkey_id,
                kept_session_id=reader.session_id,
            ),
        )
        gone = N_("The passkey is removed. It opens nothing any more, and other sessions ended.")
        flash(say(gone, {}), "info")
        return redirect(PASSKEYS_PAGE, 303)
    with service().database.reading() as connection:
        found = keeping.passkeys_of(connection, reader.account_id)
    row = next((one for one in found if one.passkey_id == passkey_id), None)
    if row is None:
        raise Missing("no-passkey", N_("There is no such passkey."))
    return render_template("accounts/passkeys/remove.html", passkey=row, others=len(found) - 1)


def _new_page(errors: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    party()
    page = render_template(
        "accounts/passkeys/new.html",
        errors=errors,
        label=request.form.get("label", ""),
        asks_password=not _is_fresh(),
    )
    return page, status


def _is_fresh() -> bool:
    return is_fresh(signed_in(), service().clock.now().timestamp())


def _unproved() -> ResponseReturnValue | None:
    """Whoever has a second factor proves it before they get another."""
    with service().database.reading() as connection:
        refuse_applicant(connection, signed_in().account_id)
        has_one = has_factor(connection, signed_in().account_id)
    # An invented person has no password to show, but a button that stands for a second factor.
    asked = has_one or service().settings.demonstration
    if not asked or _is_fresh():
        return None
    status = 303 if request.method == "GET" else 307
    return redirect(f"{STEP_UP}?next={quote(NEW, safe='/')}", status)


def _check_password() -> None:
    """Whoever has none yet shows by the password that nobody else sits at their place."""
    if _is_fresh():
        return
    given = request.form.get("password_now", "")
    if not desk().is_password(signed_in().account_id, given, context(INSTALLATION_WIDE)):
        raise Invalid("password-wrong", N_("This is not your password."))


# Signing in


@blueprint.post("/sign-in/passkey")
@requires(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Open a session for whoever the passkey belongs to."""
    address = local_address(request.form.get("next"))
    try:
        account_id = acting.prove(
            service(),
            asking(TO_SIGN_IN, csrf_binding()),
            request.form.get("credential", ""),
            context(INSTALLATION_WIDE),
        )
        reader = desk().open(account_id, context(INSTALLATION_WIDE), fresh=True, method="passkey")
    except (Invalid, Unauthenticated) as problem:
        flash(say(problem.sentence, problem.facts), "error")
        return redirect(f"/accounts/sign-in?next={quote(address, safe='/')}", 303)
    return start(reader, address)


# What the browser's script asks for


@blueprint.post("/passkeys/to-make")
@requires(SIGNED_IN)
def to_make() -> ResponseReturnValue:
    """What a device makes a key by."""
    reader = signed_in()
    with service().database.reading() as connection:
        refuse_applicant(connection, reader.account_id)
        account = find_account(connection, reader.account_id)
        known = keeping.passkeys_of(connection, reader.account_id)
    name = (account.email or account.display_name) if account is not None else None
    asked = asking(TO_MAKE, reader.account_id)
    return _json(
        asked.party.to_make(
            _challenge(asked),
            account_id=reader.account_id,
            name=name or reader.name,
            known=[one.credential_id for one in known],
        )
    )


@blueprint.post("/passkeys/to-sign-in")
@requires(PUBLIC)
def to_sign_in() -> ResponseReturnValue:
    """What a device signs in by; it offers the keys that it has for this place."""
    asked = asking(TO_SIGN_IN, csrf_binding())
    return _json(asked.party.to_sign(_challenge(asked)))


@blueprint.post("/passkeys/to-step-up")
@requires(SIGNED_IN)
def to_step_up() -> ResponseReturnValue:
    """What a device of whoever is signed in proves them by."""
    reader = signed_in()
    with service().database.reading() as connection:
        known = keeping.passkeys_of(connection, reader.account_id)
    asked = asking(TO_STEP_UP, reader.session_id)
    return _json(asked.party.to_sign(_challenge(asked), known=[one.credential_id for one in known]))


def _challenge(asked: Asking) -> bytes:
    return make_challenge(
        asked.secret,
        purpose=asked.purpose,
        bound_to=asked.bound_to,
        now=service().clock.now(),
    )


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
