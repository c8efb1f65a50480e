"""The log over HTTP is as C2SP tlog-tiles says, at the sizes where tiles begin and end."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from shared.access.accesses import access_events
from shared.access.reader import Reader, RoleGrant
from shared.access.revocations import revocations
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.clock import SystemClock
from shared.events.tables import COSIGNATURES
from shared.log.checkpoints import origin
from shared.log.notes import Note
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.web.composing import finish, open_app, token_key
from shared.web.log import Tile
from tests.log.conftest import NAME, SIGNED_BOATS, entry, fill, signed
from tests.log.tiles_client import Fetched, TiledLog, tile_path
from tests.store.conftest import BOTH, on_both
from tests.store.domain import Home, number

SIZES = [0, 1, 255, 256, 257, 65_535, 65_536]
SMALL = [0, 1, 255, 256, 257]


@dataclass
class Served:
    """A service's application and who asks it."""

    service: Service
    app: Flask
    signer: TokenSigner

    @classmethod
    def of(cls, home: Home) -> Served:
        definition = replace(SIGNED_BOATS, projections=(*SIGNED_BOATS.projections, revocations()))
        migrate(home.settings, (definition,))
        service = home.open(definition)
        key = token_key(home.settings)
        app, _ = open_app(service, title="Boats")
        signer = TokenSigner(key, audience=home.settings.installation, clock=SystemClock())
        return cls(service, finish(app), signer)

    def headers(self, role: Role | None, programme: str = "*") -> dict[str, str]:
        if role is None:
            return {}
        reader = Reader("auditor", "s1", "Ana", (RoleGrant(role, programme),))
        return {"Authorization": f"Bearer {self.signer.sign(reader)}"}

    def get(
        self, path: str, role: Role | None = None, method: str = "GET", **headers: str
    ) -> Fetched:
        asked = self.headers(role) | {k.replace("_", "-"): v for k, v in headers.items()}
        found = self.app.test_client().open(f"/{NAME}/log/{path}", method=method, headers=asked)
        return found.status_code, dict(found.headers), found.data

    def exports(self) -> list[str]:
        """What is on record as taken out."""
        number(self.service)
        with self.service.database.reading() as connection:
            raws = [raw for _, raw in self.service.store.whole_log(connection)]
        events = [self.service.store.recorded(raw).event for raw in raws if raw.startswith(b"{")]
        exported = access_events(NAME).exported
        return [one.subject for one in events if isinstance(one, exported)]  # type: ignore[attr-defined]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = Home.make(tmp_path)
    yield Served.of(home)
    home.close()


