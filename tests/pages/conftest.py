"""A demonstration that really runs, one for each screen, and the system's browser to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages.serving import Server, make_home, restartable, serving
from tests.pages.visiting import DESKTOP, PHONE, Screen, Visitor


@pytest.fixture(scope="session")
def home(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration's home that nobody has worked in."""
    return make_home(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session", params=[DESKTOP, PHONE], ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    """What people look at."""
    found: Screen = request.param
    return found


@pytest.fixture(scope="session")
def address(home: Path, screen: Screen) -> Iterator[str]:
    """A server for this screen alone: what is done on the other one has not happened here."""
    with serving(home) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str, screen: Screen) -> Iterator[Callable[[str], Visitor]]:
    """Sign in as an invented person, each in a browser of their own: ``visit("Amir Hodžić")``."""
    with ExitStack() as opened:

        def begin(name: str) -> Visitor:
            visitor = opened.enter_context(Visitor(browser, address, screen))
            visitor.sign_in(name)
            return visitor

        yield begin


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[Server]:
    """A server for what is the same on every screen; it may be stopped and started again."""
    with restartable(home) as found:
        yield found
