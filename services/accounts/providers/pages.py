"""Pages for signing in at a provider: leaving, coming back, and the links of one's own account.

GET  /accounts/providers/<name>/begin?next=…   → the provider
GET  /accounts/providers/<name>/callback       → where one wanted to go, signed in
GET  /accounts/providers                       which are linked; POST …/link and …/unlink

Leaving is a link and no form: the Content-Security-Policy lets no form lead to another site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

import structlog
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from services.accounts.addresses import local_address
from services.accounts.applicants.only_codes import refuse_applicant
from services.accounts.providers import acting, transactions
from services.accounts.providers.configuring import Provider
from services.accounts.providers.speaking import Conversation, Identity, NotGenuine, Unreachable
from services.accounts.providers.transactions import Begun
from services.accounts.providers.views import links_of
from services.accounts.sessions.signing_in import EXTENSION as DESK
from services.accounts.sessions.signing_in import SignInDesk
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import SignIn
from services.accounts.staff.credentials import password_hash, with_secrets
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.access.wording import ROLE_WORDS
from shared.errors import Forbidden, Malformed, Missing, Problem, Refused
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import reader, requires, signed_in
from shared.web.app import correlation_id
from shared.web.commands import context, service
from shared.web.language import say
from shared.web.session import set_session

EXTENSION: Final = "zanat.accounts.providers"
OWN: Final = "/accounts/providers"
PARAMETER_LENGTH_MAX: Final = 2000

UNREACHABLE: Final = N_(
    "{provider} does not answer, or not in a way that we understand. Try again in a moment, or "
    "sign in with your password."
)
NOT_GENUINE: Final = N_(
    "What came back from {provider} could not be confirmed, so that nobody was signed in. Begin "
    "again. If it happens once more, tell an administrator."
)
TURNED_BACK: Final = N_("{provider} did not let you go on, or you turned back. Nothing happened.")

blueprint = Blueprint("providers", __name__, url_prefix=OWN)
_log = structlog.get_logger("zanat.providers")


class Unanswered(Problem):
    """Another house does not answer, or not rightly (502)."""

    status = 502


def conversations() -> Mapping[str, Conversation]:
    """The providers of this installation, by name."""
    return cast(Mapping[str, Conversation], current_app.extensions[EXTENSION])


def offered() -> list[Provider]:
    """Those that the sign-in page has a button for."""
    return [one.provider for one in conversations().values()]


# Leaving


@blueprint.get("/<name>/begin")
@requires(PUBLIC)
def begin(name: str) -> ResponseReturnValue:
    """Go to the provider to sign in."""
    talk = _talk(name)
    begun = transactions.begin(
        name, service().clock.now(), address=local_address(request.args.get("next"))
    )
    try:
        address = _address(talk, begun)
    except Unreachable as error:
        return _failed(talk.provider, _unreachable(talk, error))
    response = cast(Response, redirect(address, 302))
    transactions.put(response, begun)
    return response


@blueprint.post("/<name>/link")
@requires(SIGNED_IN, fresh=True)
def link(name: str) -> ResponseReturnValue:
    """Begin to link one's own account, and say where that goes on."""
    talk, who = _talk(name), signed_in()
    begun = transactions.begin(
        name,
        service().clock.now(),
        address=OWN,
        account_id=who.account_id,
        session_id=who.session_id,
    )
    try:
        address = _address(talk, begun)
    except Unreachable as error:
        return _failed(talk.provider, _unreachable(talk, error))
    page = render_template("accounts/providers/leave.html", provider=talk.provider, address=address)
    response = make_response(page)
    transactions.put(response, begun)
    return response


# Coming back


@blueprint.get("/<name>/callback")
@requires(PUBLIC)
def callback(name: str) -> ResponseReturnValue:
    """Come back from the provider: sign in, or link the account of whoever left."""
    talk = _talk(name)
    try:
        begun = _begun(talk)
        identity = _identity(talk, begun)
        response = _linked(begun, identity) if begun.account_id else _signed_in(begun, identity)
    except Problem as problem:
        response = _failed(talk.provider, problem)
    except Unreachable as error:
        response = _failed(talk.provider, _unreachable(talk, error))
    except NotGenuine as error:
        _log.warning("provider not genuine", provider=name, why=str(error))
        title = talk.provider.title
        unconfirmed = Unanswered("provider-not-genuine", NOT_GENUINE, provider=title)
        response = _failed(talk.provider, unconfirmed)
    transactions.clear(response)
    return response


def _begun(talk: Conversation) -> Begun:
    """What was begun here, used now. Raises Malformed for what did not begin here."""
    now = service().clock.now()
    begun = transactions.found(talk.provider.name, _parameter("state"), now)
    with service().database.writing() as connection:
        transactions.use(connection, begun, now)
    return begun


def _identity(talk: Conversation, begun: Begun) -> Identity:
    issuer = _parameter("iss")
    if issuer != talk.provider.issuer and (issuer or talk.names_issuer()):
        raise NotGenuine("the answer is of another issuer")
    if "error" in request.args:
        _log.info("provider refused", provider=talk.provider.name)
        raise Malformed("provider-turned-back", TURNED_BACK, provider=talk.provider.title)
    code = _parameter("code")
    if not code:
        raise NotGenuine("there is no code")
    return talk.identify(code, nonce=begun.nonce, verifier=begun.verifier)


