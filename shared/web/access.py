"""Every route says which permission it needs, and nothing is answered before that was asked.

    @pages.get("/grants/applications/<application_id>")
    @requires("grants.applications.read")
    def show(application_id: str) -> str: ...

    blueprint = declared(Blueprint("ledger", __name__), "grants.ledger.read")

The nearest declaration counts: the method's, the class's, the blueprint's. Which programme the
record belongs to is known only once it is found; the handler then calls ``ensure(permission,
programme)``. A route with ``<programme>`` in its address is checked for it at once.

    @requires("grants.batches.release", fresh=True)

is for whoever proved a second factor in this session a short while ago (``freshness.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, g, redirect, request
from flask.sansio.blueprints import Blueprint
from werkzeug.exceptions import NotAcceptable
from werkzeug.wrappers import Response

from shared.access import reader as reading
from shared.access.reader import Reader
from shared.access.roles import PUBLIC, SIGNED_IN, known
from shared.access.tokens import TokenExpired
from shared.clock import Clock
from shared.errors import Forbidden, Malformed, Missing, Unauthenticated
from shared.language.marking import N_
from shared.web.freshness import is_fresh, step_up_needed, to_step_up
from shared.web.session import CSRF_FIELD, CSRF_HEADER, csrf_matches, session_cookie
from shared.web.texts import stands_for_nothing

SIGN_IN: Final = "/accounts/sign-in"
RENEW: Final = "/accounts/renew"
"""Accounts renews the token here and sends the browser back with 307, so that a form which was
sent a minute too late arrives whole."""

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MARK: Final = "zanat_permission"
_FRESH: Final = "zanat_fresh"
_SIGNED: Final = "zanat_signed_by_itself"
_BEARS_KEY: Final = "zanat_bears_key"
_FOR_KEYS: Final = "zanat_for_keys"
_OWN_TYPES: Final = ("application/json", "application/problem+json")

V = TypeVar("V", bound=Callable[..., Any] | type)
B = TypeVar("B", bound=Blueprint)


class Verifies(Protocol):
    """Tells who a token speaks of, or raises Unauthenticated (``TokenVerifier`` does)."""

    def verify(self, token: str) -> Reader: ...


Revoked = Callable[[str, str], bool]
"""(session id, account id) → whether it may not be used any more."""

Outdated = Callable[[str, str, int], bool]
"""(session id, account id, version) → whether the token says more than the account may by now."""

Denied = Callable[[Reader, str, str], None]
"""(reader, permission, route) → written down before the refusal leaves."""


def requires(permission: str, *, fresh: bool = False) -> Callable[[V], V]:
    """Declare the permission of a view function, a method or a MethodView class.

    fresh: only with a second factor proved within ``freshness.FRESH_SECONDS``.

    Raises ValueError at once for a permission that the table does not know.
    """
    _check_known(permission)

    def declare(view: V) -> V:
        setattr(view, _MARK, permission)
        setattr(view, _FRESH, fresh)
        return view

    return declare


def declared(blueprint: B, permission: str) -> B:
    """Declare the permission of every route of a blueprint that names none of its own."""
    _check_known(permission)
    setattr(blueprint, _MARK, permission)
    return blueprint


def permission_of(app: Flask, endpoint: str, method: str) -> str | None:
    """What the route's declaration says, or None when there is none."""
    found: str | None = _declaration(app, endpoint, method, _MARK)
    name = endpoint
    while found is None and "." in name:
        name = name.rpartition(".")[0]
        found = getattr(app.blueprints.get(name), _MARK, None)
    return found


def asks_fresh(app: Flask, endpoint: str, method: str) -> bool:
    """Whether the route is only for a second factor that was just proved."""
    return bool(_declaration(app, endpoint, method, _FRESH))


def _declaration(app: Flask, endpoint: str, method: str, mark: str) -> Any:
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return getattr(view, mark, None)
    method = "GET" if method == "HEAD" and not hasattr(view_class, "head") else method
    found = getattr(getattr(view_class, method.lower(), None), mark, None)
    return getattr(view_class, mark, None) if found is None else found


