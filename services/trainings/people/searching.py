"""Finds people by the words of their names, in any order, while they are typed, with a typo a word.

    page = found(connection, reach, "jovnovic mil", limit=51)
    page.hits[0].registration_id, page.hits[0].similar     # "0192…", True: Milan Jovanović

First those who are spelled as it was typed, then those who are spelled nearly so; within each in
the order of the word by which they were looked for, then of the name. A page ends at a registration
and not at a name, since cursors stand in addresses.

An index has every word with the whole name behind it. Of the words that were typed the rarest is
looked for there, and the names behind it are compared with the others: what is common costs little
because the page is soon full, what is rare because there is little. See ``finding`` for the tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from services.trainings.people.finding import PEOPLE_WORDS, words_of
from services.trainings.people.matching import Prefixes, first_word, matches, shortest
from services.trainings.reach import Reach
from services.trainings.tables import REGISTRATIONS
from shared.language.folding import joined, spelled
from shared.language.spellings import spellings

TYPED_MAX: Final = 6
"""Words of a search that count."""
COUNTED_MAX: Final = 1_000
"""People found up to which a search says how many there are."""
FEW_MAX: Final = 10_000
"""People in a state up to which all their names are compared."""
LAST: Final = "\U0010ffff"
"""Comes after every letter."""

_EXACT, _SIMILAR = 1, 2
_CHUNKS: Final = (120, 1_000, 4_000)
_WEIGHED_MAX: Final = 20_000
_PATTERNS_MAX: Final = 40
_W: Final = PEOPLE_WORDS.c
_PARTS: Final = {
    "sqlite": text("select value from json_each(:given)").columns(value=_W.word.type),
    "postgresql": text(
        "select value from json_array_elements_text(cast(:given as json)) as one(value)"
    ).columns(value=_W.word.type),
}
"""The words of a JSON text as rows."""


Conditions: TypeAlias = Callable[[str], list[ColumnElement[bool]]]
"""What a name must have, by the beginning of the word in whose rows it is looked for."""


class Place(NamedTuple):
    """Where a page ended: in which part of the search, by which word, at which registration."""

    part: int
    word: int
    registration_id: str


class Hit(NamedTuple):
    """Somebody found. ``similar``: their name is not spelled as it was typed."""

    registration_id: str
    similar: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of hits, one more than was asked for when there are more.

    exact: how many are spelled as it was typed; at_least: so many or more.
    """

    hits: list[Hit]
    exact: int
    at_least: bool = False


@dataclass(frozen=True)
class _Within:
    """Among whom it is looked."""

    connection: Connection
    reach: Reach
    state: str

    def condition(self) -> list[ColumnElement[bool]]:
        """What a row of a word must meet besides."""
        found = []
        if not self.reach.is_everywhere:
            whole = _W.programme.in_(sorted(self.reach.whole))
            own = _W.registration_id.in_(self.reach.enrolled())
            found.append(or_(whole, own) if self.reach.own else whole)
        if self.state:
            found.append(
                select(1)
                .where(
                    REGISTRATIONS.c.registration_id == _W.registration_id,
                    REGISTRATIONS.c.state == self.state,
                )
                .exists()
            )
        return found


def found(
    connection: Connection,
    reach: Reach,
    typed: str,
    *,
    state: str = "",
    after: Place | None = None,
    limit: int,
) -> Found:
    """Those whose names have all words that were typed, or their beginnings."""
    words = [word for word in spelled(typed).split() if joined(word)][:TYPED_MAX]
    folded = [joined(word) for word in words]
    within = _Within(connection, reach, state)
    if not words:
        return Found(hits=[], exact=0)
    if reach.own and not reach.whole:
        own = REGISTRATIONS.c.registration_id.in_(within.reach.enrolled())
        names = connection.execute(_named(within).where(own)).all()
        return _among_few(names, words, after=after, limit=limit)
    if state:
        # Behind a common word few may be in a state: where they are few altogether, all are asked.
        named = _named(within).where(reach.registrations())
        some = named.with_only_columns(literal(1)).limit(FEW_MAX + 1).subquery()
        if connection.execute(select(func.count()).select_from(some)).scalar_one() <= FEW_MAX:
            return _among_few(connection.execute(named).all(), words, after=after, limit=limit)
    exact: list[Prefixes] = [(word,) for word in folded]
    rarest, rows = _rarest(connection, exact)
    hits: list[Hit] = []
    if after is None or after.part == _EXACT:
        place = after or Place(_EXACT, rarest, "")
        hits += islice(_hits(within, exact, place, lambda _: _spelled_so(folded)), limit)
    count, more = len(hits), False
    if after is not None or len(hits) >= limit:
        count, more = _count(within, folded, folded[rarest], rows, least=max(0, len(hits) - 1))
    if len(hits) < limit and (near := _near(connection, words)) is not None:
        if after is not None and after.part == _SIMILAR:
            place = after
        else:
            place = Place(_SIMILAR, _rarest(connection, near)[0], "")
        left = limit - len(hits)
        hits += islice(_hits(within, near, place, _spelled_near(near, place), but=exact), left)
    return Found(hits=hits, exact=count, at_least=more)


