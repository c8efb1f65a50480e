"""A person is given everything that notifications holds about them, but no secret to get in by."""

from __future__ import annotations

from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.identifiers import derived
from tests.privacy.held import downloaded, personal, texts

from .conftest import MIRA, NOON
from .test_sms import CODE, PHONE, code_made


def happened(house, register) -> None:
    register()
    code_made(house)
    other = derived("registration", "other")
    for one, number in ((MIRA, "RS-2026-000001"), (other, "RS-2026-000002")):
        house.arrives(
            "trainings.certificate.issued.v1",
            "certificate/c1",
            certificate_id=f"c-{number}",
            registration_id=one,
            number=number,
            course_title="Starting a small business",
            issued_on=NOON.date(),
        )
    run_due_once(house.service, NOON)


def test_every_message_is_given_and_nobody_elses(house, register):
    happened(house, register)
    data, page = downloaded(
        house.as_applicant(MIRA, account="mira").get("/notifications/mine/held.zip")
    )
    assert "RS-2026-000001" in page and "RS-2026-000002" not in page
    mine, _ = personal(house.service, MIRA)
    assert {text for text in mine if CODE not in text} <= texts(data)
    assert "+381 60 000 0001" in texts(data)


def test_a_code_to_get_in_by_is_not_among_them(house, register):
    happened(house, register)
    officer = house.as_reader(Role.programme_officer)
    data, page = downloaded(officer.get(f"/notifications/held/{MIRA}.zip"))
    assert f'"{CODE}"' not in str(data) and PHONE not in page and CODE not in page


def test_when_the_own_messages_were_read_is_given(house, register):
    happened(house, register)
    mira = house.as_applicant(MIRA, account="mira")
    page = mira.get("/notifications/").text
    message_id = page.split("/notifications/messages/")[1].split('"')[0]
    mira.submit(
        f"/notifications/messages/{message_id}/read", f"/notifications/messages/{message_id}"
    )
    data, _ = downloaded(mira.get("/notifications/mine/held.zip"))
    (reads,) = (one for one in data["tables"] if one["table"] == "message_reads")
    assert [row["message_id"] for row in reads["rows"]] == [message_id]
