"""Sheets are read in this process here, but where a test asks for ``elsewhere``."""

from __future__ import annotations

import pytest

from shared.sheets import reading

from .building import ELSEWHERE, read_here


@pytest.fixture(autouse=True)
def opened_here(monkeypatch):
    monkeypatch.setattr(reading, "_elsewhere", read_here)


@pytest.fixture
def elsewhere(monkeypatch, opened_here):
    """Sheets are read as the product reads them: in a process of its own."""
    monkeypatch.setattr(reading, "_elsewhere", ELSEWHERE)