def _hits(
    within: _Within,
    prefixes: Sequence[Prefixes],
    place: Place,
    conditions: Conditions,
    *,
    but: Sequence[Prefixes] | None = None,
) -> Iterator[Hit]:
    """Whose names have words with these beginnings, each its own, from behind a place.

    but: those who have words with these instead were there before.
    """
    driver = max(0, min(place.word, len(prefixes) - 1))
    begun = _begun(within.connection, place.registration_id, prefixes[driver])
    for row in _scan(within, prefixes[driver], begun, conditions):
        # Whose name has two such words is found by the first of them.
        if first_word(words_of(row.name), prefixes[driver]) != row.word:
            continue
        names = row.name.split()
        if not matches(names, prefixes) or (but is not None and matches(names, but)):
            continue
        here = Place(place.part, driver, row.registration_id)
        yield Hit(row.registration_id, but is not None, here)


def _scan(
    within: _Within,
    prefixes: Prefixes,
    begun: tuple[str, str, str] | None,
    conditions: Conditions,
) -> Iterator[Any]:
    """Rows of words with one of these beginnings, in the order of the index."""
    base = select(_W.word, _W.name, _W.registration_id).where(*within.condition())
    base = base.order_by(_W.word, _W.name, _W.registration_id)
    for prefix in prefixes:
        last = begun if begun is not None and begun[0] >= prefix else None
        if last is not None and not last[0].startswith(prefix):
            continue
        for size in _sizes():
            query = base.where(_W.word < prefix + LAST, *conditions(prefix))
            if last is None:
                query = query.where(_W.word >= prefix)
            else:
                # The first comparison is for the index, which not every planner finds else.
                query = query.where(
                    _W.word >= last[0], tuple_(_W.word, _W.name, _W.registration_id) > last
                )
            rows = within.connection.execute(query.limit(size)).all()
            yield from rows
            if len(rows) < size:
                break
            last = (rows[-1].word, rows[-1].name, rows[-1].registration_id)


def _sizes() -> Iterator[int]:
    yield from _CHUNKS
    while True:
        yield _CHUNKS[-1]


def _begun(
    connection: Connection, registration_id: str, prefixes: Prefixes
) -> tuple[str, str, str] | None:
    """The row at which the last page ended; None on the first page, or once it was erased."""
    if not registration_id:
        return None
    query = select(_W.name).where(_W.registration_id == registration_id, _W.place == 0)
    name = connection.execute(query).scalar()
    word = first_word(words_of(name or ""), prefixes)
    return None if name is None or word is None else (word, name, registration_id)


def _spelled_so(folded: Sequence[str]) -> list[ColumnElement[bool]]:
    """That a name has a word for each that was typed.

    Where one that was typed begins others, as many words must begin with it: that suffices.
    """
    return [
        literal(" ")
        .concat(_W.name)
        .like(f"% {word}" * sum(o.startswith(word) for o in folded) + "%")
        for word in dict.fromkeys(folded)
        if len(folded) > 1
    ]


def _spelled_near(near: Sequence[Prefixes], place: Place) -> Conditions:
    """That a name has a word for each of the others, as far as the database can tell quickly."""
    others = sorted((*near[: place.word], *near[place.word + 1 :]), key=len)

    def conditions(begun: str) -> list[ColumnElement[bool]]:
        # What the word that is looked for begins with as well must be there once more.
        return [
            or_(
                *(
                    literal(" ")
                    .concat(_W.name)
                    .like(f"% {one}" * (1 + begun.startswith(one)) + "%")
                    for one in prefixes
                )
            )
            for prefixes in others
            if len(prefixes) <= _PATTERNS_MAX
        ]

    return conditions


