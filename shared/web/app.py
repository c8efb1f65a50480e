"""Makes the Flask application of a service, with everything that all services have in common.

    app = create_app(
        "grants", settings=settings, verifier=verifier, revoked=revocations.is_revoked,
        secret=keys.forms_secret, template_folders=[here / "calls" / "templates"],
    )

``secret`` is one for all services of an installation, since a form on one service's page may be
sent to another's (signing out). Settings are any object with ``installation``, ``public_url`` and
``secure_cookies``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from shared import metrics
from shared.access.roles import PUBLIC
from shared.clock import Clock, SystemClock
from shared.errors import Malformed
from shared.identifiers import Identifiers, Uuid7, is_identifier
from shared.language.formats import formats_for
from shared.language.marking import N_
from shared.web import access, layout, problems
from shared.web.access import Denied, Outdated, Revoked, Verifies, requires
from shared.web.assets import Assets
from shared.web.compiled import COMPILED
from shared.web.layout import Navigation
from shared.web.session import keep_forms_cookie

BODY_BYTES_MAX: Final = 2 * 1024 * 1024
FORM_BYTES_MAX: Final = 1024 * 1024
FORM_PARTS_MAX: Final = 5000
CORRELATION_HEADER: Final = "X-Correlation-Id"
_OPERATIONS: Final = ("/healthz", "/readyz", "/metrics")
_HERE: Final = Path(__file__).parent
_HOST: Final = re.compile(r"([^:@/\s]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")

V = TypeVar("V", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY: Final = "; ".join(  # noqa: FLY002 (one a line can be read)
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
"""No inline script, no inline style, nothing from elsewhere."""

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), display-capture=(), geolocation=(), midi=(), microphone=(), payment=(),"
        " serial=(), usb=()"
    ),
    "X-Permitted-Cross-Domain-Policies": "none",
    "Origin-Agent-Cluster": "?1",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class WebSettings(Protocol):
    """What the web needs to know of an installation."""

    @property
    def installation(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def secure_cookies(self) -> bool: ...


def create_app(
    service: str,
    *,
    settings: WebSettings,
    verifier: Verifies,
    revoked: Revoked,
    secret: bytes,
    template_folders: Sequence[Path] = (),
    navigation: Navigation | None = None,
    installation_banner: str = "",
    denied: Denied | None = None,
    outdated: Outdated | None = None,
    hosts: Sequence[str] = (),
    identifiers: Identifiers | None = None,
    clock: Clock | None = None,
    static_folder: Path = _HERE / "static",
    formats: Callable[[str], Mapping[str, Callable[..., str]]] = formats_for,
) -> Flask:
    """The application of one service, still without its routes.

    hosts: names besides the public URL's and loopback under which requests are taken.
    Call ``assert_all_declared(app)`` once every blueprint is registered.
    """
    app = Flask(f"zanat.{service}", static_folder=None, template_folder=None, root_path=str(_HERE))
    app.config.update(
        SERVICE=service,
        INSTALLATION=settings.installation,
        PUBLIC_URL=settings.public_url,
        API_PREFIX=f"/{service}/api/",
        LOG_PREFIX=f"/{service}/log/",
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="__Host-zanat_notices" if settings.secure_cookies else "zanat_notices",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES_MAX,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    folders = [*map(str, template_folders), str(_HERE / "templates")]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folders)])
    app.jinja_env.bytecode_cache = COMPILED
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    _identify(app, identifiers or Uuid7())
    _measure(app, service)
    _check_address(app, {urlsplit(settings.public_url).hostname or "", *_LOOPBACK, *hosts})
    access.install(
        app,
        verifier=verifier,
        revoked=revoked,
        denied=denied,
        clock=clock or SystemClock(),
        outdated=outdated,
    )
    problems.install(app)
    assets = Assets(static_folder, prefix=f"/{service}/assets")
    layout.install(
        app,
        asset=assets.address,
        navigation=navigation,
        installation_banner=installation_banner,
        formats=formats,
    )
    app.add_url_rule(
        f"/{service}/assets/<digest>/<path:name>", "assets", requires(PUBLIC)(_serving(assets))
    )
    _protect(app, strict_transport=settings.public_url.startswith("https://"))
    return app


def body_bytes_max(limit: int) -> Callable[[V], V]:
    """Let one route take larger (or only smaller) bodies than ``BODY_BYTES_MAX``: uploads."""

    def declare(view: V) -> V:
        view.zanat_body_bytes_max = limit  # type: ignore[attr-defined]
        return view

    return declare


def correlation_id() -> str:
    """The id that this request has in logs, events and messages."""
    found: str = g.correlation_id
    return found


def _identify(app: Flask, identifiers: Identifiers) -> None:
    """Give each request its correlation id, the caller's own when it is a UUID."""

    def begin() -> None:
        given = request.headers.get(CORRELATION_HEADER, "").lower()
        g.correlation_id = given if is_identifier(given) else identifiers.new()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            correlation_id=g.correlation_id, service=app.config["SERVICE"]
        )

    def give_back(response: Response) -> Response:
        response.headers[CORRELATION_HEADER] = g.get("correlation_id", "")
        return response

    app.before_request(begin)
    app.after_request(give_back)


