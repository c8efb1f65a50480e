"""An app with a few routes of every kind, and readers who ask it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, request
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate

from shared import metrics
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import PUBLIC, SIGNED_IN, Role
from shared.access.tokens import SigningKey, TokenSigner, TokenVerifier
from shared.clock import FixedClock
from shared.errors import Refused
from shared.money import Money
from shared.web.access import assert_all_declared, declared, ensure, requires, signed_in
from shared.web.api import ApiBlueprint, command, create_api
from shared.web.app import body_bytes_max, create_app
from shared.web.etag import not_modified, required_version, set_version
from shared.web.idempotency import request_key
from shared.web.pagination import PageArguments, PageRequest, page_schema
from shared.web.session import csrf_token, session_cookie

KEY = SigningKey.generate()
FINANCE = RoleGrant(Role.finance_officer, "RS-2011")


@dataclass(frozen=True)
class Settings:
    installation: str = "demo"
    public_url: str = "http://localhost:8000"
    secure_cookies: bool = False


class ItemSchema(Schema):
    amount = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=1000))
    note = fields.String(validate=validate.Length(max=20))


class OrderSchema(Schema):
    name = fields.String(required=True)
    lines = fields.List(fields.Nested(ItemSchema))


class RowSchema(Schema):
    number = fields.Integer(required=True)


def routes(app: Flask) -> None:
    """Routes of a service that is none of ours, under names of permissions that are."""
    api = create_api(app, "grants", title="Grants", description="For tests.")
    orders = ApiBlueprint("orders", __name__, url_prefix="/grants/api/v1/orders")

    @orders.route("", methods=["POST"])
    @requires("grants.payments.prepare")
    @command(idempotent=True)
    @orders.arguments(OrderSchema)
    @orders.response(201, OrderSchema)
    def place(order: dict[str, Any]) -> dict[str, Any]:
        """Place an order."""
        request_key()
        return order

    @orders.route("", methods=["GET"])
    @requires("grants.payments.read")
    @orders.arguments(PageArguments, location="query")
    @orders.response(200, page_schema(RowSchema, name="OrderPage"))
    def listed(page: PageRequest) -> dict[str, Any]:
        """List orders."""
        after = page.after(int)
        first = after[0] + 1 if after else 0
        rows = [{"number": n} for n in range(first, 5)][: page.limit + 1]
        return page.answer(rows, lambda row: (row["number"],))

    @orders.route("/<int:number>", methods=["GET"])
    @requires(PUBLIC)
    @orders.response(200, RowSchema)
    def one(number: int) -> Any:
        """Show an order."""
        if not_modified(7):
            return "", 304
        return set_version(jsonify(number=number), 7)

    @orders.route("/<int:number>", methods=["PUT"])
    @requires("grants.payments.prepare")
    @command(versioned=True)
    @orders.arguments(RowSchema)
    @orders.response(200, RowSchema)
    def change(row: dict[str, Any], number: int) -> dict[str, Any]:
        """Change an order."""
        required_version(7)
        return row

    api.register_blueprint(orders)
    pages = declared(Blueprint("pages", __name__, url_prefix="/grants"), SIGNED_IN)

    @pages.get("/form")
    @requires(PUBLIC)
    def form() -> str:
        return csrf_token()

    @pages.post("/form")
    @requires(PUBLIC)
    def sent() -> str:
        return "sent"

    @pages.post("/upload")
    @requires(PUBLIC)
    @body_bytes_max(10)
    def upload() -> str:
        return "taken"

    @pages.route("/mine", methods=["GET", "POST"])
    def mine() -> str:
        return signed_in().name

    @pages.get("/closed")
    @requires(PUBLIC)
    def closed() -> str:
        raise Refused("call-closed", "The call closed with {left} left, status {status}.",
                      left=Money(100, "RSD"), status="x")  # fmt: skip

    @pages.get("/broken")
    @requires(PUBLIC)
    def broken() -> str:
        raise ValueError("Mira Ilić, 0101990710008")

    @pages.get("/ledger/<programme>")
    @requires("grants.ledger.read")
    def ledger(programme: str) -> str:
        return programme

    @pages.get("/award")
    @requires("grants.ledger.read")
    def award() -> str:
        ensure("grants.ledger.read", request.args["programme"])
        return "award"

    app.register_blueprint(pages)
    app.register_blueprint(metrics.operations({"database": lambda: None}))
    assert_all_declared(app)


class Installation:
    """The app, and what tests hold in their hands of it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.clock = FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC))
        self.signer = TokenSigner(KEY, audience="demo", clock=self.clock)
        self.revoked: set[str] = set()
        self.denied: list[tuple[str, str, str]] = []
        self.settings = settings
        (folder / "fonts").mkdir(exist_ok=True)
        (folder / "main.css").write_text("body { color: black }")
        (folder / "fonts" / "noto.woff2").write_text("font")
        templates = folder.parent / "templates"
        templates.mkdir(exist_ok=True)
        (templates / "error.html").write_text(
            "<h1>{{ problem.title }}</h1><p>{{ problem.detail }}</p>"
            "{% for name, text in resend %}<input name={{ name }} value={{ text }}>{% endfor %}"
        )
        (templates / "layout.html").write_text(
            '<html lang="{{ lang }}">{% block content %}{% endblock %}</html>'
        )
        self.app = create_app(
            "grants",
            settings=settings,
            verifier=TokenVerifier({KEY.kid: KEY.public}, audience="demo", clock=self.clock),
            revoked=lambda session, account: session in self.revoked,
            denied=lambda reader, permission, route: self.denied.append(
                (reader.account_id, permission, route)
            ),
            secret=b"s" * 32,
            clock=self.clock,
            template_folders=[templates],
            static_folder=folder,
        )

    def token(self, *roles: RoleGrant, session: str = "session-1") -> str:
        return self.signer.sign(Reader("account-1", session, "Mira", roles))

    def bearer(self, *roles: RoleGrant) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles)}"}

    def browser(self, *roles: RoleGrant, session: str = "session-1") -> FlaskClient:
        client = self.app.test_client()
        name = session_cookie(secure=self.settings.secure_cookies)
        client.set_cookie(name, self.token(*roles, session=session))
        return client


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Installation]:
    def build(settings: Settings | None = None, *, with_routes: bool = True) -> Installation:
        folder = tmp_path / "static"
        folder.mkdir(exist_ok=True)
        installation = Installation(folder, settings or Settings())
        if with_routes:
            routes(installation.app)
        return installation

    return build


@pytest.fixture
def installation(make: Callable[..., Installation]) -> Installation:
    return make()


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    return installation.app.test_client()
