"""The composition root of notifications: what the service is made of, and its application.

service = Service.open(definition(), Settings.from_environment())
app = create(service)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.navigation import navigation
from services.notifications import held
from services.notifications.account_changes import CHANGES_REACTION
from services.notifications.changed_contacts import CONTACT_REACTION
from services.notifications.channels.mail.checkpoints import (
    CHECKPOINTS_KIND,
    CHECKPOINTS_REACTION,
    send_checkpoints_due,
)
from services.notifications.channels.mail.scheduling import GIVE_UP_KIND, MAIL_KIND
from services.notifications.channels.mail.sending import send_due
from services.notifications.channels.settling import give_up_due
from services.notifications.channels.sms import sending as sms
from services.notifications.channels.sms.scheduling import SMS_GIVE_UP_KIND, SMS_KIND
from services.notifications.contacts.views import CONTACTS
from services.notifications.erasing import ERASING
from services.notifications.messages import api, pages
from services.notifications.messages.message import MESSAGE
from services.notifications.messages.views import MESSAGE_LIST
from services.notifications.news_due import NEWS_REACTION
from services.notifications.reactions import REACTION
from services.notifications.second_factors import FACTORS_REACTION
from services.notifications.sign_in_codes import CODE_REACTION
from services.notifications.waiting_erasures import WAITING_REACTION
from shared.access.accesses import access_events
from shared.access.revocations import revocations
from shared.log.rotating import log_events
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

HERE: Final = Path(__file__).parent


def definition() -> Definition:
    """What notifications is made of."""
    return Definition(
        name="notifications",
        deciders=(MESSAGE,),
        events=(*access_events("notifications"), *log_events("notifications"), *ERASING.events),
        projections=(MESSAGE_LIST, *CONTACTS, revocations()),
        reactions=(
            REACTION,
            CODE_REACTION,
            FACTORS_REACTION,
            CHANGES_REACTION,
            CONTACT_REACTION,
            WAITING_REACTION,
            NEWS_REACTION,
            CHECKPOINTS_REACTION,
            ERASING.reaction,
        ),
        due={
            MAIL_KIND: send_due,
            GIVE_UP_KIND: give_up_due,
            SMS_KIND: sms.send_due,
            SMS_GIVE_UP_KIND: give_up_due,
            CHECKPOINTS_KIND: send_checkpoints_due,
            **ERASING.due,
        },
    )


def create(service: Service) -> Flask:
    """The service's application: pages and the JSON interface."""
    app, interface = open_app(
        service,
        title="Notifications",
        description="Messages to people: inboxes, people to tell, deliveries.",
        templates=(HERE / "messages" / "templates",),
        navigation=navigation,
    )
    interface.register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(held.pages())
    return finish(app)
