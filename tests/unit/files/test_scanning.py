"""A file with a virus is refused, and so is every file while the scanner cannot be asked."""

from __future__ import annotations

import socket
import time

import pytest

from shared.errors import Busy, Invalid
from shared.files.scanning import Scanner
from shared.settings import Settings

from .clamd import STREAM_BYTES_MAX, LittleClamd
from .samples import EICAR


def test_a_clean_file_passes_and_a_virus_does_not():
    with LittleClamd() as clamd:
        scanner = Scanner(clamd.address)
        scanner.check(b"%PDF-1.7 of nothing bad" * 20_000)
        for content in (EICAR, bytes(200_000) + EICAR + bytes(9)):
            with pytest.raises(Invalid) as refusal:
                scanner.check(content)
            assert refusal.value.code == "file-has-virus"
        assert scanner.trouble() is None
        assert clamd.asked == [*[b"zINSTREAM\0"] * 3, b"zPING\0"]


def test_a_unix_socket_serves_as_well(tmp_path):
    with LittleClamd(folder=tmp_path) as clamd:
        Scanner(clamd.address).check(b"harmless")


def test_a_file_that_the_scanner_finds_too_large_is_refused():
    with LittleClamd() as clamd, pytest.raises(Busy) as refusal:
        Scanner(clamd.address).check(bytes(STREAM_BYTES_MAX + 200_000))
    assert refusal.value.code == "scanner-unreachable"


def test_no_scanner_and_a_silent_one_refuse_in_time():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = Scanner(f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Busy) as refusal:
            gone.check(b"x")
        assert refusal.value.code == "scanner-unreachable"
        assert gone.trouble() == "failed: ConnectionRefusedError"
    with LittleClamd(mute=True) as clamd:
        began = time.monotonic()
        with pytest.raises(Busy):
            Scanner(clamd.address, seconds_max=0.3).check(b"x")
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("address", ["127.0.0.1:3310", "clamd:3310", "[::1]:3310", "unix:/run/c"])
def test_addresses_of_a_scanner(address):
    assert Settings.from_environment({"ZANAT_CLAMD": address}).clamd == address


@pytest.mark.parametrize("address", ["clamd", "clamd:", "http://clamd:3310", "unix:relative"])
def test_what_is_no_address_is_refused_at_start(address):
    with pytest.raises(ValueError, match="ZANAT_CLAMD"):
        Settings.from_environment({"ZANAT_CLAMD": address})
    assert Scanner.of(Settings.from_environment({})) is None
