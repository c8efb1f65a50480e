"""The first page of whoever is signed in: "My work".

GET /accounts/  →  for each role held, what can be done next
"""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.accounts.factors.asking import factor_missing
from services.accounts.staff.views import find_account, is_held
from services.accounts.staff.wording import HOLD_WORDS
from services.accounts.work.tasks import TASKS
from shared.access.roles import EVERY_PROGRAMME, SIGNED_IN, Role
from shared.web.access import requires, signed_in
from shared.web.commands import service

blueprint = Blueprint("work", __name__, url_prefix="/accounts")


@blueprint.get("/")
@requires(SIGNED_IN)
def home() -> ResponseReturnValue:
    """What the reader's roles can do next; an empty state when they hold none."""
    reader = signed_in()
    if reader.roles_in(None) == {Role.applicant}:
        return render_template("accounts/work/applicant.html", tasks=TASKS["applicant"])
    with service().database.reading() as connection:
        account = find_account(connection, reader.account_id)
    held = sorted(reader.roles, key=lambda grant: list(TASKS).index(grant.role))
    sections = [
        {
            "role": role,
            "programmes": [one.programme for one in grants if one.programme != EVERY_PROGRAMME],
            "tasks": TASKS[role],
        }
        for role, grants in groupby(held, key=lambda grant: grant.role.value)
    ]
    return render_template(
        "accounts/work/home.html",
        sections=sections,
        factor_missing=factor_missing(reader),
        account=account,
        held=is_held(account, service().clock.now()),
        hold_words=HOLD_WORDS,
    )
