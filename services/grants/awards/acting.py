"""One step of a person on one record: found, allowed, for the version that was seen, then done.

    step = award_step(award_id, "grants.awards.suspend")
    perform(step.programme, lambda work: step.take(work, suspend_award, ground=..., note=None))

The API and the pages take the same steps. Payments, batches and statement lines use ``Step`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from services.grants.awards.award import AWARD
from services.grants.awards.views import one_award
from services.grants.payments import account_number as account_numbers
from shared.access.accesses import record_read
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Invalid, Missing
from shared.events.decider import Decider
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import Answer, actor, receipt, service
from shared.web.etag import required_version


@dataclass(frozen=True, kw_only=True)
class Step:
    """Who acts on which record, and the version that they saw. ``location``: the record's page."""

    decider: Decider[Any]
    identifier: str
    programme: str
    by: str
    version: int
    location: str

    def take(self, work: Work, do: Callable[..., object], **facts: Any) -> Answer:
        """Do it in this work. Raises Stale when the record has moved on since."""
        work.expect(self.decider, self.identifier, self.version)
        do(work, self.identifier, by=self.by, **facts)
        return receipt(work, self.decider, self.identifier, location=self.location)


def award_of(award_id: str, permission: str) -> Row[Any]:
    """The award, for those who have the permission in its programme. Raises Missing, Forbidden."""
    found = None
    if is_identifier(award_id):
        with service().database.reading() as connection:
            found = one_award(connection, award_id)
    missing = Missing("award-missing", N_("There is no such award."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    return found


def award_step(award_id: str, permission: str) -> Step:
    """A step on an award, made for the version in the request."""
    row = award_of(award_id, permission)
    return Step(
        decider=AWARD,
        identifier=award_id,
        programme=row.programme,
        by=actor(),
        version=required_version(),
        location=f"/grants/awards/{award_id}",
    )


def tranche_number(text: str) -> int:
    """The number of a tranche as an address has it. Raises Missing for what is no number."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) >= 1):
        raise Missing("tranche-missing", N_("There is no such tranche."))
    return int(text)


def reach(permission: str) -> Collection[str] | None:
    """The programmes in which the reader has a permission; None for all of them."""
    programmes = signed_in().programmes(permission)
    return None if EVERY_PROGRAMME in programmes else programmes


def reads_accounts(programme: str) -> bool:
    """Whether account numbers of the programme are shown to the reader."""
    return may(signed_in(), "grants.bank_accounts.read", programme)


def account_shown(row: Row[Any], *, whole: bool) -> str | None:
    """The payee's account as the country writes it, or its last digits behind dots."""
    if row.account_number is None:
        return None
    if not whole:
        return account_numbers.masked(row.account_number)
    try:
        return account_numbers.read(row.account_number).formatted
    except Invalid:
        # What came from before need not pass today's check; it is shown as it is.
        return str(row.account_number)


def note_names_read(rows: Iterable[Row[Any]], *, subject: str) -> None:
    """Names of grantees are about to be shown in a list: one record for each programme."""
    for programme in sorted({row.programme for row in rows}):
        note_read("names", subject=subject, programme=programme)


def note_read(what: str, *, subject: str, programme: str) -> None:
    """Personal data of a record are about to be shown."""
    record_read(
        service(),
        signed_in(),
        what=what,
        subject=subject,
        programme=programme,
        correlation=correlation_id(),
    )
