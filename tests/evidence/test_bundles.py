"""A bundle verifies with nothing but its verifier; whatever is changed in it is named."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from functools import partial
from pathlib import Path

import pytest

from services.audit.entries.views import Search
from services.audit.evidence import verifier
from services.audit.evidence.selection import Selection, history_of, positions_of
from shared.access.roles import Role
from shared.errors import Missing
from shared.events.tables import EVENTS
from shared.log.notes import Note, Signer
from tests.evidence.conftest import Archive, bad, rewritten, verify_alone


def replaced(name: str, by: bytes, other: str, content: bytes) -> bytes:
    return by if other == name else content


def without(bundle: Path, *names: str) -> Path:
    return rewritten(bundle, lambda name, content: None if name in names else content)


def test_a_bundle_verifies_without_this_project(archive: Archive, tmp_path: Path) -> None:
    bundle = archive.bundle()
    status, said = verify_alone(bundle, tmp_path / "empty", "--keys", str(archive.keys_file()))
    assert status == 0
    assert "GOOD 40 entries" in said
    assert "not from the bundle" in said
    assert "cosigned by zanat/audit/witness" in said


def test_without_keys_it_says_that_the_keys_are_its_own(archive: Archive, tmp_path: Path) -> None:
    status, said = verify_alone(archive.bundle(), tmp_path / "empty")
    assert status == verifier.UNPROVEN_STATUS
    assert "Keys: the bundle's own" in said
    assert "UNPROVEN 40 entries fit the keys that came with them." in said
    assert "GOOD" not in said


def test_it_says_what_it_does_not_show(archive: Archive, tmp_path: Path) -> None:
    _, said = verify_alone(archive.bundle(), tmp_path / "empty", "--keys", str(archive.keys_file()))
    assert "Not shown: that nothing was left out" in said
    assert "Not shown: that index.html says" in said


def test_a_witness_whose_key_is_given_has_cosigned(archive: Archive) -> None:
    def change(name: str, content: bytes) -> bytes:
        if name == "grants/checkpoint" or name.startswith("grants/proofs/"):
            lines = content.splitlines(keepends=True)
            return b"".join(line for line in lines if b"/witness " not in line)
        return content

    changed = rewritten(archive.bundle(), change)
    for keys in (archive.keys_file(), None):
        assert verifier.verify_bundle(changed, keys=keys).bad == [
            "grants: grants/checkpoint: no witness whose key is known has cosigned it"
        ]


@pytest.mark.parametrize("name", ["README.txt", "verifier.py", "keys.txt", "index.html"])
def test_what_stands_beside_the_logs_is_read(archive: Archive, name: str) -> None:
    bundle, keys = archive.bundle(), archive.keys_file()
    changed = rewritten(bundle, lambda other, raw: raw + b"#" if other == name else raw)
    (said,) = verifier.verify_bundle(changed, keys=keys).bad
    assert said == f"{name} is not the one that the bundle was made with"
    (said,) = verifier.verify_bundle(without(bundle, name), keys=keys).bad
    assert said == f"{name} is missing"


@pytest.mark.parametrize("value", ["1e999", "NaN", "9" * 5_000, "[1]", "true", "-1", "5.9"])
def test_odd_numbers_in_the_manifest_are_told(archive: Archive, value: str) -> None:
    def change(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        found = content.decode().replace('"positions": [', f'"positions": [{value},', 1)
        found = found.replace('"positions":[', f'"positions":[{value},', 1)
        assert found.encode() != content
        return found.encode()

    (said,) = bad(rewritten(archive.bundle(), change))
    assert "cannot be read: OverflowError" not in said


def test_a_kept_file_of_other_logs_is_no_proof(archive: Archive, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    with zipfile.ZipFile(archive.bundle()) as read:
        other = read.read("grants/checkpoint").replace(b"zanat/", b"other/")
    for raw in (b"", other):
        kept.write_bytes(raw)
        found = verifier.verify_bundle(archive.bundle(), keys=archive.keys_file(), kept=kept)
        assert found.bad == ["the kept file: no checkpoint of a log in the bundle is in it"]


def test_it_lists_what_the_entries_say(archive: Archive, tmp_path: Path) -> None:
    _, said = verify_alone(archive.bundle(), tmp_path / "empty", "--list")
    assert "grants 0 2026-03-01T12:01:00Z org.zanat.grants.call.opened.v1 call/0 a1" in said


@pytest.mark.parametrize(
    ("selection", "positions"),
    [
        (Selection(positions=positions_of("grants:3-5 trainings:7")), {"g": [3, 4, 5], "t": [7]}),
        (Selection(search=Search(stream="call/4")), {"g": [4]}),
        (Selection(search=Search(programme="BA-2012", source="trainings")), {"t": [*range(20)]}),
        (Selection(history=history_of("call/6")), {"g": [6]}),
    ],
)
def test_it_holds_what_was_asked_for(
    archive: Archive, selection: Selection, positions: dict[str, list[int]]
) -> None:
    bundle = archive.bundle(selection)
    assert verifier.verify_bundle(bundle).bad == []
    with zipfile.ZipFile(bundle) as read:
        logs = json.loads(read.read("manifest.json"))["logs"]
        index = read.read("index.html").decode()
    assert {one["log"][0]: one["positions"] for one in logs} == positions
    assert index.count("/entries/") == sum(map(len, positions.values()))


def test_nothing_asked_for_is_told(archive: Archive) -> None:
    with pytest.raises(Missing):
        archive.bundle(Selection(search=Search(stream="call/none")))


def test_the_index_tells_entries_in_words(archive: Archive) -> None:
    with zipfile.ZipFile(archive.bundle()) as read:
        index = read.read("index.html").decode()
    assert "The call was opened." in index
    assert "The cohort was closed." in index


def test_every_byte_of_what_counts_is_covered(archive: Archive) -> None:
    """One byte of a file flipped, the zip whole: in entries and checkpoints every one is found."""
    bundle = archive.bundle(Selection(positions=positions_of("grants:3")))
    for name in ("grants/entries/3.json", "grants/checkpoint", "grants/proofs/3.tlog-proof"):
        with zipfile.ZipFile(bundle) as read:
            content = read.read(name)
        for at in range(0, len(content), 1 if len(content) < 1_000 else 3):
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            changed = rewritten(bundle, partial(replaced, name, flipped))
            found = verifier.verify_bundle(changed)
            assert found.bad or any("not checked" in line for line in found.lines), (name, at)


def test_the_first_bad_position_is_named(archive: Archive) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"call", b"tall") if "grants/entries/1" in name else content

    (said,) = bad(rewritten(archive.bundle(), change))
    assert said.startswith("grants: position 1: ")


def test_what_is_missing_or_too_much_is_named(archive: Archive) -> None:
    bundle = archive.bundle()
    for name, words in (
        ("grants/entries/7.json", "position 7: its entry is missing"),
        ("grants/proofs/7.tlog-proof", "position 7: its proof is missing"),
        ("grants/checkpoint", "grants/checkpoint is missing"),
        ("keys.txt", "keys.txt is missing"),
        ("manifest.json", "manifest.json is missing"),
        ("index.html", "index.html"),
        ("grants/consistency/9", "an older checkpoint without its proof"),
    ):
        assert any(words in line for line in bad(without(bundle, name))), name
    changed = without(bundle, "grants/entries/7.json", "grants/proofs/7.tlog-proof")
    assert bad(changed) == ["grants: position 7: its entry is missing"]


def test_a_forged_log_needs_the_keys(archive: Archive, tmp_path: Path) -> None:
    """Whoever signs everything again is found with keys from elsewhere."""
    forger = Signer("zanat/grants", bytes(32))
    bundle = archive.bundle(Selection(positions=positions_of("grants:3")))
    with zipfile.ZipFile(bundle) as read:
        text = Note.parse(read.read("grants/checkpoint")).text
    signed = bytes(Note(text).with_line(forger.sign(text)))

    def change(name: str, content: bytes) -> bytes | None:
        if "/checkpoints/" in name or "/consistency/" in name:
            return None
        if name == "keys.txt":
            return forger.verifier_key.encode()
        if name == "manifest.json":
            said = json.loads(content)
            digest = hashlib.sha256(forger.verifier_key.encode()).hexdigest()
            said["files"]["keys.txt"] = digest
            return json.dumps(said).encode()
        if name.endswith(".tlog-proof"):
            return content.partition(b"\n\n")[0] + b"\n\n" + signed
        return signed if name == "grants/checkpoint" else content

    forged = rewritten(bundle, change)
    assert verify_alone(forged, tmp_path / "empty")[0] == verifier.UNPROVEN_STATUS
    status, said = verify_alone(forged, tmp_path / "empty", "--keys", str(archive.keys_file()))
    assert status == 1
    assert "BAD grants: grants/checkpoint: no known key of zanat/grants signed it" in said


def test_a_kept_checkpoint_is_a_beginning(archive: Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive.bundle()) as read:
        older = (
            read.read("grants/checkpoints/9") if "grants/checkpoints/9" in read.namelist() else b""
        )
        newest = read.read("trainings/checkpoint")
    kept = tmp_path / "kept.txt"
    kept.write_bytes(newest + b"\n" + older)
    given = ("--keys", str(archive.keys_file()), "--kept", str(kept))
    status, said = verify_alone(archive.bundle(), tmp_path / "empty", *given)
    assert status == 0, said
    assert "grants: continues the kept checkpoint of size 9" in said
    assert "trainings: continues the kept checkpoint of size 20" in said


def test_a_kept_checkpoint_of_another_history_is_found(archive: Archive, tmp_path: Path) -> None:
    signer = Signer.parse(
        (archive.service.settings.log_key_path / "grants.key").read_text().strip()
    )
    text = f"zanat/grants\n20\n{'A' * 43}=\n"
    kept = tmp_path / "kept.txt"
    kept.write_bytes(bytes(Note(text).with_line(signer.sign(text))))
    status, said = verify_alone(archive.bundle(), tmp_path / "empty", "--kept", str(kept))
    assert status == 1
    assert "the kept checkpoint of size 20: one size has two roots" in said


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "grants/../x",
        "grants/entries/01.json",
        "grants/entries/a.json",
        "C:\\x",
    ],
)
def test_names_that_no_bundle_has_are_refused(archive: Archive, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.zip"
    path.write_bytes(archive.bundle().read_bytes())
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(name, b"x")
    (said,) = bad(path)
    assert "no bundle has a file of this name" in said


def test_bombs_and_duplicates_are_refused(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("grants/checkpoint", bytes(50_000_000))
    assert bad(path)
    raw = archive.bundle().read_bytes()
    path.write_bytes(raw)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr("grants/checkpoint", b"x")
    assert bad(path) == ["grants/checkpoint is there twice"]
    lying = bytearray(raw)
    struct.pack_into("<I", lying, raw.rindex(b"PK\5\6") + 12, 0xFFFFFFF0)
    path.write_bytes(lying)
    assert bad(path) == ["the archive's directory is larger than any bundle's"]


@pytest.mark.parametrize("raw", [b"", b"PK", b"PK\5\6", bytes(100), b"\xff" * 5_000])
def test_what_is_no_bundle_is_told_in_one_line(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "none.zip"
    path.write_bytes(raw)
    status, said = verify_alone(path, tmp_path / "empty")
    assert status == 1
    assert said.startswith("BAD ")
    assert verify_alone(tmp_path / "not there", tmp_path / "empty")[0] == 1


def test_a_damaged_archive_never_ends_in_a_traceback(archive: Archive, tmp_path: Path) -> None:
    raw = archive.bundle(Selection(positions=positions_of("grants:3"))).read_bytes()
    path = tmp_path / "damaged.zip"
    for at in range(0, len(raw), 97):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :])
        verifier.verify_bundle(path)
        path.write_bytes(raw[:at])
        assert bad(path)


def test_only_who_may_export_takes_evidence_and_it_is_recorded(archive: Archive) -> None:
    office = archive.office
    assert office.get("/audit/api/v1/evidence?source=grants", Role.donor).status_code == 403
    answer = office.get("/audit/api/v1/evidence?source=grants", Role.auditor)
    assert answer.status_code == 200
    assert answer.headers["Zanat-Control-Count"] == "20"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as read:
        assert "grants/entries/19.json" in read.namelist()
    with archive.service.database.reading() as connection:
        types = connection.execute(EVENTS.select()).all()
    assert any("audit.access.exported" in row.type for row in types)
    assert any(b"/audit/evidence?source=grants" in row.envelope for row in types)
    assert office.get("/audit/api/v1/evidence?positions=nowhere", Role.auditor).status_code == 422
    assert office.get("/audit/api/v1/evidence?stream=none/1", Role.auditor).status_code == 404


def test_the_page_gives_the_same_and_says_what_is_wrong(archive: Archive) -> None:
    office = archive.office
    assert office.get("/audit/evidence?stream=call/4", Role.auditor).status_code == 200
    wrong = office.get("/audit/evidence.zip?positions=x&since=yesterday", Role.auditor)
    assert wrong.status_code == 422
    answer = office.get("/audit/evidence.zip?positions=grants:3", Role.auditor)
    assert answer.content_type == "application/zip"