@pytest.mark.parametrize("kind", BOTH)
def test_every_tile_leads_to_the_checkpoint_at_every_size(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    request.param = kind
    # Once at full length: what differs with the database are ranges, not their number.
    sizes = SIZES if kind == "sqlite" else SMALL
    for home in on_both(request, tmp_path):
        served = Served.of(home)
        log = TiledLog(served.get)
        for size in sizes:
            fill(served.service, size)
            signed(served.service)
            found, root = log.checkpoint()
            assert found == size
            log.check(found, root)
        leaves = log.row(0, sizes[-1])
        for size in sizes:
            log.check_partial(size, leaves)
        auditors = TiledLog(partial(served.get, role=Role.auditor))
        for size in sizes:
            whole, rest = divmod(size, 256)
            if rest:
                check_bundle(auditors, whole, rest, leaves)
        for index in range(min(sizes[-1] // 256, 40)):
            check_bundle(auditors, index, 256, leaves)


def check_bundle(log: TiledLog, index: int, width: int, leaves: list[bytes]) -> None:
    entries = log.bundle(index, width)
    first = index * 256
    assert entries == [entry(n) for n in range(first, first + width)]
    hashed = [hashlib.sha256(b"\x00" + one).digest() for one in entries]
    assert hashed == leaves[first : first + width]


def test_nothing_is_served_before_a_checkpoint_covers_it(served: Served) -> None:
    asked = ["tile/0/000.p/1", "tile/0/000", "tile/entries/000.p/1"]
    assert TiledLog(served.get).checkpoint()[0] == 0
    assert [served.get(path, Role.auditor)[0] for path in asked] == [404] * 3
    fill(served.service, 300)
    assert [served.get(path, Role.auditor)[0] for path in asked] == [404] * 3
    signed(served.service)
    fill(served.service, 700)
    covered = {
        "tile/0/000": 200,
        "tile/0/001.p/44": 200,
        "tile/0/001.p/45": 404,
        "tile/0/001": 404,
        "tile/0/002.p/1": 404,
        "tile/1/000.p/1": 200,
        "tile/1/000.p/2": 404,
        "tile/1/000": 404,
        "tile/2/000.p/1": 404,
        "tile/63/000.p/1": 404,
        "tile/entries/000": 200,
        "tile/entries/001.p/44": 200,
        "tile/entries/001.p/45": 404,
        "tile/entries/001": 404,
    }
    assert {path: served.get(path, Role.auditor)[0] for path in covered} == covered


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/000/000",
        "tile/0/x00/000",
        "tile/0/X001/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/1/",
        "tile/0/000/",
        "tile/0/٠٠٠",
        "tile/0/000%0A",
        "tile/0/x999/x999/x999/x999/x999/999",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/0",
        "tile/entries/000.p/256",
        "tile/data/000",
        "tile/0",
        "tile",
        "",
        "checkpoint/",
    ],
)
def test_an_address_is_written_in_one_way_only(served: Served, path: str) -> None:
    fill(served.service, 300)
    signed(served.service)
    status, headers, _ = served.get(path, Role.auditor)
    assert status == 404
    assert headers["Cache-Control"] == "no-store"


def test_large_numbers_are_written_in_groups() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    for index, width in ((0, 256), (999, 1), (1000, 255), (1234067, 256)):
        path = tile_path(0, index, width).removeprefix("tile/0/")
        assert Tile.parse(path) == Tile(index * 256, index * 256 + width)


def test_entries_are_for_those_who_may_export_every_programme(served: Served) -> None:
    fill(served.service, 3)
    signed(served.service)
    path = "tile/entries/000.p/3"
    status, headers, _ = served.get(path)
    assert (status, headers["Content-Type"]) == (401, "application/problem+json")
    assert "Bearer" in headers["WWW-Authenticate"]
    assert served.get(path, Role.finance_officer)[0] == 403
    client = served.app.test_client()
    one_programme = served.headers(Role.auditor, "RS-2011")
    assert client.get(f"/{NAME}/log/{path}", headers=one_programme).status_code == 403
    assert served.get(path, Role.administrator)[0] == 403
    assert served.exports() == []
    assert served.get(path, Role.auditor)[0] == 200
    assert served.exports() == ["log/tile/entries/000.p/3"]


def test_each_time_that_entries_leave_is_on_record_once(served: Served) -> None:
    fill(served.service, 300)
    signed(served.service)
    path = "tile/entries/000"
    _, headers, _ = served.get(path, Role.auditor)
    served.get(path, Role.auditor)
    assert served.get(path, Role.auditor, "HEAD")[0] == 200
    assert served.get(path, Role.auditor, If_None_Match=headers["ETag"])[0] == 304
    assert served.get("tile/entries/001", Role.auditor)[0] == 404
    assert served.exports() == [f"log/{path}"] * 2


def test_hashes_and_checkpoints_are_for_anybody_and_kept_by_caches(served: Served) -> None:
    fill(served.service, 300)
    signed(served.service)
    for path, caching in (
        ("checkpoint", "public, max-age=1"),
        ("tile/0/000", "public, max-age=31536000, immutable"),
        ("tile/1/000.p/1", "public, max-age=31536000, immutable"),
    ):
        status, headers, body = served.get(path)
        assert (status, headers["Cache-Control"]) == (200, caching)
        assert "Set-Cookie" not in headers and "Access-Control-Allow-Origin" not in headers
        assert "Vary" not in headers
        head_status, head, nothing = served.get(path, None, "HEAD")
        assert (head_status, nothing) == (200, b"")
        assert head["Content-Length"] == str(len(body))
        assert head["ETag"] == headers["ETag"]
        status, again, nothing = served.get(path, If_None_Match=headers["ETag"])
        assert (status, nothing) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (headers["ETag"], caching)
        for method in ("POST", "PUT", "DELETE"):
            assert served.get(path, None, method)[0] in (403, 405)


def test_entries_are_kept_by_their_readers_only_and_sent_compressed(served: Served) -> None:
    fill(served.service, 300)
    signed(served.service)
    plain = served.get("tile/entries/000", Role.auditor, Accept_Encoding="identity")
    small = served.get("tile/entries/000", Role.auditor, Accept_Encoding="gzip, identity")
    for _, headers, _ in (plain, small):
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain[1]
    assert small[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(small[2]) == plain[2]
    assert len(small[2]) < len(plain[2])
    assert small[1]["ETag"] != plain[1]["ETag"]
    refused = served.get("tile/entries/000", Role.auditor, Accept_Encoding="gzip;q=0")
    assert "Content-Encoding" not in refused[1]


def test_a_checkpoint_is_served_with_those_who_cosigned(served: Served) -> None:
    fill(served.service, 3)
    raw = signed(served.service)
    assert served.get("checkpoint")[2] == raw
    before = served.get("checkpoint")[1]["ETag"]
    with served.service.database.writing() as connection:
        line = "— elsewhere/witness AAAAAAAAAAA=\n"
        row = {"log": NAME, "size": 3, "key_name": "elsewhere/witness", "line": line}
        connection.execute(COSIGNATURES.insert().values(row | {"made_at": datetime.now(UTC)}))
    status, _, body = served.get("checkpoint", If_None_Match=before)
    assert status == 200
    assert [one.name for one in Note.parse(body).signatures] == [
        origin(served.service.settings, NAME),
        "elsewhere/witness",
    ]
