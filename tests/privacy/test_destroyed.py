"""What a destroyed key sealed is absent, also where the key was in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.privacy import keyring
from shared.privacy.keyring import KeyName, Keyring
from shared.privacy.sealing import open_text, seal_text
from tests.store.conftest import BOTH, on_both
from tests.store.domain import BOATS, Home

NAME = KeyName("r-1", "identity")


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    yield from on_both(request, tmp_path)


@pytest.mark.parametrize("asked_by", ["id", "name"])
def test_a_key_that_is_destroyed_while_it_is_read_is_not_remembered(
    home: Home, monkeypatch: pytest.MonkeyPatch, asked_by: str
) -> None:
    keys = home.open(BOATS).keyring
    sealed = seal_text(keys, NAME, "Ana")
    keys.forget()
    unwrapped = Keyring._unwrapped

    def meanwhile(self: Keyring, key_id: str, *of: Any) -> keyring.Key:
        patch.undo()
        assert len(self.destroy([NAME])) == 1
        return unwrapped(self, key_id, *of)

    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "_unwrapped", meanwhile)
        if asked_by == "id":
            open_text(keys, sealed)
        else:
            keys.ensure({NAME})
    assert open_text(keys, sealed) is None
    assert keys.ensure({NAME})[NAME].cipher is None


def test_another_process_opens_it_for_half_a_second_at_most(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(keyring, "monotonic", lambda: now[0])
    here, there = home.open(BOATS).keyring, home.open(BOATS).keyring
    sealed = seal_text(here, NAME, "Ana")
    now[0] = 0.4
    assert open_text(there, sealed) == "Ana"
    here.destroy([NAME])
    assert open_text(here, sealed) is None
    now[0] = 0.4 + keyring.REMEMBERED_SECONDS
    assert open_text(there, sealed) is None
    assert there.open_keys([sealed.key])[sealed.key].cipher is None
    assert there.ensure({NAME})[NAME].cipher is None
