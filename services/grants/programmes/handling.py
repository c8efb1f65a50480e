"""What people do with programmes, partners, donors and budget lines, for API and pages alike.

    perform(code, lambda work: create_programme(work, by=actor(), code=code, ...))

The work's context names the programme. Whoever may act was asked before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import RowMapping

from services.grants.programmes import views
from services.grants.programmes.budget_line import (
    BUDGET_LINE,
    CloseBudgetLine,
    OpenBudgetLine,
    ReviseBudgetLine,
)
from services.grants.programmes.donor import DONOR, Active, AddDonor, RemoveDonor, RenameDonor
from services.grants.programmes.partner import (
    PARTNER,
    AddPartner,
    RemovePartner,
    RenamePartner,
)
from services.grants.programmes.programme import (
    PROGRAMME,
    AddCurrency,
    ChangeRegions,
    CloseHistory,
    CloseProgramme,
    NoProgramme,
    OpenProgramme,
    RenameProgramme,
    Running,
)
from services.grants.programmes.region import Region
from services.grants.programmes.wording import CODE_LENGTH_MAX
from shared.errors import Invalid, Missing, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import derived, is_identifier
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service


def programme_row(code: str) -> RowMapping:
    """The programme's row. Raises Missing when there is none."""
    with service().database.reading() as connection:
        return _found(views.programme(connection, code) if is_code(code) else None, "programme")


def is_code(text: str) -> bool:
    """Whether a programme may have this code; databases refuse to look for some other texts."""
    return _CODE.fullmatch(text) is not None


def partner_row(partner_id: str, permission: str) -> RowMapping:
    """A partner for those who have the permission in its programme."""
    with service().database.reading() as connection:
        row = views.partner(connection, partner_id) if is_identifier(partner_id) else None
    row = _found(row, "partner")
    ensure(permission, row["programme"], missing=_missing("partner"))
    return row


def donor_row(donor_id: str, permission: str) -> RowMapping:
    """A donor for those who have the permission in its programme."""
    with service().database.reading() as connection:
        row = views.donor(connection, donor_id) if is_identifier(donor_id) else None
    row = _found(row, "donor")
    ensure(permission, row["programme"], missing=_missing("donor"))
    return row


def budget_line_row(budget_line_id: str, permission: str) -> RowMapping:
    """A budget line for those who have the permission in its programme."""
    with service().database.reading() as connection:
        row = None
        if is_identifier(budget_line_id):
            row = views.budget_line(connection, budget_line_id)
    row = _found(row, "budget-line")
    ensure(permission, row["programme"], missing=_missing("budget-line"))
    return row


_CODE: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{CODE_LENGTH_MAX}}}")
_MISSING: Final = {
    "programme": N_("There is no such programme."),
    "partner": N_("There is no such partner."),
    "donor": N_("There is no such donor."),
    "budget-line": N_("There is no such budget line."),
}


def _found(row: RowMapping | None, what: str) -> RowMapping:
    if row is None:
        raise _missing(what)
    return row


def _missing(what: str) -> Missing:
    return Missing(f"{what}-missing", _MISSING[what])


def running(work: Work) -> Running:
    """The programme that the work is about. Raises Missing, or Refused when it has ended."""
    state = work.load(PROGRAMME, derived("programme", work.context.programme))
    match state:
        case Running():
            return state
        case NoProgramme():
            raise Missing("programme-missing", N_("There is no such programme."))
        case _:
            raise Refused("programme-closed", N_("The programme has ended."))


def check_currency(programme: Running, currency: str) -> None:
    """Raise Invalid unless the programme keeps money in this currency."""
    if currency not in programme.currencies:
        raise Invalid(
            "currency-not-kept",
            N_("The programme keeps money in: {currencies}."),
            currencies=", ".join(programme.currencies),
        )


def create_programme(
    work: Work, *, by: str, name: str, regions: Sequence[Region], currencies: Sequence[str]
) -> Answer:
    """Open the programme whose code the work's context has; 201."""
    code = work.context.programme
    programme_id = derived("programme", code)
    command = OpenProgramme(
        by=by,
        now=work.now,
        programme_id=programme_id,
        code=code,
        name=name,
        regions=tuple(regions),
        currencies=tuple(currencies),
    )
    work.decide(PROGRAMME, programme_id, command)
    return _programme_receipt(work, status=201)


def change_programme(
    work: Work,
    *,
    by: str,
    version: int,
    name: str | None = None,
    regions: Sequence[Region] | None = None,
    add_currencies: Sequence[str] = (),
) -> Answer:
    """Another name, other regions, more currencies: what is given, in one append."""
    programme_id = derived("programme", work.context.programme)
    running(work)
    work.expect(PROGRAMME, programme_id, version)
    if name is not None:
        work.decide(PROGRAMME, programme_id, RenameProgramme(by=by, now=work.now, name=name))
    if regions is not None:
        command = ChangeRegions(by=by, now=work.now, regions=tuple(regions))
        work.decide(PROGRAMME, programme_id, command)
    for currency in add_currencies:
        added = AddCurrency(by=by, now=work.now, currency=currency)
        work.decide(PROGRAMME, programme_id, added)
    return _programme_receipt(work)


