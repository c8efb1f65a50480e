"""What the capabilities for money, visits and reports bring to this service's composition root.

Definition(name="grants", deciders=(..., *DECIDERS), projections=(..., *PROJECTIONS))
register(app, api)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from flask import Flask

from services.grants.awards import api as awards_api
from services.grants.awards import lapsing
from services.grants.awards import pages as awards_pages
from services.grants.awards.award import AWARD
from services.grants.awards.views import AWARD_VIEW
from services.grants.ledger import api as ledger_api
from services.grants.ledger import pages as ledger_pages
from services.grants.ledger.views import CALL_NAME_VIEW, LEDGER_VIEW
from services.grants.payments import api as payments_api
from services.grants.payments import (
    batches_api,
    batches_pages,
    statements_api,
    statements_pages,
)
from services.grants.payments import pages as payments_pages
from services.grants.payments.batch import BATCH
from services.grants.payments.batch_views import BATCH_VIEW
from services.grants.payments.line_views import LINE_VIEW
from services.grants.payments.payment import PAYMENT
from services.grants.payments.statement_line import STATEMENT_LINE
from services.grants.payments.views import PAYMENT_VIEW
from services.grants.reports import api as reports_api
from services.grants.reports import behind_pages
from services.grants.reports import pages as reports_pages
from services.grants.visits import api as visits_api
from services.grants.visits import missing
from services.grants.visits import pages as visits_pages
from services.grants.visits.support import SUPPORT
from services.grants.visits.views import VISIT_VIEW
from services.grants.visits.visit import VISIT
from shared.events.decider import Decider
from shared.events.projection import Projection
from shared.service import DueHandler, Reaction
from shared.web.api import Api

_HERE: Final = Path(__file__).parent

DECIDERS: Final[tuple[Decider[Any], ...]] = (AWARD, PAYMENT, BATCH, STATEMENT_LINE, VISIT)
PROJECTIONS: Final[tuple[Projection, ...]] = (
    AWARD_VIEW,
    PAYMENT_VIEW,
    BATCH_VIEW,
    LINE_VIEW,
    LEDGER_VIEW,
    CALL_NAME_VIEW,
    SUPPORT,
    VISIT_VIEW,
)
REACTIONS: Final[tuple[Reaction, ...]] = ()
DUE: Final[dict[str, DueHandler]] = {**lapsing.DUE, **missing.DUE}
TEMPLATES: Final[tuple[Path, ...]] = tuple(
    _HERE / capability / "templates"
    for capability in ("awards", "payments", "ledger", "visits", "reports")
)


def register(app: Flask, api: Api) -> None:
    """Add the routes of these capabilities."""
    for part in (
        awards_api,
        payments_api,
        batches_api,
        statements_api,
        ledger_api,
        visits_api,
        reports_api,
    ):
        api.register_blueprint(part.blueprint)
    for pages in (
        awards_pages,
        payments_pages,
        batches_pages,
        statements_pages,
        ledger_pages,
        visits_pages,
        reports_pages,
        behind_pages,
    ):
        app.register_blueprint(pages.blueprint)
