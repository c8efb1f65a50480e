"""The composition root of accounts: what the service is made of, and its application.

service = Service.open(definition(), Settings.from_environment())
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.accounts import held
from services.accounts.applicants import pages as applicants_pages
from services.accounts.applicants import people as applicants
from services.accounts.applicants.ending import ENDING_REACTION
from services.accounts.applicants.erasing import ERASING
from services.accounts.applicants.sign_in_code import SIGN_IN_CODE
from services.accounts.factors import api as factors_api
from services.accounts.factors import pages as factors_pages
from services.accounts.factors import proving_pages
from services.accounts.factors.factors import FACTORS
from services.accounts.foreign import KNOWN_PROGRAMMES
from services.accounts.passkeys import pages as passkeys_pages
from services.accounts.passkeys.ceremonies import relying_party
from services.accounts.passkeys.passkeys import PASSKEYS
from services.accounts.programs import api as programs_api
from services.accounts.programs import pages as programs_pages
from services.accounts.programs.program_key import PROGRAM_KEY
from services.accounts.programs.views import KEYS
from services.accounts.providers import pages as providers_pages
from services.accounts.providers.configuring import read as read_providers
from services.accounts.providers.provider_link import PROVIDER_LINK
from services.accounts.providers.views import PROVIDER_LINKS
from services.accounts.resetting import asking, links
from services.accounts.resetting import pages as resetting_pages
from services.accounts.sessions import api as sessions_api
from services.accounts.sessions import pages as sessions_pages
from services.accounts.sessions import uses
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from services.accounts.signing import rotating
from services.accounts.signing.rotating import SIGNING_EVENTS
from services.accounts.staff import api as staff_api
from services.accounts.staff import pages as staff_pages
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_events import (
    Closed,
    HoldLifted,
    HoldPlaced,
    Reinstated,
    RoleRevoked,
    SessionRevoked,
    Suspended,
)
from services.accounts.staff.views import PROJECTIONS
from services.accounts.standing import api as standing_api
from services.accounts.standing import pages as standing_pages
from services.accounts.throttling import tries
from services.accounts.watching import api as watching_api
from services.accounts.watching import pages as watching_pages
from services.accounts.work import pages as work_pages
from services.navigation import navigation
from shared.access.accesses import access_events
from shared.access.keys import PublicKeys
from shared.access.revocations import Events, revocations
from shared.access.wording import ROLE_WORDS
from shared.log.rotating import log_events
from shared.log.watching.alarms import alarms_of
from shared.service import Definition, Service
from shared.web.composing import finish, open_app, token_keys, token_signer
from shared.web.language import say

FOLLOWED: Final = ("audit",)
"""The one log that audit cannot watch itself."""

ALARMS: Final = alarms_of("accounts")
REVOKING: Final = Events(
    SessionRevoked, Suspended, Reinstated, Closed, changes=(RoleRevoked, HoldPlaced, HoldLifted)
)
HERE: Final = Path(__file__).parent
TEMPLATES: Final = tuple(
    HERE / name / "templates"
    for name in (
        "programs",
        "providers",
        "staff",
        "sessions",
        "applicants",
        "passkeys",
        "factors",
        "resetting",
        "standing",
        "work",
    )
)


def definition() -> Definition:
    """What accounts is made of."""
    return Definition(
        name="accounts",
        deciders=(
            ACCOUNT,
            PROGRAM_KEY,
            PROVIDER_LINK,
            SIGN_IN_CODE,
            PASSKEYS,
            FACTORS,
            ALARMS.decider,
        ),
        events=(
            *access_events("accounts"),
            *log_events("accounts"),
            *SIGNING_EVENTS,
            *ERASING.events,
        ),
        projections=(
            *PROJECTIONS,
            KEYS,
            PROVIDER_LINKS,
            *applicants.PROJECTIONS,
            KNOWN_PROGRAMMES,
            ALARMS.projection,
            revocations(REVOKING),
        ),
        reactions=(ERASING.reaction, ENDING_REACTION),
        follows=FOLLOWED,
        due={
            **ERASING.due,
            tries.PURGE_KIND: tries.purge,
            uses.PURGE_KIND: uses.purge_uses,
            links.PURGE_KIND: links.purge,
            asking.ASKED_KIND: asking.send_asked,
            rotating.DUE_KIND: rotating.rotate_due,
        },
        daily=(tries.PURGE_KIND, links.PURGE_KIND, uses.PURGE_KIND, rotating.DUE_KIND),
    )


def create(service: Service) -> Flask:
    """The service's application: pages and the JSON interface."""
    # The key is published first: the application reads the public halves while it opens.
    signer = token_signer(service)
    app, api = open_app(
        service,
        title="Accounts",
        description="Staff and programs: accounts, roles, sessions, tokens.",
        templates=TEMPLATES,
        navigation=navigation,
    )
    app.extensions[EXTENSION] = SignInDesk(
        service, signer, PublicKeys(token_keys(service.settings).public)
    )
    app.extensions[providers_pages.EXTENSION] = providers_pages.talks(
        read_providers(service.settings.providers), service.settings.public_url, service.clock
    )
    app.jinja_env.globals["sign_in_providers"] = providers_pages.offered
    app.jinja_env.globals["role_words"] = lambda role: say(ROLE_WORDS[str(role)], {})
    app.jinja_env.globals["passkey_party"] = lambda: relying_party(service.settings.public_url)
    for routes in (sessions_api, programs_api, factors_api, staff_api, standing_api, watching_api):
        api.register_blueprint(routes.blueprint)
    for pages in (
        work_pages,
        programs_pages,
        providers_pages,
        sessions_pages,
        applicants_pages,
        passkeys_pages,
        factors_pages,
        proving_pages,
        resetting_pages,
        staff_pages,
        standing_pages,
        watching_pages,
    ):
        app.register_blueprint(pages.blueprint)
    app.register_blueprint(held.pages())
    return finish(app)
