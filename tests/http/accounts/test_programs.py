"""Programs' keys: made once, for little, exchanged for tokens of minutes, over when revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.accounts.first import seed_personas
from services.accounts.programs.keeping import SECRETS, new_key
from services.accounts.programs.wording import CAPABILITY_WORDS, VERB_WORDS, grouped
from services.accounts.staff.views import reader_of
from shared.access.roles import PERMISSIONS
from shared.access.tokens import LIFETIME, TokenSigner
from shared.web.composing import token_key, token_verifier
from shared.web.freshness import FRESH_SECONDS, is_fresh

from .conftest import API, PROGRAMME, Browser, House, Program, hidden, opened

READ_LEDGER, READ_CALLS = "grants.ledger.read", "grants.calls.read"
PAGE = "/accounts/programs"


@dataclass
class Office:
    """An administrator who just proved a second factor, and a program with the auditor's role."""

    house: House
    account_id: str

    def fresh(self, *, fresh_at: int | None = -1) -> Program:
        """The administrator, at this moment fresh unless another one is named."""
        service, person = self.house.service, self.house.person("administrator")
        with service.database.reading() as connection:
            reader = reader_of(connection, person.account_id, "session-of-test")
        now = int(self.house.clock.now().timestamp())
        signer = TokenSigner(token_key(service.settings), audience="zanat", clock=self.house.clock)
        token = signer.sign(replace(reader, fresh_at=now if fresh_at == -1 else fresh_at))
        return Program(self.house.app.test_client(), token)

    @property
    def keys(self) -> str:
        return f"/programs/{self.account_id}/keys"

    def make(self, *scopes: str, days: int = 90) -> dict[str, Any]:
        made = self.fresh().post(
            self.keys, {"name": "Bookkeeping", "scopes": list(scopes), "days": days}
        )
        assert made.status_code == 201, made.json
        return dict(made.json)

    def exchange(self, key: str) -> Any:
        """What a program gets for a key that it sends as a bearer."""
        return self.house.app.test_client().post(
            f"{API}/tokens/exchange", headers={"Authorization": f"Bearer {key}"}
        )

    def program(self, key: str) -> Program:
        answer = self.exchange(key)
        assert answer.status_code == 201, answer.json
        return Program(self.house.app.test_client(), answer.json["token"])

    def browser(self) -> Browser:
        """The administrator's browser, fresh."""
        browser = self.house.browser()
        browser.client.set_cookie("zanat_session", self.fresh().token)
        return browser

    def role(self, verb: str, role: str) -> None:
        address = f"/staff/{self.account_id}"
        done = self.fresh().post(
            f"{address}/roles{verb}",
            {"role": role, "programme": PROGRAMME},
            If_Match=self.fresh().get(address).headers["ETag"],
        )
        assert done.status_code == 200, done.json


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for most tests of this file: each has a program of its own in it."""
    made = opened(tmp_path_factory.mktemp("programs"), demonstration=True)
    for person in seed_personas(made.service, PROGRAMME):
        made.persons[person.role, person.number] = person
    made.arrives_programme(PROGRAMME, "A programme for crafts")
    yield made
    made.service.close()


def office_in(house: House) -> Office:
    """A new program in a house, at an hour at which nobody has tried anything lately."""
    house.clock.advance(timedelta(hours=1))
    made = Office(house, "")
    invited = made.fresh().post("/staff", {"display_name": "Bookkeeping system", "kind": "program"})
    assert invited.status_code == 201, invited.json
    made.account_id = invited.json["id"]
    made.role("", "auditor")
    return made


@pytest.fixture
def office(town: House) -> Office:
    return office_in(town)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def test_a_key_is_exchanged_for_a_token_of_minutes_with_its_scopes(office: Office) -> None:
    made = office.make(READ_LEDGER, READ_CALLS)
    assert re.fullmatch(rf"zanat_{made['id']}_[A-Za-z0-9_-]{{43}}", made["key"])
    got = office.exchange(made["key"])
    assert got.status_code == 201
    assert got.json["expires_in"] == LIFETIME.total_seconds()
    assert got.json["scopes"] == [READ_CALLS, READ_LEDGER]
    reader = token_verifier(office.house.service).verify(got.json["token"])
    assert reader.scopes == frozenset((READ_LEDGER, READ_CALLS)) and reader.fresh_at is None
    assert [str(grant.role) for grant in reader.roles] == ["auditor"]
    me = Program(office.house.app.test_client(), got.json["token"]).get("/me")
    assert me.json["display_name"] == "Bookkeeping system"


def test_a_key_may_come_in_the_body_too(office: Office) -> None:
    key = office.make(READ_CALLS)["key"]
    client = office.house.app.test_client()
    assert client.post(f"{API}/tokens/exchange", json={"key": key}).status_code == 201
    assert code(client.post(f"{API}/tokens/exchange")) == (401, "key-missing")


def test_only_the_hash_of_a_key_is_kept_and_nothing_of_it_is_in_the_log(office: Office) -> None:
    made = office.make(READ_CALLS)
    office.program(made["key"])
    secret = made["key"].rpartition(f"{made['id']}_")[2]
    service = office.house.service
    with service.database.reading() as connection:
        row = connection.execute(select(SECRETS).where(SECRETS.c.key_id == made["id"])).one()
        told = service.store.history(connection, f"program_key/{made['id']}")
    assert row.key_hash == hashlib.sha256(made["key"].encode()).digest()
    assert [type(one.event).__name__ for one in told] == ["Made", "FirstUsed"]
    for path in office.house.service.settings.home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_exchanges_of_a_key_go_on_with_one_session(office: Office) -> None:
    made, other = office.make(READ_CALLS), office.make(READ_LEDGER)
    first = office.exchange(made["key"]).json["session_id"]
    office.house.clock.advance(timedelta(hours=1))
    assert office.exchange(made["key"]).json["session_id"] == first
    assert office.exchange(other["key"]).json["session_id"] != first
    office.house.clock.advance(timedelta(days=8))
    assert office.exchange(made["key"]).json["session_id"] != first


def test_a_key_opens_only_what_it_is_for(office: Office) -> None:
    narrow = office.program(office.make(READ_CALLS)["key"])
    wide = office.program(office.make("accounts.staff.read")["key"])
    assert wide.get("/staff").status_code == 200
    assert code(narrow.get("/staff")) == (403, "not-permitted")
    assert narrow.get("/me").status_code == 200


@pytest.mark.parametrize("what", ["expired", "revoked"])
def test_a_key_that_is_over_says_so_to_who_has_it(office: Office, what: str) -> None:
    made = office.make(READ_CALLS, days=1)
    program = office.program(made["key"])
    if what == "expired":
        office.house.clock.advance(timedelta(days=1))
    else:
        assert office.fresh().post(f"{office.keys}/{made['id']}/revoke").json["state"] == what
        elsewhere = Program(office.house.another_process(), program.token)
        assert code(elsewhere.get("/me")) == (401, "session-ended")
    assert code(office.exchange(made["key"])) == (401, f"key-{what}")
    assert office.fresh().get(f"{office.keys}/{made['id']}").json["state"] == what


def test_no_token_outlives_its_key(office: Office) -> None:
    made = office.make(READ_CALLS, days=1)
    office.house.clock.advance(timedelta(days=1) - timedelta(minutes=3))
    assert office.exchange(made["key"]).json["expires_in"] == 180


def test_revoking_twice_is_one_event(office: Office) -> None:
    made = office.make(READ_CALLS)
    for _ in range(2):
        assert office.fresh().post(f"{office.keys}/{made['id']}/revoke").status_code == 200
    with office.house.service.database.reading() as connection:
        told = office.house.service.store.history(connection, f"program_key/{made['id']}")
    assert [type(one.event).__name__ for one in told] == ["Made", "Revoked"]


def test_whoever_has_no_key_learns_nothing(office: Office) -> None:
    made = office.make(READ_CALLS)
    right, unknown = made["key"], "0192f000-0000-7000-8000-00000000beef"
    wrong = [
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        new_key(made["id"]),
        new_key(unknown),
        right.upper(),
        right + "A",
        "zanat_",
        "x" * 5000,
        office.fresh().token,
    ]
    answers = {str(code(office.exchange(key))) for key in wrong}
    assert answers == {"(401, 'key-refused')"}


def test_a_wrong_key_is_compared_as_long_as_a_right_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a key that nobody has, too, a whole hash is compared in constant time."""
    compared: list[tuple[int, int]] = []
    really = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return really(one, other)

    made = office.make(READ_CALLS)
    monkeypatch.setattr(hmac, "compare_digest", counted)
    asked = [made["key"], new_key(made["id"]), new_key("0192f000-0000-7000-8000-00000000beef"), "x"]
    for key in asked:
        office.exchange(key)
    monkeypatch.undo()
    assert compared == [(32, 32)] * len(asked)


