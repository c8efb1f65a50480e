"""The composition root of audit: what the service is made of, and its application.

service = Service.open(definition(), Settings.from_environment())
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.audit.entries import api, pages
from services.audit.entries.following import ACTOR_NAMES, FOLLOWED, WHOLE_LOGS, keep
from services.audit.histories import api as histories_api
from services.audit.histories import pages as histories_pages
from services.navigation import navigation
from shared.access.accesses import access_events
from shared.access.revocations import revocations
from shared.log.rotating import log_events
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

HERE: Final = Path(__file__).parent


def definition() -> Definition:
    """What audit is made of: it decides nothing, keeps everything, and notes who looked."""
    return Definition(
        name="audit",
        events=(*access_events("audit"), *log_events("audit")),
        projections=(WHOLE_LOGS, ACTOR_NAMES, revocations()),
        follows=FOLLOWED,
        on_followed=keep,
    )


def create(service: Service) -> Flask:
    """The service's application: pages and the JSON interface."""
    app, interface = open_app(
        service,
        title="Audit",
        description="Entries of every log, histories of records, checks of the copies.",
        templates=(HERE / "entries" / "templates", HERE / "histories" / "templates"),
        navigation=navigation,
    )
    for blueprint in (api.blueprint, histories_api.blueprint):
        interface.register_blueprint(blueprint)
    for pages_of in (pages.blueprint, histories_pages.blueprint):
        app.register_blueprint(pages_of)
    return finish(app)
