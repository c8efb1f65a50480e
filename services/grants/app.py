"""What the grants service is made of: calls, applications, the committee, and the money after it.

service = Service.open(definition(), settings)
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.grants import foreign, money_parts
from services.grants.applications import views as application_views
from services.grants.applications.application import APPLICATION
from services.grants.calls import views as call_views
from services.grants.calls.budget import BUDGET
from services.grants.calls.call import CALL
from services.grants.committee import views as committee_views
from services.grants.committee.meeting import MEETING
from services.grants.committee.review import REVIEW
from services.grants.programmes import views as programme_views
from services.grants.programmes.budget_line import BUDGET_LINE
from services.grants.programmes.donor import DONOR
from services.grants.programmes.partner import PARTNER
from services.grants.programmes.programme import PROGRAMME
from services.navigation import navigation
from shared.access.revocations import revocations
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

_HERE: Final = Path(__file__).parent
_CAPABILITIES: Final = ("programmes", "calls", "applications", "committee")
_TITLE: Final = "Grants"


def definition() -> Definition:
    """Deciders, read models and reactions of grants."""
    return Definition(
        name="grants",
        deciders=(
            PROGRAMME,
            PARTNER,
            DONOR,
            BUDGET_LINE,
            CALL,
            BUDGET,
            APPLICATION,
            REVIEW,
            MEETING,
            *money_parts.DECIDERS,
        ),
        projections=(
            revocations(),
            foreign.PEOPLE,
            programme_views.PROGRAMME_LIST,
            call_views.CALL_LIST,
            call_views.BUDGET_LIST,
            application_views.APPLICATION_LIST,
            committee_views.REVIEW_LIST,
            committee_views.MEETING_LIST,
            *money_parts.PROJECTIONS,
        ),
        reactions=money_parts.REACTIONS,
    )


def create(service: Service) -> Flask:
    """The application with every route of grants."""
    app, api = open_app(
        service,
        title=_TITLE,
        templates=[_HERE / name / "templates" for name in _CAPABILITIES],
        navigation=navigation,
    )
    money_parts.register(app, api)
    return finish(app)
