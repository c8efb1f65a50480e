"""A question answers as the select that it was made of, on both databases, time after time."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

from shared.question import Question
from shared.service import Service
from tests.store.domain import BOATS, SHIPS, Home, launch

OF_PROGRAMMES = select(SHIPS).where(
    SHIPS.c.id == bindparam("ship"), SHIPS.c.programme.in_(["rs", "ba"])
)


def test_a_question_gives_what_the_select_gives(boats: Service) -> None:
    for name in ("asked-1", "asked-2"):
        launch(boats, name)
    question = Question(OF_PROGRAMMES)
    with boats.database.reading() as connection:
        for name in ("asked-1", "asked-2", "asked-1"):
            row = question.first(connection, ship=name)
            assert row is not None
            assert (
                row._asdict() == connection.execute(OF_PROGRAMMES, {"ship": name}).one()._asdict()
            )
            assert (row.id, row.captain) == (name, "Ana")
        assert question.first(connection, ship="never-launched") is None


def test_a_question_sees_what_its_transaction_wrote(boats: Service) -> None:
    question = Question(OF_PROGRAMMES)
    launch(boats, "asked-within")
    with boats.database.writing() as connection:
        connection.execute(SHIPS.update().where(SHIPS.c.id == "asked-within").values(trips=7))
        row = question.first(connection, ship="asked-within")
        assert row is not None and row.trips == 7
        connection.rollback()


def test_what_the_database_refuses_is_named_as_elsewhere_and_without_values(
    postgres: Home,
) -> None:
    service = postgres.open(BOATS)
    question = Question(select(SHIPS).where(SHIPS.c.seen_at == bindparam("seen_at")))
    with service.database.reading() as connection, pytest.raises(DBAPIError) as raised:
        question.first(connection, seen_at="secret")
    assert "secret" not in str(raised.value.statement) and not raised.value.params