def _count(
    within: _Within, folded: Sequence[str], driver: str, rows: int, *, least: int
) -> tuple[int, bool]:
    """How many are spelled as it was typed, and whether there are that many or more.

    Where the rarest word is a common one, nobody waits until all behind it were looked at.
    """
    if within.state and len(folded) == 1:
        rows = _rows_of(within.connection, driver)
    if (within.state or len(folded) > 1) and rows >= _WEIGHED_MAX:
        return least, True
    some = (
        select(_W.registration_id)
        .where(
            _W.word >= driver, _W.word < driver + LAST, *within.condition(), *_spelled_so(folded)
        )
        .limit(COUNTED_MAX)
        .subquery()
    )
    query = select(func.count(some.c.registration_id.distinct()), func.count())
    distinct, found = within.connection.execute(query.select_from(some)).one()
    return (COUNTED_MAX, True) if found >= COUNTED_MAX else (int(distinct), False)


def _rows_of(connection: Connection, prefix: str) -> int:
    """How many words begin so, as far as counted."""
    some = select(literal(1)).where(_W.word >= prefix, _W.word < prefix + LAST).limit(_WEIGHED_MAX)
    return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def _near(connection: Connection, words: Sequence[str]) -> list[Prefixes] | None:
    """For each word how it may have been meant, of what there is; None where all are too short."""
    meant = [spellings(word) for word in words]
    every = sorted(frozenset().union(*meant))
    if not every:
        return None
    there = _there(connection, every)
    return [
        shortest({joined(word)} | (near & there)) for word, near in zip(words, meant, strict=True)
    ]


def _there(connection: Connection, prefixes: Sequence[str]) -> frozenset[str]:
    """With which of these somebody's word begins: the next word in the index tells."""
    one = _parts(connection).alias("one")
    following = select(_W.word).where(_W.word >= one.c.value).order_by(_W.word).limit(1)
    query = select(one.c.value, following.scalar_subquery().label("word"))
    rows = connection.execute(query, {"given": json.dumps(prefixes)})
    return frozenset(v for v, word in rows if word is not None and word.startswith(v))


def _rarest(connection: Connection, prefixes: Sequence[Prefixes]) -> tuple[int, int]:
    """Which of the words that were typed fewest people have, and how many, as far as counted."""
    if len(prefixes) == 1:
        return 0, 0
    every = sorted({prefix for some in prefixes for prefix in some})
    one = _parts(connection).alias("one")
    some = select(literal(1).label("one")).where(
        _W.word >= one.c.value, _W.word < one.c.value.concat(LAST)
    )
    counted = select(func.count()).select_from(some.correlate(one).limit(_WEIGHED_MAX).subquery())
    query = select(one.c.value, counted.scalar_subquery().label("rows"))
    rows = connection.execute(query, {"given": json.dumps(every)})
    weights: dict[str, int] = {row.value: row.rows for row in rows}
    totals = [sum(weights[prefix] for prefix in some) for some in prefixes]
    return totals.index(min(totals)), min(totals)


def _parts(connection: Connection) -> Any:
    return _PARTS[connection.dialect.name]


def _named(within: _Within) -> Select[tuple[str, str]]:
    """Folded names and ids of registrations in the state that is asked for."""
    name = func.coalesce(REGISTRATIONS.c.name_folded, "")
    query = select(name, REGISTRATIONS.c.registration_id)
    return query.where(REGISTRATIONS.c.state == within.state) if within.state else query


def _among_few(
    named: Sequence[Any], words: Sequence[str], *, after: Place | None, limit: int
) -> Found:
    """The same among people who are few, as a trainer's own: all their names are compared."""
    exact: list[Prefixes] = [(joined(word),) for word in words]
    near: list[Prefixes] = [shortest({joined(word)} | spellings(word)) for word in words]
    found: list[tuple[int, str, str]] = []
    for name, registration_id in named:
        names = name.split()
        for part, prefixes in ((_EXACT, exact), (_SIMILAR, near)):
            if matches(names, prefixes):
                found.append((part, name, registration_id))
                break
    found.sort()
    hits = [
        Hit(registration_id, part == _SIMILAR, Place(part, 0, registration_id))
        for part, _, registration_id in found
    ]
    start = 1 + next((n for n, hit in enumerate(hits) if hit.place == after), -1)
    hits = hits[start : start + limit]
    exactly = sum(part == _EXACT for part, _, _ in found)
    return Found(hits=hits, exact=exactly)
