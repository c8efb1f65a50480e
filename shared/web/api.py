"""The JSON interface of a service: its document (OpenAPI 3.1), and a page to read it.

    api = create_api(app, "grants", title="Grants", description="Calls, applications, payments.")
    blueprint = ApiBlueprint("calls", __name__, url_prefix="/grants/api/v1/calls")

    @blueprint.route("/<call_id>/publish", methods=["POST"])
    @requires("grants.calls.publish")
    @command(versioned=True)
    @blueprint.arguments(PublishSchema)
    @blueprint.response(200, CallSchema)
    def publish(arguments, call_id): ...

    api.register_blueprint(blueprint)

What each operation may answer besides success follows from its permission, its method and its
parameters, and is written into the document by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any, Final, TypeVar

import flask_smorest
import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, render_template
from flask_smorest.spec.plugins import FlaskPlugin
from marshmallow import INCLUDE, Schema, fields
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from shared.access.roles import PUBLIC
from shared.web import json_body, problems
from shared.web.access import declared, permission_of
from shared.web.idempotency import HEADER as IDEMPOTENCY_HEADER

VERSION: Final = "v1"
_JSON: Final = re.compile(r"application/(json|[a-z0-9.+-]+\+json)")
_VERSION_TAG: Final = '^"(0|[1-9][0-9]{0,15})"$'
_WRITING: Final = frozenset({"post", "put", "patch", "delete"})

V = TypeVar("V", bound=Callable[..., Any])


class ErrorSchema(Schema):
    """One wrong value."""

    location = fields.String(
        data_key="in", required=True, metadata={"enum": ["body", "query", "path", "header"]}
    )
    pointer = fields.String(
        required=True, metadata={"description": "JSON pointer to the value (RFC 6901)."}
    )
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """An error (RFC 9457). The facts that the detail names are further members."""

    class Meta:
        """Facts are members of any name."""

        unknown = INCLUDE

    type = fields.String(
        required=True, metadata={"format": "uri-reference", "description": "/problems/<code>"}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(
        required=True, metadata={"format": "uri", "description": "The correlation id, as a URN."}
    )
    errors = fields.List(fields.Nested(ErrorSchema))


class StrictParser(FlaskParser):
    """Reads bodies strictly and asks for the right content type before it complains of fields."""

    def _raw_load_json(self, req: Any) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return core.missing
        if not _JSON.fullmatch(req.mimetype):
            raise UnsupportedMediaType
        return json_body.parse(body)


class ApiBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A capability's JSON routes."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[V], V]:
        """Register and document a view, which needs a permission of its own or its blueprint's."""
        decorate: Callable[[V], V] = super().route(rule, **options)
        return decorate

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any
    ) -> Callable[[V], V]:
        """Read the body (or ``location="query"``) by a schema, as the first argument."""
        # One instance for all requests: making one copies every field.
        made = schema() if isinstance(schema, type) else schema
        decorate: Callable[[V], V] = super().arguments(made, location=location, **options)
        return decorate

    def response(
        self, status_code: int, schema: type[Schema] | Schema | None = None, **options: Any
    ) -> Callable[[V], V]:
        """Write what the view returns by a schema; what has only a content type is a Response."""
        content_type = options.get("content_type")
        documented: Any = schema
        if schema is None and content_type:
            documented = {"type": "object" if _JSON.fullmatch(content_type) else "string"}
        decorate: Callable[[V], V] = super().response(status_code, documented, **options)
        return decorate


def command(*, idempotent: bool = True, versioned: bool = False) -> Callable[[V], V]:
    """Document that a write takes an Idempotency-Key, and If-Match when ``versioned``.

    The handler reads them with ``request_key`` and ``required_version``.
    """

    def declare(view: V) -> V:
        view.zanat_command = (idempotent, versioned)  # type: ignore[attr-defined]
        return view

    return declare