def test_guessing_keys_is_slowed_and_right_ones_are_not(office: Office) -> None:
    key = office.make(READ_CALLS)["key"]
    for _ in range(40):
        assert office.exchange(key).status_code == 201
    statuses = [
        office.exchange(new_key("0192f000-0000-7000-8000-00000000beef")).status_code
        for _ in range(40)
    ]
    assert statuses[0] == 401 and statuses[-1] == 429
    slowed = office.exchange(key)
    assert code(slowed) == (429, "too-many-tries") and int(slowed.headers["Retry-After"]) > 0


def test_a_key_of_another_installation_is_not_known_here(office: Office) -> None:
    elsewhere = new_key("0192f000-0000-7000-8000-0000000e15e3")
    assert code(office.exchange(elsewhere)) == (401, "key-refused")
    token = office.exchange(office.make(READ_CALLS)["key"]).json["token"]
    service = office.house.service
    other = replace(service, settings=replace(service.settings, installation="elsewhere"))
    with pytest.raises(Exception, match="token-of-another-installation"):
        token_verifier(other).verify(token)


def test_a_key_is_for_no_more_than_the_roles_of_its_program(office: Office) -> None:
    asked = {"name": "Too much", "scopes": ["grants.reports.trace", "grants.calls.write"]}
    assert code(office.fresh().post(office.keys, asked)) == (422, "key-scope-beyond-roles")
    asked = {"name": "Too much", "scopes": ["grants.batches.release"]}
    assert code(office.fresh().post(office.keys, asked)) == (422, "key-scope-for-people")