def routes(app: Flask) -> list[tuple[str, str, str | None]]:
    """Every (rule, method, permission) of the app, for tests and documents."""
    return [
        (rule.rule, method, permission_of(app, rule.endpoint, method))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def assert_all_declared(app: Flask) -> None:
    """Raise RuntimeError naming each route that says nothing about access. Call it at start."""
    silent = [f"{method} {rule}" for rule, method, found in routes(app) if found is None]
    if silent:
        raise RuntimeError("routes without a permission: " + ", ".join(sorted(silent)))


def reader() -> Reader | None:
    """Who asks; None for anybody."""
    found: Reader | None = g.get("reader")
    return found


def signed_in() -> Reader:
    """Who asks, on a route that only the signed-in reach."""
    found = reader()
    if found is None:
        raise Unauthenticated("not-signed-in", N_("Sign in to go on."))
    return found


def ensure(permission: str, programme: str | None, *, missing: Missing | None = None) -> Reader:
    """The reader, who has the permission in this programme; else Forbidden, on record.

    missing: what a record that never existed is answered with. Whoever has the permission, but
    only elsewhere, gets the same for a record of this programme: so that ids tell nothing.
    """
    found = signed_in()
    if not reading.may(found, permission, programme):
        if missing is not None and reading.may(found, permission):
            raise missing
        _record_denied(found, permission)
        reading.ensure(found, permission, programme)
    return found


def is_api() -> bool:
    """Whether the request is for the JSON interface rather than a page."""
    return request.path.startswith(current_app.config["API_PREFIX"])


def is_for_programs() -> bool:
    """Whether only programs ask there: the JSON interface, the log's tiles, the witness."""
    return (
        is_api()
        or request.path.startswith(current_app.config["LOG_PREFIX"])
        or _is_signed_by_itself()
    )


def signed_by_itself(view: V) -> V:
    """Let a route take what another site may make a browser send.

    Only for what nobody may do by being signed in: where a signature in the body itself decides.
    """
    setattr(view, _SIGNED, True)
    return view


def bears_key(view: V) -> V:
    """Let a route read ``Authorization: Bearer`` itself: a program's key is no token."""
    setattr(view, _BEARS_KEY, True)
    return view


def for_keys(view: V) -> V:
    """Let a program's key reach a route that is for whoever is signed in, whatever its scopes.

    All the others are about a person's own account, which no key manages.
    """
    setattr(view, _FOR_KEYS, True)
    return view


def _is_signed_by_itself() -> bool:
    return _is_marked(_SIGNED)


def _is_marked(mark: str) -> bool:
    view = current_app.view_functions.get(request.endpoint) if request.endpoint else None
    return bool(getattr(view, mark, False))


def install(
    app: Flask,
    *,
    verifier: Verifies,
    revoked: Revoked,
    denied: Denied | None,
    clock: Clock,
    outdated: Outdated | None = None,
) -> None:
    """Ask before each request. Routes that nobody knows fall through to 404 and 405."""
    app.extensions["zanat.denied"] = denied

    def find_reader() -> None:
        g.reader = None
        g.sign_in_error = None
        g.by_cookie = False
        if _is_marked(_BEARS_KEY):
            return
        token, by_cookie = _token(secure=bool(app.config["SESSION_COOKIE_SECURE"]))
        g.by_cookie = by_cookie
        if token is None:
            return
        try:
            found = verifier.verify(token)
            if revoked(found.session_id, found.account_id):
                raise Unauthenticated("session-ended", N_("This session has ended. Sign in again."))
            if outdated and outdated(found.session_id, found.account_id, found.version):
                # The session goes on: a browser gets another token, as for one that ran out.
                raise TokenExpired(
                    "token-outdated", N_("What you may do has changed. Sign in again.")
                )
            g.reader = found
        except Unauthenticated as error:
            # A stale cookie must not close public pages; a program learns of it at once.
            if not by_cookie:
                raise
            g.sign_in_error = error

    def enforce() -> Response | None:
        if request.url_rule is None or _is_automatic_options():
            return None
        permission = permission_of(app, request.url_rule.endpoint, request.method)
        if permission is None:
            raise RuntimeError(f"no permission declared for {request.url_rule.rule}")
        if permission != PUBLIC and g.reader is None:
            return _sign_in_first()
        _check_forms()
        _check_accept(app)
        programme = (request.view_args or {}).get("programme")
        if permission != PUBLIC and not reading.may(g.reader, permission, programme):
            _record_denied(g.reader, permission)
            reading.ensure(g.reader, permission, programme)
        if permission == SIGNED_IN and g.reader.scopes is not None and not _is_marked(_FOR_KEYS):
            _record_denied(g.reader, permission)
            raise Forbidden("not-for-keys", N_("This is for people. A program's key is not."))
        if asks_fresh(app, request.url_rule.endpoint, request.method) and not is_fresh(
            signed_in(), clock.now().timestamp()
        ):
            return _prove_first()
        return None

    app.before_request(find_reader)
    app.before_request(enforce)


def _check_known(permission: str) -> None:
    if not known(permission):
        raise ValueError(f"no such permission: {permission!r}; see shared/access/permissions.py")


def _token(*, secure: bool) -> tuple[str | None, bool]:
    """The token and whether the browser sent it by itself."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(
                "authorization-malformed", N_("Send the token as: Authorization: Bearer …")
            )
        return token.strip(), False
    cookie = request.cookies.get(session_cookie(secure=secure))
    return (cookie, True) if cookie else (None, False)


def _is_automatic_options() -> bool:
    # Flask marks the rules whose OPTIONS it answers itself, with nothing but what is allowed.
    return request.method == "OPTIONS" and getattr(
        request.url_rule, "provide_automatic_options", False
    )


def _sign_in_first() -> Response:
    error = g.sign_in_error or Unauthenticated("not-signed-in", N_("Sign in to go on."))
    if is_for_programs():
        raise error
    if request.method not in READING:
        if isinstance(error, TokenExpired) and g.by_cookie:
            return redirect(f"{RENEW}?next={_here()}", 307)
        raise error
    address = f"{SIGN_IN}?next={_here()}"
    if request.headers.get("HX-Request") == "true":
        # A fragment must not swallow the sign-in page: htmx moves the whole window.
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 302)


def _prove_first() -> Response:
    if is_for_programs():
        raise step_up_needed()
    return to_step_up(_here(), reads=request.method in READING)


def _here() -> str:
    query = request.query_string.decode("ascii", "replace")
    address = quote(request.path, safe="/") + (f"?{query}" if query else "")
    return quote(address, safe="/")


def _check_forms() -> None:
    """Refuse writes that another site may have made a browser send."""
    if request.method in READING:
        return
    if request.path == RENEW:
        # The form's token belongs to the session that is renewed here, which nobody has yet. It
        # changes nothing but the cookie; the address that the form goes on to asks for it.
        return
    if _is_signed_by_itself():
        return
    if _is_from_elsewhere():
        raise _not_genuine()
    if is_api():
        if not g.by_cookie or g.reader is None:
            return
        same_origin = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if same_origin or csrf_matches(request.headers.get(CSRF_HEADER)):
            return
    else:
        if csrf_matches(request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD)):
            _check_form_text()
            return
    raise _not_genuine()


def _is_from_elsewhere() -> bool:
    """Whether the browser itself says that another site's page sends this.

    Programs and old browsers say nothing; there the form's token decides alone.
    """
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("Origin")
    if origin is None or (is_api() and not g.by_cookie):
        return False
    ours = (request.host, urlsplit(current_app.config["PUBLIC_URL"]).netloc)
    return urlsplit(origin).netloc not in ours


def _not_genuine() -> Forbidden:
    return Forbidden(
        "form-not-genuine",
        N_("This form is too old or came from elsewhere. Nothing was changed; load it again."),
    )


def _check_form_text() -> None:
    for name, values in request.form.lists():
        if any(stands_for_nothing(text) for text in (name, *values)):
            raise Malformed(
                "text-unusable",
                N_("The form has a character that stands for nothing."),
            )


def _check_accept(app: Flask) -> None:
    if not is_api() or not request.accept_mimetypes or request.url_rule is None:
        return
    view = app.view_functions[request.url_rule.endpoint]
    view = getattr(getattr(view, "view_class", None), request.method.lower(), view)
    answers = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {})
    offered = {
        one["content_type"]
        for listed in answers.values()
        for one in listed
        if isinstance(one, dict) and one.get("content_type")
    }
    if not request.accept_mimetypes.best_match([*_OWN_TYPES, "text/html", *offered]):
        raise NotAcceptable


def _record_denied(found: Reader, permission: str) -> None:
    denied: Denied | None = current_app.extensions.get("zanat.denied")
    if denied is not None:
        denied(found, permission, request.url_rule.rule if request.url_rule else "")
