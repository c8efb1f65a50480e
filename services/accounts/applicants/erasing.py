"""Ends the account of an applicant whose identity was erased: nobody is left to sign in.

end_accounts(service, {"0192…"}, {Kind("identity")})   # closes it, unless another one stays
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from services.accounts.applicants.people import APPLICANTS, PEOPLE
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import CloseAccount
from services.accounts.staff.views import ACCOUNTS
from shared.events.work import Work
from shared.privacy.erasing import Kind
from shared.privacy.erasures import Erasing
from shared.service import INSTALLATION_WIDE, Service

CLOSED: Final = "closed"


def end_accounts(service: Service, owners: frozenset[str], kinds: frozenset[Kind]) -> int:
    """Close the accounts of people of whom no registration with an identity is left."""
    if Kind("identity") not in kinds:
        return 0
    with service.database.reading() as connection:
        accounts = _accounts(connection, owners)
    for account_id in accounts:

        def close(work: Work, account_id: str = account_id) -> None:
            command = CloseAccount(by=work.context.actor, now=work.now, account_id=account_id)
            work.decide(ACCOUNT, account_id, command)

        context = service.system_context(INSTALLATION_WIDE, cause=account_id)
        service.transact(context, close)
    # These are no files: what was closed is on record in the accounts' own streams.
    return 0


def _accounts(connection: Connection, owners: frozenset[str]) -> list[str]:
    people = set(
        connection.execute(
            select(PEOPLE.c.person_id).where(PEOPLE.c.registration_id.in_(sorted(owners)))
        ).scalars()
    )
    staying = set(
        connection.execute(
            select(PEOPLE.c.person_id).where(
                PEOPLE.c.person_id.in_(sorted(people)),
                PEOPLE.c.registration_id.not_in(sorted(owners)),
                PEOPLE.c.full_name.is_not(None),
            )
        ).scalars()
    )
    query = (
        select(APPLICANTS.c.account_id)
        .join(ACCOUNTS, ACCOUNTS.c.account_id == APPLICANTS.c.account_id)
        .where(APPLICANTS.c.person_id.in_(sorted(people - staying)), ACCOUNTS.c.standing != CLOSED)
    )
    return list(connection.execute(query.order_by(APPLICANTS.c.account_id)).scalars())


ERASING: Final = Erasing("accounts", beside=end_accounts)
