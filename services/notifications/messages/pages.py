"""Pages of messages: the inbox, people to tell, mail that did not arrive.

GET  /notifications/                 the reader's own messages, unread first
GET  /notifications/messages/<id>    one of them
GET  /notifications/people           whom to tell by phone or face to face
GET  /notifications/deliveries       what did not arrive
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.addresses import address_of
from services.notifications.messages import acting, views
from services.notifications.messages.rendering import ROLES, words
from services.notifications.messages.views import Recipient, Shown
from shared.access.accesses import record_read
from shared.access.reader import may
from shared.errors import Invalid
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.app import correlation_id
from shared.web.commands import Answer, actor, context, perform_page, service
from shared.web.etag import required_version
from shared.web.language import language, say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

READ_AT_ONCE_MAX: Final = 200
CHANNELS: Final = {
    "inbox": N_("Inbox"),
    "mail": N_("E-mail"),
    "person": N_("By an officer"),
    "sms": N_("Text message"),
}
GROUNDS: Final = {
    "no_address": N_("There is no address."),
    "refused": N_("The server of the recipient refused it."),
    "given_up": N_("It was tried until it was too late."),
    "not_reached": N_("The person could not be reached."),
}
MEANS: Final = {
    "phone": N_("By phone"),
    "in_person": N_("Face to face"),
    "letter": N_("By letter"),
}
ALL_MEANS: Final = {**MEANS, "inbox": N_("Read it in the inbox")}


KIND_WORDS: Final = {
    "account_changed": N_("A change to somebody's account"),
    "account_invited": N_("An invitation"),
    "address_changed": N_("A changed e-mail address"),
    "factor_added": N_("A new second factor"),
    "contact_changed": N_("A changed phone or address"),
    "factor_removed": N_("A removed second factor"),
    "factors_reset": N_("Second factors taken away"),
    "link_shown": N_("A link that was shown"),
    "meeting_convened": N_("A meeting of the committee"),
    "password_changed": N_("A changed password"),
    "password_reset": N_("A link for a new password"),
    "provider_linked": N_("A linked organisation"),
    "role_given": N_("A role that somebody was given"),
    "sign_in_code": N_("A code to sign in by"),
    "sign_in_locked": N_("A locked sign-in"),
}

blueprint = Blueprint("messages", __name__, url_prefix="/notifications")


@blueprint.get("/")
@requires("notifications.inbox.read")
def inbox() -> ResponseReturnValue:
    """The reader's own messages."""
    mine, page = Recipient.of(signed_in()), _page()
    with service().database.reading() as connection:
        rows = views.inbox(
            connection,
            mine,
            limit=page.limit + 1,
            after=page.after(int, datetime, str),
        )
        unread = views.unread(connection, mine)
    answer = page.answer(rows, views.inbox_key)
    return render_template(
        "notifications/messages/inbox.html",
        messages=[_said(row) for row in answer["items"]],
        unread=unread,
        following=url_for(".inbox", cursor=answer["next"]) if answer["next"] else "",
        key=Uuid7().new(),
        tells=may(signed_in(), "notifications.messages.read"),
        delivers=may(signed_in(), "notifications.deliveries.read"),
    )


@blueprint.get("/messages/<message_id>")
@requires("notifications.inbox.read")
def show(message_id: str) -> ResponseReturnValue:
    """One of the reader's own messages."""
    shown = acting.mine(signed_in(), message_id)
    return render_template(
        "notifications/messages/message.html", message=_said(shown), key=Uuid7().new()
    )


@blueprint.post("/messages/<message_id>/read")
@requires("notifications.inbox.write")
def read(message_id: str) -> ResponseReturnValue:
    """Note that it was opened."""
    reader = signed_in()
    shown = acting.mine(reader, message_id)
    return perform_page(shown.programme, lambda work: acting.read(work, reader, shown))


@blueprint.post("/read")
@requires("notifications.inbox.write")
def read_all() -> ResponseReturnValue:
    """Note that everything unread was opened, the newest two hundred at once."""
    reader = signed_in()
    with service().database.reading() as connection:
        rows = views.inbox(
            connection, Recipient.of(reader), limit=READ_AT_ONCE_MAX, unread_only=True
        )
    for programme in sorted({row.programme for row in rows}):
        of_it = [row for row in rows if row.programme == programme]

        def handler(work: Work, of_it: list[Shown] = of_it) -> None:
            for shown in of_it:
                acting.read(work, reader, shown)

        service().transact(context(programme), handler)
    return redirect(url_for(".inbox"), 303)