def close_history(work: Work, *, by: str, version: int, reason: str) -> Answer:
    """Close the permission to bring the past in, for good."""
    programme_id = derived("programme", work.context.programme)
    running(work)
    work.expect(PROGRAMME, programme_id, version)
    work.decide(PROGRAMME, programme_id, CloseHistory(by=by, now=work.now, reason=reason))
    return _programme_receipt(work)


def end_programme(work: Work, *, by: str, version: int, reason: str) -> Answer:
    """End the programme."""
    programme_id = derived("programme", work.context.programme)
    running(work)
    work.expect(PROGRAMME, programme_id, version)
    work.decide(PROGRAMME, programme_id, CloseProgramme(by=by, now=work.now, reason=reason))
    return _programme_receipt(work)


def _programme_receipt(work: Work, *, status: int = 200) -> Answer:
    code = work.context.programme
    location = f"/grants/programmes/{code}"
    return receipt(work, PROGRAMME, derived("programme", code), status=status, location=location)


def add_partner(work: Work, *, by: str, name: str, country: str) -> Answer:
    """A partner joins the programme; 201."""
    running(work)
    partner_id = work.new_id()
    command = AddPartner(by=by, now=work.now, partner_id=partner_id, name=name, country=country)
    work.decide(PARTNER, partner_id, command)
    return receipt(work, PARTNER, partner_id, status=201, location=_home(work, "partners"))


def rename_partner(work: Work, partner_id: str, *, by: str, version: int, name: str) -> Answer:
    """Give a partner another name."""
    work.expect(PARTNER, partner_id, version)
    work.decide(PARTNER, partner_id, RenamePartner(by=by, now=work.now, name=name))
    return receipt(work, PARTNER, partner_id, location=_home(work, "partners"))


def remove_partner(work: Work, partner_id: str, *, by: str, version: int, reason: str) -> Answer:
    """A partner takes part no more."""
    work.expect(PARTNER, partner_id, version)
    work.decide(PARTNER, partner_id, RemovePartner(by=by, now=work.now, reason=reason))
    return receipt(work, PARTNER, partner_id, location=_home(work, "partners"))


def add_donor(work: Work, *, by: str, name: str, country: str) -> Answer:
    """A donor joins the programme; 201."""
    running(work)
    donor_id = work.new_id()
    command = AddDonor(by=by, now=work.now, donor_id=donor_id, name=name, country=country)
    work.decide(DONOR, donor_id, command)
    return receipt(work, DONOR, donor_id, status=201, location=_home(work, "donors"))


def rename_donor(work: Work, donor_id: str, *, by: str, version: int, name: str) -> Answer:
    """Give a donor another name."""
    work.expect(DONOR, donor_id, version)
    work.decide(DONOR, donor_id, RenameDonor(by=by, now=work.now, name=name))
    return receipt(work, DONOR, donor_id, location=_home(work, "donors"))


def remove_donor(work: Work, donor_id: str, *, by: str, version: int, reason: str) -> Answer:
    """A donor takes part no more."""
    work.expect(DONOR, donor_id, version)
    work.decide(DONOR, donor_id, RemoveDonor(by=by, now=work.now, reason=reason))
    return receipt(work, DONOR, donor_id, location=_home(work, "donors"))


def open_budget_line(
    work: Work, *, by: str, donor_id: str, code: str, name: str, budget: Money
) -> Answer:
    """Open a line for a donor's money, in a currency of the programme, under a new code; 201."""
    check_currency(running(work), budget.currency)
    row = views.donor(work.connection, donor_id) if is_identifier(donor_id) else None
    known = row is not None and row["programme"] == work.context.programme
    if not known or not isinstance(work.load(DONOR, donor_id), Active):
        raise Invalid("donor-unknown", N_("Choose a donor who takes part in this programme."))
    line_id = work.new_id()
    command = OpenBudgetLine(
        by=by,
        now=work.now,
        budget_line_id=line_id,
        donor_id=donor_id,
        code=code,
        name=name,
        budget=budget,
    )
    work.decide(BUDGET_LINE, line_id, command)
    taken = N_("Another budget line of this programme has this code.")
    stream = BUDGET_LINE.stream(line_id)
    work.claim(Claim("budget-line-code", code, stream, "budget-line-code-taken", taken))
    return receipt(work, BUDGET_LINE, line_id, status=201, location=_home(work, "budget-lines"))


def revise_budget_line(
    work: Work, budget_line_id: str, *, by: str, version: int, budget: Money, reason: str
) -> Answer:
    """Give a line another amount, whole."""
    work.expect(BUDGET_LINE, budget_line_id, version)
    command = ReviseBudgetLine(by=by, now=work.now, budget=budget, reason=reason)
    work.decide(BUDGET_LINE, budget_line_id, command)
    return receipt(work, BUDGET_LINE, budget_line_id, location=_home(work, "budget-lines"))


def close_budget_line(
    work: Work, budget_line_id: str, *, by: str, version: int, reason: str
) -> Answer:
    """Close a line."""
    work.expect(BUDGET_LINE, budget_line_id, version)
    command = CloseBudgetLine(by=by, now=work.now, reason=reason)
    work.decide(BUDGET_LINE, budget_line_id, command)
    return receipt(work, BUDGET_LINE, budget_line_id, location=_home(work, "budget-lines"))


def _home(work: Work, part: str) -> str:
    return f"/grants/programmes/{work.context.programme}#{part}"
