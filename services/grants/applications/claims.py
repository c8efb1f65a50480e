"""What an application holds in its programme: its number, and its person's one place in the call.

    number = next_number(work, call)
    claim_number(work, number, application_id)
    work.claim(only_one(call_id, person_id, application_id))     second-application (409) when taken

A place is taken when an application is begun, given back when it is withdrawn, lapses or is found
not eligible, and taken again when it is let through all the same.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_state import Whose
from services.grants.applications.views import APPLICATIONS
from services.grants.calls.call import Held
from shared.events.append import Claim
from shared.events.tables import CLAIMS
from shared.events.work import Work
from shared.language.marking import N_

PLACE: Final = "application-of-person"
NUMBER_TAKEN: Final = "application-number-taken"
CODE_LENGTH_MAX: Final = 30
SECOND: Final = N_("This person has an application in this call already.")


def next_number(work: Work, call: Held) -> str:
    """The next free number, such as ``RS-2026-0001``; also of those that came from before."""
    here = APPLICATIONS.c.programme == work.context.programme
    rows = select(func.count()).where(APPLICATIONS.c.call_id == call.call_id)
    count = work.connection.execute(rows).scalar_one()
    while True:
        count += 1
        number = f"{call.code[:CODE_LENGTH_MAX]}-{count:04d}"
        taken = select(APPLICATIONS.c.application_id).where(
            here, APPLICATIONS.c.application_no == number
        )
        if work.connection.execute(taken).first() is None:
            return number


def claim_number(work: Work, number: str, application_id: str) -> None:
    """Take the number; ``application-number-taken`` (409) when somebody was faster."""
    stream = APPLICATION.stream(application_id)
    sentence = N_("Somebody else began an application at the same moment. Send it again.")
    work.claim(Claim("application-number", number, stream, NUMBER_TAKEN, sentence))


def only_one(call_id: str, person_id: str, application_id: str) -> Claim:
    """The person's one place in the call."""
    stream = APPLICATION.stream(application_id)
    value = f"{call_id}/{person_id}"
    return Claim(PLACE, value, stream, "second-application", SECOND)


def release(work: Work, whose: Whose) -> None:
    """Give the person's place in the call back, whoever's it was when it was taken."""
    for person_id in (whose.person_id, *whose.persons_before):
        work.release(only_one(whose.call_id, person_id, whose.application_id))


def follow(work: Work, whose: Whose) -> None:
    """Take the place of the person whose it is now in place of the one it was until now.

    Where that person has another application in the call, both keep theirs: the checks will find
    which one came second.
    """
    stream = APPLICATION.stream(whose.application_id)
    here = (CLAIMS.c.programme == work.context.programme) & (CLAIMS.c.kind == PLACE)
    held = set(
        work.connection.execute(select(CLAIMS.c.value).where(here, CLAIMS.c.stream == stream))
        .scalars()
        .all()
    )
    wanted = only_one(whose.call_id, whose.person_id, whose.application_id)
    taken = select(CLAIMS.c.stream).where(here, CLAIMS.c.value == wanted.value)
    if not held or work.connection.execute(taken).first() is not None:
        return
    release(work, whose)
    work.claim(wanted)
