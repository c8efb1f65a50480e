"""Signing keys are files that only their owner reads; public ones are kept for ever."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from shared.log import keys
from shared.log.notes import Cosigner, Signer
from shared.migrations.migrating import migrate
from shared.settings import Settings
from tests.store.domain import BOATS, HARBOURS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_migrating_makes_the_keys_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, installation="north")
    watching = replace(HARBOURS, follows=("trainings",))
    migrate(settings, (BOATS, watching))
    folder = tmp_path / "keys" / "log"
    private = sorted(path.name for path in folder.glob("*.key"))
    assert private == ["grants.key", "grants.witness.key", "trainings.key"]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    migrate(settings, (BOATS, watching))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert {mode(folder / name) for name in private} == {0o600}
    assert mode(folder / "grants.vkeys") == 0o644


def test_keys_are_named_by_their_log(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, installation="north")
    keys.ensure(settings, "grants", witness=True)
    signer, cosigner = keys.signer(settings, "grants"), keys.cosigner(settings, "grants")
    assert isinstance(signer, Signer)
    assert isinstance(cosigner, Cosigner)
    assert (signer.name, cosigner.name) == ("north/grants", "north/grants/witness")
    assert signer.seed != cosigner.seed
    assert keys.verifier_keys(settings, "grants") == (signer.verifier_key,)
    assert keys.witness_verifier_keys(settings, "grants") == (cosigner.verifier_key,)
    text = (tmp_path / "keys" / "log" / "grants.key").read_text()
    assert text == f"{signer.private_key}\n"
    assert text.startswith("PRIVATE+KEY+north/grants+")


def test_the_folder_may_be_elsewhere(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", log_key_folder=tmp_path / "safe")
    keys.ensure(settings, "grants")
    assert (tmp_path / "safe" / "grants.key").exists()
    assert not (tmp_path / "home").exists()
    found = Settings.from_environment({"ZANAT_LOG_KEY_FOLDER": str(tmp_path / "safe")})
    assert keys.signer(found, "grants") == keys.signer(settings, "grants")


def test_without_keys_nothing_signs_and_nothing_verifies(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(FileNotFoundError):
        keys.signer(settings, "grants")
    assert keys.verifier_keys(settings, "grants") == ()
    assert keys.witness_verifiers(settings, "grants") == ()


def test_a_lost_public_file_is_made_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    keys.ensure(settings, "grants")
    (settings.log_key_path / "grants.vkeys").unlink()
    keys.ensure(settings, "grants")
    assert keys.verifiers(settings, "grants")[0].key_id == keys.signer(settings, "grants").key_id


def test_the_successor_is_published_before_it_is_used(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    keys.ensure(settings, "grants")
    old, new = keys.prepare_next(settings, "grants")
    assert keys.prepare_next(settings, "grants") == (old, new)
    assert keys.signer(settings, "grants") == old
    assert keys.verifier_keys(settings, "grants") == (old.verifier_key, new.verifier_key)
    assert mode(settings.log_key_path / "grants.next.key") == 0o600
    keys.begin_next(settings, "grants")
    assert keys.signer(settings, "grants") == new
    assert keys.retiring(settings, "grants") == (old,)
    assert keys.verifier_keys(settings, "grants") == (new.verifier_key, old.verifier_key)
    keys.retire(settings, "grants", (old,))
    assert keys.retiring(settings, "grants") == ()
    assert keys.verifier_keys(settings, "grants") == (new.verifier_key, old.verifier_key)
    _, third = keys.prepare_next(settings, "grants")
    keys.begin_next(settings, "grants")
    assert keys.verifier_keys(settings, "grants") == (
        third.verifier_key,
        new.verifier_key,
        old.verifier_key,
    )
