"""One source gives the master key: a file, a variable, a command; its words are told to nobody."""

from __future__ import annotations

import base64
import stat
import sys
import time
from pathlib import Path

import pytest

from shared.privacy import master_key
from shared.privacy.master_key import MasterKey, Masters
from shared.settings import Settings

ONE, OTHER = bytes(range(32)), bytes(range(32, 64))


def text(*given: bytes) -> str:
    return "\n".join(base64.b64encode(one).decode() for one in given)


def script(folder: Path, body: str) -> str:
    path = folder / "give key.py"
    path.write_text(body)
    return f'"{sys.executable}" "{path}"'


def secrets_of(settings: Settings) -> list[bytes]:
    return [one.secret for one in master_key.masters(settings).known()]


def test_a_new_installation_gets_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    master_key.ensure(settings)
    (made,) = secrets_of(settings)
    assert len(made) == 32
    assert stat.S_IMODE(settings.master_key_path.stat().st_mode) == 0o600
    master_key.ensure(settings)
    assert secrets_of(settings) == [made]


def test_a_variable_gives_it_and_no_file_is_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, master_key=text(ONE))
    master_key.ensure(settings)
    assert secrets_of(settings) == [ONE]
    assert list(tmp_path.iterdir()) == []


def test_a_command_unwraps_what_lies_in_the_home(tmp_path: Path) -> None:
    """As a key service does: what is on disk opens nothing."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master.wrapped").write_bytes(bytes(one ^ 0x5A for one in ONE))
    body = (
        "import sys, base64\n"
        "given = sys.stdin.buffer.read()\n"
        "print(base64.b64encode(bytes(one ^ 0x5A for one in given)).decode())\n"
    )
    command = script(tmp_path, body)
    assert secrets_of(Settings(home=tmp_path, master_key_command=command)) == [ONE]


def test_a_source_gives_two_while_the_key_is_changed(tmp_path: Path) -> None:
    assert secrets_of(Settings(home=tmp_path, master_key=text(ONE, OTHER))) == [ONE, OTHER]


@pytest.mark.parametrize(
    "named",
    [
        {"master_key": text(ONE), "master_key_command": "true"},
        {"master_key": text(ONE), "master_key_file": Path("/nowhere")},
        {"master_key_file": Path("/nowhere"), "master_key_command": "true"},
    ],
)
def test_two_sources_are_refused_by_name(tmp_path: Path, named: dict[str, object]) -> None:
    settings = Settings(home=tmp_path, **named)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"ZANAT_MASTER_KEY.* and ZANAT_.*: set one of them only"):
        master_key.masters(settings)
    with pytest.raises(ValueError, match="set one of them only"):
        master_key.ensure(settings)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("import sys; sys.stderr.write('SECRET'); print('SECRET'); sys.exit(3)", "ended with 3"),
        ("print('SECRET')", "32 bytes in base64"),
        ("print('')", "32 bytes in base64"),
        ("while True: print('SECRET' * 100)", "printed more than a key"),
    ],
)
def test_what_a_command_says_is_not_repeated(tmp_path: Path, body: str, says: str) -> None:
    settings = Settings(home=tmp_path, master_key_command=script(tmp_path, body))
    with pytest.raises(ValueError, match=says) as caught:
        master_key.masters(settings)
    assert "SECRET" not in str(caught.value)
    assert str(caught.value).startswith("ZANAT_MASTER_KEY_COMMAND: ")


@pytest.mark.parametrize(
    ("command", "says"),
    [("/no/such/program", "cannot be run"), ("'unfinished", "quotes"), ("   ", "cannot be run")],
)
def test_a_command_that_is_none_is_refused(tmp_path: Path, command: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        master_key.masters(Settings(home=tmp_path, master_key_command=command))


def test_a_command_goes_through_no_shell(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    settings = Settings(home=tmp_path, master_key_command=f"echo x; touch {mark}")
    with pytest.raises(ValueError, match="32 bytes in base64"):
        master_key.masters(settings)
    assert not mark.exists()


def test_a_command_that_hangs_is_ended_with_all_that_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(master_key, "COMMAND_SECONDS", 0.5)
    mark = tmp_path / "mark"
    later = f"import time, pathlib; time.sleep(2); pathlib.Path({str(mark)!r}).touch()"
    body = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {later!r}])\n"
    settings = Settings(home=tmp_path, master_key_command=script(tmp_path, body))
    begun = time.monotonic()
    with pytest.raises(ValueError, match="no key within"):
        master_key.masters(settings)
    assert time.monotonic() - begun < 1.9
    time.sleep(2)
    assert not mark.exists()


@pytest.mark.parametrize("bad", ["", "x", text(ONE)[:-4], text(ONE, ONE[:16]), text(*[ONE] * 5)])
def test_what_is_no_key_is_refused(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(bad)
    with pytest.raises(ValueError, match=r"^master.key: a master key is 32 bytes in base64$"):
        master_key.masters(Settings(home=tmp_path, master_key_file=path))


def test_no_key_stands_in_what_a_developer_prints(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, master_key=text(ONE), master_key_command="ask --pin 1234")
    shown = f"{settings} {MasterKey(ONE)!r}"
    assert text(ONE) not in shown
    assert "1234" not in shown
    assert "\\x01" not in shown


def test_a_key_that_came_later_is_found_by_asking_again(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    master_key.put(path, ONE)
    masters = Masters(lambda: master_key.load(path))
    assert masters.find(MasterKey(OTHER).id) is None
    master_key.put(path, OTHER, ONE)
    time.sleep(master_key.REREAD_SECONDS)
    found = masters.find(MasterKey(OTHER).id)
    assert found is not None
    assert found.secret == OTHER
    assert [one.secret for one in masters.known()] == [OTHER, ONE]


def test_a_source_that_is_gone_takes_nothing_away(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    master_key.put(path, ONE)
    masters = Masters(lambda: master_key.load(path))
    path.unlink()
    assert masters.find("0" * 16) is None
    assert masters.find(MasterKey(ONE).id) is not None
