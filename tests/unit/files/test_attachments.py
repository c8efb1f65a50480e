"""Files are sealed under their owner's key, named by a hash, checked, and gone with the key."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from shared.errors import Invalid, Missing
from shared.events.event import Event, event_type
from shared.files.attachments import Attachments, Damaged, FileReference
from shared.files.cleaning import BYTES_MAX
from shared.files.shelf import FolderShelf
from shared.migrations.migrating import migrate
from shared.privacy.keyring import KeyName
from shared.service import Definition, Service
from shared.settings import Settings

PDF = b"%PDF-1.7 business plan of Mira"


@pytest.fixture
def files(tmp_path: Path):
    settings = Settings(home=tmp_path)
    definition = Definition(name="grants")
    migrate(settings, [definition])
    service = Service.open(definition, settings)
    yield Attachments.open(service)
    service.close()


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_what_is_put_is_got(files):
    reference = files.put("r1", "identity", PDF, "application/pdf")
    assert (reference.size, reference.media_type) == (len(PDF), "application/pdf")
    assert files.get(reference.sha256) == PDF


def test_a_file_is_sealed_and_its_name_is_the_hash_of_the_sealed_bytes(files, tmp_path):
    reference = files.put("r1", "identity", PDF, "application/pdf")
    (path,) = kept(tmp_path)
    raw = path.read_bytes()
    assert path.name == reference.sha256 == hashlib.sha256(raw).hexdigest()
    assert b"Mira" not in raw and path.stat().st_mode & 0o077 == 0


def test_the_same_content_twice_is_two_files(files):
    one = files.put("r1", "identity", PDF, "application/pdf")
    other = files.put("r1", "identity", PDF, "application/pdf")
    assert one.sha256 != other.sha256


def test_a_destroyed_key_takes_the_content_with_it_and_leaves_the_hash_true(files, tmp_path):
    reference = files.put("r1", "identity", PDF, "application/pdf")
    others = files.put("r2", "identity", PDF, "application/pdf")
    files.keyring.destroy([KeyName("r1", "identity")])
    assert files.get(reference.sha256) is None
    assert files.get(others.sha256) == PDF
    with pytest.raises(ValueError, match="destroyed"):
        files.put("r1", "identity", PDF, "application/pdf")


def test_an_agreement_outlives_the_rest(files):
    reference = files.put("r1", "identity", PDF, "application/pdf", group="agreement")
    files.keyring.destroy([KeyName("r1", "identity")])
    assert files.get(reference.sha256) == PDF


def test_changed_bytes_are_noticed(files, tmp_path):
    reference = files.put("r1", "identity", PDF, "application/pdf")
    (path,) = kept(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(Damaged):
        files.get(reference.sha256)


def test_a_file_moved_under_another_key_is_noticed(files):
    mine = files.put("r1", "identity", PDF, "application/pdf")
    other = files.put("r2", "identity", PDF, "application/pdf")
    sealed, others = files.shelf.get(mine.sha256), files.shelf.get(other.sha256)
    forged = others[:49] + sealed[49:]
    name = hashlib.sha256(forged).hexdigest()
    files.shelf.put(name, forged)
    with pytest.raises(Damaged):
        files.get(name)


def test_a_file_that_is_not_there_is_missing(files):
    with pytest.raises(Missing):
        files.get("0" * 64)


@pytest.mark.parametrize("name", ["../../keys/master.key", "", "A" * 64, "0" * 63 + "/"])
def test_nothing_but_a_hash_becomes_a_path(tmp_path, name):
    with pytest.raises(ValueError, match="hexadecimal"):
        FolderShelf(tmp_path).get(name)


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "application/pdf", "file-empty"),
        (b"<html>", "application/pdf", "file-kind-differs"),
        (b"MZ", "application/x-msdownload", "file-kind-unknown"),
        (b"%PDF-" + bytes(BYTES_MAX), "application/pdf", "file-too-large"),
        (b"RIFF0000WAVE", "image/webp", "file-kind-differs"),
    ],
)
def test_only_documents_and_photos_of_bounded_size_are_kept(files, content, media_type, code):
    with pytest.raises(Invalid) as refusal:
        files.put("r1", "identity", content, media_type)
    assert refusal.value.code == code


def test_photos_are_kept(files):
    for content, media_type in (
        (b"\xff\xd8\xff\xe0 photo", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n photo", "image/png"),
        (b"RIFF0000WEBP photo", "image/webp"),
    ):
        assert files.get(files.put("r1", "contact", content, media_type).sha256) == content


def test_keeping_again_changes_nothing_and_removing_is_for_good(tmp_path):
    shelf, name = FolderShelf(tmp_path), "ab" * 32
    shelf.put(name, b"one")
    shelf.put(name, b"two")
    assert shelf.get(name) == b"one"
    assert shelf.remove(name) and not shelf.remove(name)
    assert shelf.get(name) is None


def test_a_reference_can_stand_in_an_event():
    @event_type("grants.visit.photo_kept.v1")
    class PhotoKept(Event, frozen=True, kw_only=True):
        file: FileReference

    assert PhotoKept.event_type.endswith("photo_kept.v1")
