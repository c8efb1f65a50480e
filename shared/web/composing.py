"""Opens the web application of a service: what all share, then its own routes.

app, api = open_app(service, title="Grants", templates=[...], navigation=navigation)
api.register_blueprint(calls_api.blueprint)
app.register_blueprint(calls_pages.blueprint)
return finish(app)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from shared import logging as zanat_logging
from shared import metrics
from shared.access.accesses import recorder_of_denied
from shared.access.keys import CurrentKey, KeyFolder, PublicKeys
from shared.access.revocations import Revocations
from shared.access.tokens import SigningKey, TokenSigner, TokenVerifier
from shared.files.scanning import Scanner
from shared.language.marking import N_
from shared.service import Definition, Service
from shared.settings import Settings
from shared.web.access import assert_all_declared
from shared.web.api import Api, create_api
from shared.web.app import correlation_id, create_app
from shared.web.commands import EXTENSION
from shared.web.layout import Navigation
from shared.web.log import log_blueprint
from shared.web.witness import witness_blueprint

DEMONSTRATION = N_("This is a demonstration. All people and figures in it are invented.")


def token_keys(settings: Settings) -> KeyFolder:
    """Where the keys that accounts signs tokens with lie, and their public halves."""
    return KeyFolder(settings.home / "keys")


def token_key(settings: Settings) -> SigningKey:
    """The key that accounts signs tokens with; its public half is where the others look."""
    return token_keys(settings).current()


def token_signer(service: Service) -> TokenSigner:
    """Signs tokens, also when another process has made another key since."""
    return TokenSigner(
        CurrentKey(token_keys(service.settings)),
        audience=service.settings.installation,
        clock=service.clock,
    )


def token_verifier(service: Service, keys: PublicKeys | None = None) -> TokenVerifier:
    """Checks tokens with the published keys, without asking accounts.

    keys: those that somebody has read already.
    """
    folder = token_keys(service.settings).public
    return TokenVerifier(
        PublicKeys(folder) if keys is None else keys,
        audience=service.settings.installation,
        clock=service.clock,
    )


def open_app(
    service: Service,
    *,
    title: str,
    description: str = "",
    templates: Sequence[Path] = (),
    navigation: Navigation | None = None,
) -> tuple[Flask, Api]:
    """The application and its JSON interface, still without the service's own routes."""
    settings = service.settings
    revoked = Revocations(service.database)
    app = create_app(
        service.name,
        settings=settings,
        verifier=token_verifier(service),
        revoked=revoked,
        outdated=revoked.outdated,
        secret=service.keyring.secret("forms"),
        template_folders=templates,
        navigation=navigation,
        denied=recorder_of_denied(service, correlation_id),
        clock=service.clock,
        installation_banner=DEMONSTRATION if settings.demonstration else "",
    )
    app.extensions[EXTENSION] = service
    app.register_blueprint(
        metrics.operations(
            {"database": lambda: _database(service)}, watched={"scanner": lambda: _scanner(service)}
        )
    )
    app.register_blueprint(log_blueprint(service))
    if service.definition.follows:
        app.register_blueprint(witness_blueprint(service))
    api = create_api(app, service.name, title=title, description=description)
    app.extensions["zanat.api"] = api
    return app, api


def served(definition: Definition, create: Callable[[Service], Flask]) -> Flask:
    """What a WSGI server serves: the service as the environment has it, its logs set up."""
    settings = Settings.from_environment()
    zanat_logging.configure(service=definition.name, level=settings.log_level)
    return create(Service.open(definition, settings))


def finish(app: Flask) -> Flask:
    """Refuse to start with a route that says nothing about access."""
    assert_all_declared(app)
    return app


def _database(service: Service) -> str | None:
    with service.database.reading() as connection:
        connection.execute(text("select 1"))
    return None


def _scanner(service: Service) -> str | None:
    scanner = Scanner.of(service.settings)
    return scanner.trouble() if scanner else None
