"""Awards, payments and the people who pay them, for tests of money.

    award_id = offer(house, "A0001")
    people = People(house)
    sign(people, award_id)
    payment_id = schedule(people, award_id)

The people hold one role each; ``house.as_reader`` makes others. All are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.grants.awards.handling import offer_award
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Reserve
from shared.access.roles import Role
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money

from . import home
from .home import PROGRAMME, Asker, House

API = "/grants/api/v1"
ACCOUNT = "160376343260162414"
OTHER_ACCOUNT = "325534664733234760"
AMOUNT = Money(10_000_100, "RSD")
FIRST = "60000.60"
"""The first tranche of AMOUNT."""


@dataclass
class People:
    """Who acts: an officer, two finance officers, three controllers, an auditor."""

    house: House

    def _one(self, role: Role, account_id: str) -> Asker:
        return self.house.as_reader(role, account_id=account_id)

    @property
    def officer(self) -> Asker:
        return self._one(Role.programme_officer, "olga")

    @property
    def second_officer(self) -> Asker:
        return self._one(Role.programme_officer, "oto")

    @property
    def preparer(self) -> Asker:
        return self._one(Role.finance_officer, "petra")

    @property
    def controller(self) -> Asker:
        return self._one(Role.finance_controller, "klara")

    @property
    def second_controller(self) -> Asker:
        return self._one(Role.finance_controller, "karlo")

    @property
    def auditor(self) -> Asker:
        return self._one(Role.auditor, "ada")

    @property
    def trainer(self) -> Asker:
        return self._one(Role.trainer, "tea")


def offer(
    house: House,
    application_no: str = "A0001",
    *,
    amount: Money = AMOUNT,
    programme: str = PROGRAMME,
    percents: tuple[int, ...] = (60, 40),
) -> str:
    """An award whose money the call has reserved; its id."""
    call_id = derived("call", programme, "C-1")
    with house.service.database.reading() as connection:
        known, _ = house.service.store.stream(connection, f"call/{call_id}")
    if not known:
        home.open_call(house, programme=programme)
    application_id = derived("application", programme, application_no)

    def handler(work: Work) -> str:
        reserve = Reserve(by="chair", now=work.now, application_id=application_id, amount=amount)
        work.decide(BUDGET, call_id, reserve)
        return offer_award(
            work,
            by="chair",
            application_id=application_id,
            application_no=application_no,
            call_id=call_id,
            registration_id=derived("registration", programme, application_no),
            person_id=derived("person", programme, application_no),
            kind="start",
            amount=amount,
            tranche_percents=percents,
            zone="Europe/Belgrade",
        )

    return str(house.run(handler, programme=programme))


def version(asker: Asker, address: str) -> dict[str, str]:
    """If-Match for what the API shows at an address now."""
    shown = asker.get(f"{API}{address}")
    assert shown.status_code == 200, shown.text
    return {"If_Match": shown.headers["ETag"]}


def do(asker: Asker, address: str, act: str, json: Any = None) -> Any:
    """POST an act on the version that is there now."""
    record = address
    for part in ("/tranches/", "/lines/"):
        if part == "/tranches/" and part in record:
            record = record.split(part, 1)[0]
    return asker.post(f"{API}{address}/{act}", json, **version(asker, record))


def done(answer: Any) -> Any:
    """What an accepted request answered."""
    assert answer.status_code in (200, 201), answer.text
    return answer.get_json()


def code(answer: Any) -> str:
    """``403 same-person-authorises`` of a refusal."""
    return f"{answer.status_code} {answer.get_json()['type'].removeprefix('/problems/')}"


def sign(
    people: People, award_id: str, *, account: str = ACCOUNT, name: str = "Mira Primer"
) -> None:
    """The agreement is signed."""
    facts = {"full_name": name, "account_number": ACCOUNT, "agreement_no": "U-1/2026"}
    done(do(people.officer, f"/awards/{award_id}", "sign", facts))


def schedule(people: People, award_id: str, tranche: int = 1) -> str:
    """The payment of a tranche; its id."""
    made = do(people.preparer, f"/awards/{award_id}/tranches/{tranche}", "schedule")
    return str(done(made)["id"])


def signed_payment(house: House, application_no: str = "A0001", **facts: Any) -> str:
    """A signed award's first payment; its id."""
    people = People(house)
    award_id = offer(house, application_no, **facts)
    sign(people, award_id)
    return schedule(people, award_id)


def batch_of(people: People, *payment_ids: str) -> str:
    """A prepared batch; its id."""
    made = people.preparer.post(f"{API}/batches", {"payments": list(payment_ids)})
    return str(done(made)["id"])


def exported_batch(people: People, *payment_ids: str) -> str:
    """A batch that three people brought to the bank; its id."""
    batch_id = batch_of(people, *payment_ids)
    done(do(people.controller, f"/batches/{batch_id}", "authorise"))
    done(do(people.second_controller, f"/batches/{batch_id}", "release"))
    done(do(people.preparer, f"/batches/{batch_id}", "export"))
    return batch_id


def statement(*rows: str) -> str:
    """A statement's text; a row: ``2026-03-01,A0001-T1,debit,60000.60,RSD,77``."""
    return "\n".join(("booked_on,end_to_end_id,kind,amount,currency,reference", *rows, ""))


def bring(people: People, *rows: str) -> Any:
    """Take a statement in; how many lines had which outcome."""
    body = {"programme": PROGRAMME, "csv": statement(*rows)}
    return done(people.preparer.post(f"{API}/statements", body))


def budget(house: House) -> dict[str, int]:
    """Where the call's money is, in minor units."""
    from services.grants.calls.views import budget as row_of

    row = house.ask(row_of, derived("call", PROGRAMME, "C-1"))
    return {name: row[f"{name}_minor"] for name in ("committed", "obligated", "spent")}
