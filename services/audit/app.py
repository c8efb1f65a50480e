"""The composition root of audit: what the service is made of, and its application.

service = Service.open(definition(), Settings.from_environment())
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.audit.alarms import api as alarms_api
from services.audit.alarms import pages as alarms_pages
from services.audit.alarms.views import ALARMS, ALARMS_OF_ACCOUNTS
from services.audit.entries import api, pages
from services.audit.entries.following import ACTOR_NAMES, FOLLOWED, WHOLE_LOGS, keep
from services.audit.erasing import ERASING
from services.audit.evidence import api as evidence_api
from services.audit.evidence import pages as evidence_pages
from services.audit.histories import api as histories_api
from services.audit.histories import pages as histories_pages
from services.audit.mine import held
from services.audit.mine import pages as mine_pages
from services.audit.witness import pages as witness_pages
from services.audit.witness.keeping import DUE_KIND, KEPT_EVENTS, keep_due
from services.navigation import navigation
from shared.access.accesses import access_events
from shared.access.revocations import revocations
from shared.log.rotating import log_events
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

HERE: Final = Path(__file__).parent
PARTS: Final = ("alarms", "entries", "evidence", "histories", "mine", "witness")


def definition() -> Definition:
    """What audit is made of: it keeps everything, watches the logs, and notes who looked."""
    return Definition(
        name="audit",
        deciders=(ALARMS.decider,),
        events=(*access_events("audit"), *log_events("audit"), *KEPT_EVENTS, *ERASING.events),
        projections=(
            WHOLE_LOGS,
            ACTOR_NAMES,
            ALARMS.projection,
            ALARMS_OF_ACCOUNTS.projection,
            revocations(),
        ),
        follows=FOLLOWED,
        on_followed=keep,
        reactions=(ERASING.reaction,),
        due={DUE_KIND: keep_due, **ERASING.due},
        daily=(DUE_KIND,),
    )


def create(service: Service) -> Flask:
    """The service's application: pages and the JSON interface."""
    app, interface = open_app(
        service,
        title="Audit",
        description="Entries of every log, histories of records, checks of the copies.",
        templates=tuple(HERE / part / "templates" for part in PARTS),
        navigation=navigation,
    )
    for routes in (api, alarms_api, evidence_api, histories_api):
        interface.register_blueprint(routes.blueprint)
    for shown in (
        pages,
        alarms_pages,
        evidence_pages,
        histories_pages,
        mine_pages,
        witness_pages,
    ):
        app.register_blueprint(shown.blueprint)
    app.register_blueprint(held.pages())
    return finish(app)
