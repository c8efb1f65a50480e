"""What is missing of somebody's papers, who vouches instead, and what a number says in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.trainings.people.number_words import place_of, remarks
from services.trainings.people.papers import papers_noted
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_commands import ConfirmIdentity, NotePapers
from services.trainings.people.registration_events import Confirmed, Registered
from shared.errors import Invalid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def note(**fields: Any) -> Any:
    given = {"by": "officer-1", "now": NOW, "registration_id": "r1", "missing": ()}
    return papers_noted(NotePapers(**{**given, **fields}))


def test_what_is_missing_is_noted_once_each_and_nothing_more_once_complete() -> None:
    noted = note(missing=("residence", "identity_card", "residence"), why="lost")
    assert (noted.complete, noted.missing, noted.why) == (False, "residence identity_card", "lost")
    whole = note(why="lost", ask_again_on=date(2026, 5, 1))
    assert (whole.complete, whole.missing, whole.why, whole.ask_again_on) == (True, "", None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"missing": ("diploma",)},
        {"missing": ("residence",), "why": "no reason"},
        {"missing": ("residence",), "ask_again_on": date(2026, 2, 28)},
        {"missing": ("residence",), "ask_again_on": date(2029, 1, 1)},
    ],
)
def test_what_makes_no_sense_is_not_noted(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        note(**wrong)


def test_a_witness_has_a_name_and_a_document_has_no_witness() -> None:
    registered = Registered(
        registration_id="r1",
        person_id="p1",
        reference="R-1",
        full_name="Mira Primer",
        birth_date="1990-01-01",
        sex="F",
        country="RS",
        municipality="Topola",
        jmbg=None,
        phone=None,
        declared_roma="not_known",
        consent_on=None,
        registered_by="officer-1",
    )
    state = REGISTRATION.fold([registered])

    def confirm(means: Any, witness: str | None) -> Any:
        command = ConfirmIdentity(
            by="officer-2", now=NOW, registration_id="r1", means=means, witness=witness
        )
        (confirmed,) = REGISTRATION.decide(state, command)
        assert isinstance(confirmed, Confirmed)
        return confirmed.witness

    assert confirm("witness", " Ana Svedok ") == "Ana Svedok"
    assert confirm("passport", "Ana Svedok") is None
    for nameless in (None, "  "):
        with pytest.raises(Invalid):
            confirm("witness", nameless)


def test_a_number_is_told_in_words_and_a_region_that_nobody_gave() -> None:
    assert [place_of(region) for region in (18, 72, 66)] == ["Tuzla", "Kragujevac", ""]
    assert remarks("0101990715000", birth_date=date(1990, 1, 1), sex="F") == []
    born = remarks("0101990715000", birth_date=date(1990, 1, 2), sex="F")
    assert [one.code for one in born] == ["national-number-says-born"]
    assert born[0].facts == {"says": date(1990, 1, 1), "wrote": date(1990, 1, 2)}
    sex = remarks("0101990715000", birth_date=date(1990, 1, 1), sex="M")
    assert [one.code for one in sex] == ["national-number-says-sex"]
    codes = {one.code for one in remarks("0101990665000")}
    assert "national-number-region" in codes
    # Foreigners have regions of their own.
    assert "national-number-region" not in {one.code for one in remarks("0101990035000")}
    assert [one.code for one in remarks("123")] == ["national-number-length"]