def _signed_in(begun: Begun, identity: Identity) -> Response:
    system = service().system_context(INSTALLATION_WIDE, cause=correlation_id())
    account_id = with_secrets(service(), system, lambda work: acting.arrive(work, identity))
    session_id = Uuid7().new()

    def open_session(work: Work) -> None:
        opened = SignIn(
            by=account_id,
            now=work.now,
            account_id=account_id,
            session_id=session_id,
            past_lock=True,
        )
        work.decide(ACCOUNT, account_id, opened)
        if identity.proved_at is not None:
            acts.step_up(work, account_id, session_id, "provider", identity.proved_at)

    service().transact(replace(context(INSTALLATION_WIDE), actor=account_id), open_session)
    desk: SignInDesk = current_app.extensions[DESK]
    response = cast(Response, redirect(begun.address, 303))
    token = desk.token(desk.reader(account_id, session_id))
    set_session(response, token, secure=service().settings.secure_cookies)
    return response


def _linked(begun: Begun, identity: Identity) -> Response:
    """The account of whoever left is linked, if it is they who come back."""
    who = reader()
    if who is None or (who.account_id, who.session_id) != (begun.account_id, begun.session_id):
        raise Malformed(
            "provider-link-of-another",
            N_("You are not signed in as before you left. Sign in and link it again."),
        )
    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acting.link(work, identity, account_id=begun.account_id, by=begun.account_id),
    )
    flash(
        say(
            N_("Your account is linked. From now on you can sign in by {provider}."),
            {"provider": identity.provider.title},
        ),
        "info",
    )
    return cast(Response, redirect(OWN, 303))


# One's own links


@blueprint.get("")
@requires(SIGNED_IN)
def own() -> ResponseReturnValue:
    """The providers that one's own account is linked with."""
    return _own_page()


@blueprint.post("/<name>/unlink")
@requires(SIGNED_IN)
def unlink(name: str) -> ResponseReturnValue:
    """End a link of one's own account."""
    who = signed_in()

    def end(work: Work) -> None:
        rows = links_of(work.connection, who.account_id)
        other_way = password_hash(work.connection, who.account_id) is not None
        for row in rows:
            if row.provider == name:
                acting.unlink(work, row, by=who.account_id, other_way=other_way)

    try:
        with_secrets(service(), context(INSTALLATION_WIDE), end)
    except Refused as problem:
        return _own_page(say(problem.sentence, problem.facts), status=problem.status)
    flash(say(N_("The link has ended."), {}), "info")
    return redirect(OWN, 303)


def _own_page(error: str = "", *, status: int = 200) -> ResponseReturnValue:
    with service().database.reading() as connection:
        refuse_applicant(connection, signed_in().account_id)
        links = {row.provider: row for row in links_of(connection, signed_in().account_id)}
    page = render_template(
        "accounts/providers/own.html",
        providers=offered(),
        links=links,
        gone=[row for name, row in links.items() if name not in conversations()],
        error=error,
    )
    return page, status


# What both do


def _talk(name: str) -> Conversation:
    found = conversations().get(name)
    if found is None:
        raise Missing("no-provider", N_("There is no such way to sign in."))
    return found


def _address(talk: Conversation, begun: Begun) -> str:
    return talk.authorization_url(state=begun.state, nonce=begun.nonce, verifier=begun.verifier)


def _parameter(name: str) -> str:
    """A parameter of the address; whoever repeats one, or sends very much, sends none."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and len(values[0]) <= PARAMETER_LENGTH_MAX else ""


def _unreachable(talk: Conversation, error: Unreachable) -> Problem:
    _log.warning("provider unreachable", provider=talk.provider.name, why=str(error))
    return Unanswered("provider-unreachable", UNREACHABLE, provider=talk.provider.title)


def _failed(provider: Provider, problem: Problem) -> Response:
    """A page that says why nobody was signed in, and what to do."""
    facts = problem.facts
    if problem.code == "roles-exclude":
        problem = Forbidden(
            problem.code,
            N_(
                "{provider} says that you are {role}, and here you are {held_role}. Nobody is "
                "both: an administrator, here or there, must take one of them back."
            ),
        )
        facts = {
            **{name: say(ROLE_WORDS[str(role)], {}) for name, role in facts.items()},
            "provider": provider.title,
        }
    page = render_template(
        "accounts/providers/failed.html",
        provider=provider,
        sentence=say(problem.sentence, facts),
        code=problem.code,
        known=reader() is not None,
    )
    return make_response(page, problem.status)


def talks(providers: tuple[Provider, ...], public_url: str, clock: Any) -> dict[str, Conversation]:
    """A conversation with each provider, which come back to this address."""
    return {
        one.name: Conversation(
            one, redirect_uri=f"{public_url}{OWN}/{one.name}/callback", clock=clock
        )
        for one in providers
    }