@blueprint.get("/people")
@requires("notifications.messages.read")
def people() -> ResponseReturnValue:
    """Whom an officer is to tell something."""
    page, reader = _page(), signed_in()
    state = request.args.get("state", "waiting")
    state = state if state in ("waiting", "sent", "failed") else "waiting"
    with service().database.reading() as connection:
        rows = views.messages(
            connection,
            reader.programmes("notifications.messages.read"),
            limit=page.limit + 1,
            channel="person",
            state=state,
            after=page.after(datetime, str),
        )
    answer = page.answer(rows, views.list_key)
    for programme in sorted({row.programme for row in answer["items"]}):
        record_read(
            service(),
            reader,
            what="names_and_phones",
            subject="/notifications/people",
            programme=programme,
            correlation=correlation_id(),
        )
    return render_template(
        "notifications/messages/people.html",
        messages=[_said(row, code=row.language) for row in answer["items"]],
        state=state,
        means={code: say(text) for code, text in MEANS.items()},
        all_means={code: say(text) for code, text in ALL_MEANS.items()},
        grounds={code: say(text) for code, text in GROUNDS.items()},
        may_send=may(reader, "notifications.messages.send"),
        following=url_for(".people", state=state, cursor=answer["next"]) if answer["next"] else "",
        key=Uuid7().new(),
    )


@blueprint.post("/people/<message_id>")
@requires("notifications.messages.send")
def tell(message_id: str) -> ResponseReturnValue:
    """Note how a person was told, or that they could not be reached."""
    shown = acting.of_programme(message_id, "notifications.messages.send")
    by, version, means = actor(), required_version(), request.form.get("means", "")
    if means not in (*MEANS, "not_reached"):
        raise Invalid("means-missing", N_("Say how the person was told."))

    def handler(work: Work) -> Answer:
        if means == "not_reached":
            return acting.not_reached(work, message_id, by=by, ground=means, version=version)
        return acting.told(work, message_id, by=by, means=means, version=version)

    return perform_page(shown.programme, handler)


@blueprint.get("/deliveries")
@requires("notifications.deliveries.read")
def deliveries() -> ResponseReturnValue:
    """What did not arrive."""
    page, reader = _page(), signed_in()
    with service().database.reading() as connection:
        rows = views.messages(
            connection,
            reader.programmes("notifications.deliveries.read"),
            limit=page.limit + 1,
            state="failed",
            after=page.after(datetime, str),
        )
    answer = page.answer(rows, views.list_key)
    return render_template(
        "notifications/messages/deliveries.html",
        messages=answer["items"],
        subjects={row.message_id: _subject(row) for row in answer["items"]},
        channels={code: say(text) for code, text in CHANNELS.items()},
        grounds={code: say(text) for code, text in GROUNDS.items()},
        may_retry=may(reader, "notifications.deliveries.retry"),
        following=url_for(".deliveries", cursor=answer["next"]) if answer["next"] else "",
        key=Uuid7().new(),
    )


@blueprint.post("/deliveries/<message_id>/again")
@requires("notifications.deliveries.retry")
def again(message_id: str) -> ResponseReturnValue:
    """Try it again."""
    shown = acting.of_programme(message_id, "notifications.deliveries.retry")
    by, version = actor(), required_version()
    return perform_page(
        shown.programme, lambda work: acting.again(work, message_id, by=by, version=version)
    )


def _page() -> PageRequest:
    return PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)


def _said(shown: Shown, *, code: str = "") -> dict[str, Any]:
    """A message with its words; for a person to be told, in the person's language."""
    said = words(shown.kind, shown.facts, code or language())
    role = ROLES.get(shown.recipient_id) if shown.recipient_kind == "role" else None
    return {
        "row": shown,
        "subject": said.subject,
        "paragraphs": said.paragraphs,
        "href": address_of(shown.about) or "",
        "role": say(role) if role else "",
    }


def _subject(shown: Shown) -> str:
    """What the mail was about: an administrator sees no person's facts, only the kind of message.

    The kind's words are filled with nothing, so that no name or number shows.
    """
    return say(KIND_WORDS.get(shown.kind, N_("A message")))
