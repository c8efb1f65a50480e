"""The proxy's limits and the services' fit together; what strangers say of the way is cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared import serving
from shared.web.uploads import UPLOAD_BYTES_MAX

TEXT = (Path(__file__).parents[2] / "deploy" / "proxy" / "Caddyfile").read_text(encoding="utf-8")


def bytes_of(word: str) -> int:
    found = re.search(rf"\b{word} (\d+)(KB|MB|KiB|MiB)\b", TEXT)
    assert found, word
    thousand = 1024 if "i" in found.group(2) else 1000
    return int(found.group(1)) * thousand ** (1 if found.group(2).startswith("K") else 2)


def test_what_the_proxy_lets_through_a_service_can_take() -> None:
    assert UPLOAD_BYTES_MAX <= bytes_of("max_size") <= serving.BODY_BYTES_MAX
    assert bytes_of("max_header_size") <= serving.HEAD_BYTES_MAX
    assert bytes_of("request_buffers") >= serving.SMALL_BODY_BYTES


@pytest.mark.parametrize("word", ["read_header", "read_body", "write", "idle", "dial_timeout"])
def test_nothing_waits_without_end(word: str) -> None:
    assert re.search(rf"^\t+{word} \d+(s|m)$", TEXT, re.MULTILINE)


def test_every_service_is_reached_in_the_same_way() -> None:
    assert TEXT.count("reverse_proxy") == TEXT.count("import passing") == 5
    for header in ("Forwarded", "Proxy", "X-HTTP-Method-Override", "X-Original-URL", "X-Real-IP"):
        assert f"header_up -{header}" in TEXT
    for header in ("-Server", "-Via"):
        assert f"\t\t{header}\n" in TEXT