def test_scopes_count_only_as_far_as_the_roles_of_now(office: Office) -> None:
    key = office.make(READ_CALLS, READ_LEDGER, "accounts.staff.read")["key"]
    assert office.program(key).get("/staff").status_code == 200
    office.role("/revoke", "auditor")
    office.role("", "programme_officer")
    got = office.exchange(key).json
    assert got["scopes"] == [READ_CALLS]
    assert Program(office.house.app.test_client(), got["token"]).get("/staff").status_code == 403
    page = office.browser().get(f"{PAGE}/{office.account_id}/keys/{key.split('_')[1]}").text
    assert "so that it does not count" in page and "Ledger" in page.split("does not count")[1]
    office.role("/revoke", "programme_officer")
    assert office.exchange(key).json["scopes"] == []


def test_no_key_proves_a_second_factor(office: Office) -> None:
    program = office.program(office.make(READ_CALLS)["key"])
    found = token_verifier(office.house.service).verify(program.token)
    now = office.house.clock.now().timestamp()
    assert found.fresh_at is None
    assert not is_fresh(replace(found, fresh_at=int(now)), now)
    assert code(program.post("/tokens/step-up", {"demonstration": True})) == (403, "not-for-keys")


def test_a_persons_second_factor_must_be_fresh_to_make_a_key(office: Office) -> None:
    asked = {"name": "Export", "scopes": [READ_CALLS]}
    stale = int(office.house.clock.now().timestamp()) - FRESH_SECONDS
    for fresh_at in (None, stale):
        refused = office.fresh(fresh_at=fresh_at).post(office.keys, asked)
        assert code(refused) == (403, "step-up-needed")


def test_a_programs_token_reaches_nothing_of_an_account_but_itself(office: Office) -> None:
    program = office.program(office.make(READ_CALLS)["key"])
    headers = {"Authorization": f"Bearer {program.token}"}
    for address in ("/accounts/me", "/accounts/"):
        assert program.client.get(address, headers=headers).status_code == 403, address
    browser = office.house.browser()
    browser.client.set_cookie("zanat_session", program.token)
    assert browser.get("/accounts/me").status_code == 403
    office.house.clock.advance(LIFETIME)
    renewed = browser.get("/accounts/renew?next=/accounts/me")
    assert renewed.location == "/accounts/sign-in?next=/accounts/me"
    assert program.post("/tokens/end").status_code == 401


def test_a_program_ends_its_session_and_comes_back_by_its_key(office: Office) -> None:
    key = office.make(READ_CALLS)["key"]
    program = office.program(key)
    assert program.post("/tokens/end").status_code == 204
    elsewhere = Program(office.house.another_process(), program.token)
    assert code(elsewhere.get("/me")) == (401, "session-ended")
    assert office.program(key).get("/me").status_code == 200


def test_a_suspended_program_gets_no_token_and_works_again_when_it_is_reinstated(
    office: Office,
) -> None:
    key = office.make(READ_CALLS)["key"]
    program = office.program(key)
    address = f"/staff/{office.account_id}"

    def act(verb: str, **body: str) -> None:
        tag = office.fresh().get(address).headers["ETag"]
        done = office.fresh().post(f"{address}/{verb}", body or None, If_Match=tag)
        assert done.status_code == 200, done.json

    act("suspend", reason="A leak")
    assert code(office.exchange(key)) == (401, "account-not-active")
    elsewhere = Program(office.house.another_process(), program.token)
    assert elsewhere.get("/me").status_code == 401
    act("reinstate")
    assert office.program(key).get("/me").status_code == 200


def test_only_programs_have_keys_and_they_have_a_limit(office: Office) -> None:
    person = office.house.person("trainer")
    asked = {"name": "Mine", "scopes": [READ_CALLS]}
    refused = office.fresh().post(f"/programs/{person.account_id}/keys", asked)
    assert code(refused) == (409, "not-a-program")
    for _ in range(10):
        office.make(READ_CALLS)
    assert code(office.fresh().post(office.keys, asked)) == (409, "too-many-keys")