def _measure(app: Flask, service: str) -> None:
    log = structlog.get_logger("zanat.web")

    def begin() -> None:
        g.started = perf_counter()

    def end(response: Response) -> Response:
        # The rule, never the address: an address may hold what a person typed.
        route = request.url_rule.rule if request.url_rule else "unmatched"
        seconds = perf_counter() - g.get("started", perf_counter())
        metrics.observe_request(
            service=service,
            route=route,
            method=request.method,
            status=response.status_code,
            seconds=seconds,
        )
        if route not in _OPERATIONS:
            log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                milliseconds=round(seconds * 1000),
                account_id=g.reader.account_id if g.get("reader") else None,
            )
        return response

    app.before_request(begin)
    app.after_request(end)


def _check_address(app: Flask, hosts: set[str]) -> None:
    allowed = {host.casefold() for host in hosts if host}

    def check() -> None:
        if request.path in _OPERATIONS:
            # Probes and Prometheus come by the machine's number.
            return
        host = str(request.environ.get("HTTP_HOST", request.environ["SERVER_NAME"]))
        found = _HOST.fullmatch(host)
        if found is None or found.group(1).casefold() not in allowed:
            raise Malformed("host-unknown", N_("This address is not served here."))
        texts = [request.path]
        if request.query_string:
            texts += [text for pair in request.args.items(multi=True) for text in pair]
        if any("\x00" in text for text in texts):
            raise Malformed(
                "text-unusable", N_("The address has a character that stands for nothing.")
            )
        view = app.view_functions.get(request.endpoint) if request.endpoint else None
        limit = getattr(view, "zanat_body_bytes_max", None)
        if limit is not None:
            request.max_content_length = limit

    app.before_request(check)


def _protect(app: Flask, *, strict_transport: bool) -> None:
    headers = dict(_HEADERS)
    if strict_transport:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    pairs = [(name.lower(), (name, value)) for name, value in headers.items()]

    def finish(response: Response) -> Response:
        keep_forms_cookie(response)
        location = response.headers.get("Location")
        if location and not location.startswith("/") and location.startswith(request.host_url):
            # The proxy before us may speak https and we do not: only the path is ours to say.
            response.headers["Location"] = "/" + location.removeprefix(request.host_url)
        given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (not a dict)
        response.headers.extend([pair for name, pair in pairs if name not in given])
        return response

    app.after_request(finish)


def _serving(assets: Assets) -> Callable[[str, str], Response]:
    # A bound method takes no attribute, and the permission is written on the view.
    def serve(digest: str, name: str) -> Response:
        return assets.serve(digest, name)

    return serve
