"""The witness over HTTP, each status of C2SP tlog-witness, for logs of ours and of elsewhere."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shared.events.tables import CHECKPOINTS, COSIGNATURES
from shared.log import keys
from shared.log.leaf import EMPTY_ROOT, leaf_hash
from shared.log.notes import Checkpoint, Note, Signer
from shared.log.tree import consistency_proof, root
from shared.log.watching.submissions import BadSubmission, Submission
from shared.web.composing import finish, open_app
from tests.log.naive import ListedHashes
from tests.store.domain import launch, sail
from tests.witness.place import SOURCE, Place

ADD = "/audit/witness/add-checkpoint"
ORIGIN = "example.org/elsewhere"


@dataclass
class Elsewhere:
    """A log that is no service of ours, and the witness that was told of its key."""

    app: Flask
    place: Place
    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, b"\7" * 32))
    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(b"%d" % n) for n in range(40)])

    def note(self, size: int, *, origin: str = ORIGIN, root_is: bytes | None = None) -> Note:
        found = root(ListedHashes(self.leaves), size) if root_is is None else root_is
        text = Checkpoint(origin, size, found).text()
        return Note(text).with_line(self.signer.sign(text))

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(consistency_proof(ListedHashes(self.leaves), old, size))

    def send(self, body: bytes) -> Any:
        return self.app.test_client().post(ADD, data=body)

    def add(self, old: int, size: int, *, proof: Sequence[bytes] | None = None, **note: Any) -> Any:
        found = self.proof(old, size) if proof is None else tuple(proof)
        return self.send(bytes(Submission(old, found, self.note(size, **note))))

    def witnessed(self) -> list[int]:
        """Sizes of which a cosignature is kept, in order."""
        with self.place.audit.database.reading() as connection:
            return list(
                connection.execute(
                    select(COSIGNATURES.c.size)
                    .where(COSIGNATURES.c.log.like("elsewhere/%"))
                    .order_by(COSIGNATURES.c.size)
                ).scalars()
            )


@pytest.fixture
def elsewhere(place: Place, tmp_path: Path) -> Elsewhere:
    signer = Signer(ORIGIN, b"\7" * 32)
    file = tmp_path / "logs"
    file.write_text(f"# Logs of our friends\n\n{signer.verifier_key}\n", "utf-8")
    place.with_settings(witnessed_logs=file)
    app, _ = open_app(place.audit, title="Audit")
    return Elsewhere(finish(app), place, signer)


def assert_cosigned(place: Place, answer: Any, note: Note) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("— ") and answer.text.endswith("\n")
    (verifier,) = keys.witness_verifiers(place.settings, "audit")
    for line in answer.text.splitlines():
        assert (verifier.verify(note.text, line) or 0) > 1_700_000_000


def test_checkpoints_that_go_on_are_cosigned(elsewhere: Elsewhere) -> None:
    for old, size in ((0, 5), (5, 5), (5, 8), (8, 31)):
        answer = elsewhere.add(old, size)
        assert_cosigned(elsewhere.place, answer, elsewhere.note(size))
        # Durable before it was answered.
        assert elsewhere.witnessed()[-1] == size
    assert elsewhere.witnessed() == [5, 8, 31]
    digest = hashlib.sha256(ORIGIN.encode()).hexdigest()
    shown = elsewhere.app.test_client().get(f"/audit/witness/{digest}/checkpoint")
    note = Note.parse(shown.data)
    assert note.text == elsewhere.note(31).text
    trusted = [*keys.witness_verifiers(elsewhere.place.settings, "audit")]
    assert note.verified_by(trusted) and len(note.signatures) == 2


def test_an_empty_log_is_cosigned_and_grows(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(0, 0).status_code == 200
    assert elsewhere.add(0, 0, root_is=b"\1" * 32).status_code == 422
    assert elsewhere.add(0, 3).status_code == 200
    assert elsewhere.note(0).text.endswith(base64.b64encode(EMPTY_ROOT).decode() + "\n")


def test_an_unknown_log_is_404(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(0, 5, origin="example.org/other").status_code == 404
    own = keys.origin(elsewhere.place.settings, "audit")
    # Its own log is another's to witness.
    assert elsewhere.add(0, 5, origin=own).status_code == 404
    shown = elsewhere.app.test_client().get(f"/audit/witness/{'0' * 64}/checkpoint")
    assert shown.status_code == 404


def test_without_a_signature_of_a_known_key_it_is_403(elsewhere: Elsewhere) -> None:
    good = elsewhere.note(5)
    other = Signer(ORIGIN, b"\6" * 32)
    unknown = Note(good.text).with_line(other.sign(good.text))
    assert elsewhere.send(bytes(Submission(0, (), unknown))).status_code == 403
    # A line of the known key that does not fit is no better for a good one of nobody known.
    wrong = Note(good.text).with_line(elsewhere.signer.sign(elsewhere.note(6).text))
    assert elsewhere.send(bytes(Submission(0, (), wrong))).status_code == 403
    assert elsewhere.witnessed() == []
    # Lines of unknown keys beside it do no harm, and are not kept.
    both = good.with_line(other.sign(good.text))
    assert elsewhere.send(bytes(Submission(0, (), both))).status_code == 200
    digest = hashlib.sha256(ORIGIN.encode()).hexdigest()
    shown = elsewhere.app.test_client().get(f"/audit/witness/{digest}/checkpoint")
    assert len(Note.parse(shown.data).signatures) == 2


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no old size": lambda body: body.removeprefix(b"old 0\n"),
    "a leading zero": lambda body: body.replace(b"old 0", b"old 00"),
    "a sign": lambda body: body.replace(b"old 0", b"old +0"),
    "two spaces": lambda body: body.replace(b"old 0", b"old  0"),
    "carriage returns": lambda body: body.replace(b"\n", b"\r\n"),
    "no empty line": lambda body: body.replace(b"\n\n", b"\n"),
    "a proof that is no base64": lambda body: body.replace(b"old 0\n", b"old 0\n!\n"),
    "a short hash": lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
    "64 hashes": lambda body: body.replace(b"old 0\n", b"old 0\n" + _line() * 64),
    "a size that is none": lambda body: body.replace(b"\n5\n", b"\nfive\n"),
    "no signature": lambda body: body[: body.rindex("—".encode())],
    "not UTF-8": lambda body: body.replace(b"elsewhere", b"\xff"),
}


def _line() -> bytes:
    return base64.b64encode(b"\1" * 32) + b"\n"


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_request_is_400(elsewhere: Elsewhere, how: str) -> None:
    body = bytes(Submission(0, (), elsewhere.note(5)))
    broken = MALFORMED[how](body)
    assert broken != body
    with pytest.raises(BadSubmission):
        Submission.parse(broken)
    assert elsewhere.send(broken).status_code == 400
    assert elsewhere.witnessed() == []


def test_an_old_size_above_the_new_one_is_400(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(6, 5, proof=()).status_code == 400


def test_another_old_size_is_409_and_names_the_right_one(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(3, 5).status_code == 409
    assert elsewhere.add(3, 5).data == b"0\n"
    assert elsewhere.add(0, 5).status_code == 200
    for old in (0, 4, 6):
        answer = elsewhere.add(old, 8)
        assert (answer.status_code, answer.data) == (409, b"5\n")
        assert answer.headers["Content-Type"] == "text/x.tlog.size"
    assert elsewhere.witnessed() == [5]


def test_what_is_not_shown_to_go_on_is_422(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(0, 5, proof=[b"\1" * 32]).status_code == 422
    assert elsewhere.add(0, 5).status_code == 200
    proof = elsewhere.proof(5, 8)
    for wrong in ((), proof[:-1], (*proof, b"\1" * 32), tuple(reversed(proof))):
        assert elsewhere.add(5, 8, proof=wrong).status_code == 422
    assert elsewhere.add(5, 8, root_is=b"\1" * 32).status_code == 422
    assert elsewhere.witnessed() == [5]
    # Two roots of one size, signed by the log itself, are more than a bad proof.
    assert elsewhere.place.alarms() == []
    assert elsewhere.add(5, 5, root_is=b"\1" * 32).status_code == 422
    (fork,) = elsewhere.place.alarms()
    assert (fork.source, fork.kind, fork.size) == (ORIGIN, "fork", 5)
    assert elsewhere.note(5).text in fork.note_expected


def test_only_one_of_many_at_once_moves_the_log(elsewhere: Elsewhere) -> None:
    assert elsewhere.add(0, 5).status_code == 200
    statuses: dict[int, int] = {}
    start = threading.Barrier(8)

    def ask(size: int) -> None:
        body = bytes(Submission(5, elsewhere.proof(5, size), elsewhere.note(size)))
        start.wait(10)
        statuses[size] = elsewhere.send(body).status_code

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses.values()) == [200] + [409] * 7
    assert elsewhere.witnessed() == [5, next(n for n, code in statuses.items() if code == 200)]


def test_a_log_of_ours_must_also_be_that_of_the_copy(elsewhere: Elsewhere) -> None:
    place = elsewhere.place
    launch(place.boats, "one", sail=4)
    with place.moving():
        place.wait()
    signer = keys.signer(place.settings, SOURCE)
    with place.audit.database.reading() as connection:
        seen = connection.execute(
            select(func.max(CHECKPOINTS.c.size)).where(CHECKPOINTS.c.log == SOURCE)
        ).scalar_one()
    assert seen == 5
    sail(place.boats, "one", 2)
    text = Checkpoint(signer.name, 5, b"\1" * 32).text()
    forged = Note(text).with_line(signer.sign(text))
    assert elsewhere.send(bytes(Submission(5, (), forged))).status_code == 422
    (fork,) = place.alarms()
    assert (fork.source, fork.size, fork.found) == (SOURCE, 5, (b"\1" * 32).hex())
    note = place.checkpoint()
    assert note is not None
    assert_cosigned(place, elsewhere.send(bytes(Submission(5, (), note))), note)


def test_a_submission_is_written_as_it_is_read(elsewhere: Elsewhere) -> None:
    one = Submission(5, elsewhere.proof(5, 8), elsewhere.note(8))
    assert Submission.parse(bytes(one)) == one
    assert bytes(one).startswith(b"old 5\n") and one.checkpoint.size == 8