@pytest.mark.parametrize("role", ["trainer", "auditor", "finance_controller"])
def test_nobody_but_administrators_makes_or_revokes_keys(office: Office, role: str) -> None:
    made = office.make(READ_CALLS)
    other = office.house.program(role)
    asked = {"name": "Mine", "scopes": [READ_CALLS]}
    assert other.post(office.keys, asked).status_code == 403
    assert other.post(f"{office.keys}/{made['id']}/revoke").status_code == 403
    seen = other.get(office.keys).status_code
    assert seen == (200 if role == "auditor" else 403)


def test_the_list_goes_on_from_page_to_page(office: Office) -> None:
    made = [office.make(READ_CALLS)["id"] for _ in range(3)]
    first = office.fresh().get(f"{office.keys}?limit=2").json
    rest = office.fresh().get(f"{office.keys}?limit=2&cursor={first['next']}").json
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == sorted(made, reverse=True) and rest["next"] is None
    assert "key" not in first["items"][0]


# Pages


def test_an_administrator_sets_a_program_up_and_gets_its_key_once(office: Office) -> None:
    browser = office.browser()
    invite = "/accounts/staff/invite?kind=program"
    assert "Set up the program" in browser.get(invite).text
    done = browser.submit(
        invite,
        invite,
        kind="program",
        display_name="Bank reader",
        role="auditor",
        programme=PROGRAMME,
    )
    assert done.status_code == 303
    page = browser.get(done.location).text
    assert "The program is set up. Make a key for it." in page
    assert "No key was made for it yet." in page and "Make a key" in page
    address = f"{done.location}/keys"
    form = browser.get(address).text
    assert "What may the program do by it?" in form and "Ledger" in form
    assert "grants.batches.release" not in form
    wrong = browser.submit(address, address, name="", days="90")
    assert wrong.status_code == 422 and "Name the key" in wrong.text
    nothing = browser.submit(address, address, name="Read the ledger", days="90")
    assert nothing.status_code == 422 and 'value="Read the ledger"' in nothing.text
    assert 'href="#scopes-' in nothing.text
    made = browser.submit(
        address,
        address,
        name="Read the ledger",
        days="30",
        **{"scopes-grants-ledger": [READ_LEDGER]},
    )
    assert made.status_code == 200
    key = re.search(r"zanat_[0-9a-f-]{36}_[A-Za-z0-9_-]{43}", made.text)
    assert key is not None
    assert office.exchange(key[0]).json["scopes"] == [READ_LEDGER]
    assert key[0] not in browser.get(done.location).text


def test_keys_that_end_soon_are_said_to_and_come_first(house: House) -> None:
    office = office_in(house)
    office.make(READ_CALLS, days=10)
    made = office.make(READ_LEDGER, days=200)
    page = office.browser().get(PAGE).text
    assert "2 keys of programs work" in page
    assert "1 key ends within two weeks. Make a new one in time." in page
    assert page.index("Ends soon") < page.index("Not used yet")
    assert "Never" in page
    office.program(made["key"])
    assert "Works</strong>" in office.browser().get(PAGE).text


def test_a_key_is_revoked_on_its_page_after_it_was_said_what_follows(office: Office) -> None:
    made = office.make(READ_LEDGER)
    address = f"{PAGE}/{office.account_id}/keys/{made['id']}"
    browser = office.browser()
    page = browser.get(address).text
    assert "The program cannot work by it any more" in page and "Ledger" in page
    done = browser.submit(f"{address}/revoke", address)
    assert (done.status_code, done.location) == (303, address)
    after = browser.get(address).text
    assert "The key is revoked." in after and "Revoke the key" not in after
    assert "The key was revoked." in after and "Vesna Ilić" in after
    again = browser.client.post(
        f"{address}/revoke", data={"csrf_token": hidden(after, "csrf_token")}
    )
    assert again.status_code == 303
    assert code(office.exchange(made["key"])) == (401, "key-revoked")


def test_an_installation_without_programs_says_what_to_do(house: House) -> None:
    page = house.signed_in("administrator").get(PAGE).text
    assert "No program works here yet" in page
    assert house.signed_in("trainer").get(PAGE).status_code == 403
    unknown = house.person("trainer").account_id
    assert house.signed_in("administrator").get(f"{PAGE}/{unknown}").status_code == 404


def test_every_permission_has_words() -> None:
    for permission in PERMISSIONS:
        capability, _, verb = permission.rpartition(".")
        assert capability in CAPABILITY_WORDS, permission
        assert verb in VERB_WORDS, permission
    assert sum(len(group.permissions) for group in grouped(PERMISSIONS)) == len(PERMISSIONS)