class Operations(FlaskPlugin):  # type: ignore[misc]
    """Completes each operation with what its declarations say."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def path_helper(
        self, rule: Any, operations: MutableMapping[str, Any], parameters: Any, **options: Any
    ) -> Any:
        """Called once a route by apispec."""
        path = super().path_helper(rule, operations, parameters, **options)
        view = self._app.view_functions[rule.endpoint]
        for method, operation in operations.items():
            handler = getattr(getattr(view, "view_class", None), method, view)
            permission = permission_of(self._app, rule.endpoint, method.upper())
            suffix = f".{method}" if len(operations) > 1 else ""
            operation.setdefault("operationId", f"{rule.endpoint}{suffix}")
            operation["x-permission"] = permission
            if permission == PUBLIC:
                operation["security"] = []
            _complete(
                operation,
                method=method,
                public=permission == PUBLIC,
                has_path=bool(rule.arguments),
                command=getattr(handler, "zanat_command", (False, False)),
            )
        return path


class Written(MarshmallowPlugin):
    """Writes schemas down, patterns as JSON Schema means them."""

    def init_spec(self, spec: APISpec) -> None:
        """Called once by apispec."""
        super().init_spec(spec)
        self.converter.add_attribute_function(_pattern)  # type: ignore[union-attr]


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's, with our problems, our reference page and nobody's script."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """``shared.web.problems`` answers errors, for the whole app."""

    def _register_responses(self) -> None:
        for status, title in problems.TITLES.items():
            self.spec.components.response(f"Problem{status}", _problem(title), lazy=True)
        self.spec.components.response("Problem", _problem("Another problem"), lazy=True)
        # flask-smorest itself refers to the status by the name that Python gives it.
        for name in ("UNPROCESSABLE_ENTITY", "UNPROCESSABLE_CONTENT", "DEFAULT_ERROR"):
            self.spec.components.response(name, _problem(problems.TITLES[422]), lazy=True)

    def _register_doc_blueprint(self) -> None:
        prefix = self.config["OPENAPI_URL_PREFIX"]
        blueprint = declared(Blueprint("api", __name__, url_prefix=prefix), PUBLIC)

        @blueprint.get("/openapi.json")
        def document() -> Response:
            return Response(document_bytes(self), mimetype="application/json")

        @blueprint.get("/")
        def reference() -> str:
            return render_template("api_reference.html", document=self.spec.to_dict())

        self._app.register_blueprint(blueprint)


def create_api(app: Flask, service: str, *, title: str, description: str = "") -> Api:
    """The JSON interface of an app, at ``/<service>/api/v1/``."""
    app.config.update(
        API_TITLE=title,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"/{service}/api/{VERSION}",
    )
    info = {"description": description, "license": {"name": "MIT", "identifier": "MIT"}}
    api = Api(
        app,
        spec_kwargs={
            "flask_plugin": Operations(app),
            "marshmallow_plugin": Written(),
            "info": info,
            "servers": [{"url": app.config["PUBLIC_URL"].rstrip("/") or "/"}],
            "security": [{"bearer": []}, {"cookie": []}],
        },
    )
    secure = app.config["SESSION_COOKIE_SECURE"]
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    api.spec.components.security_scheme(
        "cookie",
        {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-zanat_session" if secure else "zanat_session",
        },
    )
    return api


def document_bytes(api: Api) -> bytes:
    """The OpenAPI document, the same bytes for the same routes."""
    document = msgspec.json.encode(api.spec.to_dict())
    return msgspec.json.format(document, indent=2) + b"\n"


def json_schema_pattern(pattern: str) -> str:
    """A pattern that ``re.match`` takes, as JSON Schema means it: ECMA 262, found anywhere.

    >>> json_schema_pattern("a|b")
    '^(?:a|b)'
    """
    plain = pattern.replace(r"\A", "^").replace(r"\Z", r"(?![\s\S])")
    return plain if plain.startswith("^") and "|" not in plain else f"^(?:{plain})"


def _pattern(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, str]:
    """Puts it in place of what apispec copies from the first Regexp of a field."""
    expressions = (getattr(one, "regex", None) for one in field.validators)
    found = next((one.pattern for one in expressions if isinstance(one, re.Pattern)), None)
    return {} if found is None else {"pattern": json_schema_pattern(found)}


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {problems.CONTENT_TYPE: {"schema": ProblemSchema}},
    }


def _complete(
    operation: MutableMapping[str, Any],
    *,
    method: str,
    public: bool,
    has_path: bool,
    command: tuple[bool, bool],
) -> None:
    idempotent, versioned = command
    statuses = {400, 406}
    if not public:
        statuses |= {401, 403}
    if has_path:
        statuses.add(404)
    if operation.get("parameters") or "requestBody" in operation:
        statuses.add(422)
    if method in _WRITING:
        statuses |= {403, 409, 413, 415, 422}
    if versioned:
        statuses |= {412, 428}
    responses = operation.setdefault("responses", {})
    # flask-smorest has put a reference of its own for what its parser refuses.
    for name in (422, "422", "default"):
        responses.pop(name, None)
    for status in sorted(statuses):
        if status not in responses and str(status) not in responses:
            responses[str(status)] = f"Problem{status}"
    responses.setdefault("4XX", "Problem")
    if idempotent or versioned:
        _name_headers(responses)
    parameters = operation.setdefault("parameters", [])
    if idempotent:
        parameters.append(_header(IDEMPOTENCY_HEADER, "Does this once, however often it arrives.",
                                  required=False, maxLength=200, pattern="^[!-~]+$"))  # fmt: skip
    if versioned:
        parameters.append(_header("If-Match", "The ETag of the version that you saw.",
                                  required=True, pattern=_VERSION_TAG))  # fmt: skip
    if not parameters:
        del operation["parameters"]


def _name_headers(responses: MutableMapping[Any, Any]) -> None:
    """What ``perform`` says beside the receipt."""
    for status, answer in responses.items():
        if str(status) not in ("200", "201") or not isinstance(answer, MutableMapping):
            continue
        headers = answer.setdefault("headers", {})
        headers["ETag"] = {
            "description": "The record's version now, for If-Match.",
            "schema": {"type": "string", "pattern": _VERSION_TAG},
        }
        if str(status) == "201":
            headers["Location"] = {
                "description": "Where the new record is.",
                "required": True,
                "schema": {"type": "string", "format": "uri-reference"},
            }


def _header(name: str, description: str, *, required: bool, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "description": description,
        "required": required,
        "schema": {"type": "string", "minLength": 1, **schema},
    }
