"""What the grants service is made of: calls, applications, the committee, and the money after it.

service = Service.open(definition(), settings)
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.grants import erasing, foreign, money_parts, staff
from services.grants.applications import api as applications_api
from services.grants.applications import pages as applications_pages
from services.grants.applications import views as application_views
from services.grants.applications.application import APPLICATION
from services.grants.applications.reactions import FOLLOWING
from services.grants.calls import api as calls_api
from services.grants.calls import closing
from services.grants.calls import pages as calls_pages
from services.grants.calls import views as call_views
from services.grants.calls.budget import BUDGET
from services.grants.calls.call import CALL
from services.grants.committee import api as meetings_api
from services.grants.committee import pages as meetings_pages
from services.grants.committee import sheets_api, sheets_pages
from services.grants.committee import views as committee_views
from services.grants.committee.meeting import MEETING
from services.grants.committee.review import REVIEW
from services.grants.own import held
from services.grants.own import pages as own_pages
from services.grants.programmes import api as programmes_api
from services.grants.programmes import pages as programmes_pages
from services.grants.programmes import views as programme_views
from services.grants.programmes.budget_line import BUDGET_LINE
from services.grants.programmes.donor import DONOR
from services.grants.programmes.partner import PARTNER
from services.grants.programmes.programme import PROGRAMME
from services.navigation import navigation
from shared.access.accesses import access_events
from shared.access.revocations import revocations
from shared.log.rotating import log_events
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

_HERE: Final = Path(__file__).parent
_CAPABILITIES: Final = ("programmes", "calls", "applications", "committee", "own")
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
        events=(*access_events("grants"), *log_events("grants"), *erasing.ERASING.events),
        projections=(
            revocations(),
            foreign.PEOPLE,
            programme_views.PROGRAMME_LIST,
            call_views.CALL_LIST,
            call_views.BUDGET_LIST,
            application_views.APPLICATION_LIST,
            committee_views.REVIEW_LIST,
            committee_views.MEETING_LIST,
            staff.STAFF_NAMES,
            *money_parts.PROJECTIONS,
        ),
        reactions=(*money_parts.REACTIONS, FOLLOWING, erasing.ERASING.reaction),
        due={**closing.DUE, **money_parts.DUE, **erasing.ERASING.due},
    )


def create(service: Service) -> Flask:
    """The application with every route of grants."""
    app, api = open_app(
        service,
        title=_TITLE,
        description="Calls, applications, the committee, awards, payments, visits, reports.",
        templates=[_HERE / name / "templates" for name in _CAPABILITIES] + [*money_parts.TEMPLATES],
        navigation=navigation,
    )
    for part in (programmes_api, calls_api, applications_api, sheets_api, meetings_api):
        api.register_blueprint(part.blueprint)
    for pages in (
        programmes_pages,
        calls_pages,
        applications_pages,
        sheets_pages,
        meetings_pages,
        own_pages,
    ):
        app.register_blueprint(pages.blueprint)
    money_parts.register(app, api)
    app.register_blueprint(held.pages())
    return finish(app)
