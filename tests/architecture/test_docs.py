"""What is written for people agrees with the code.

Every setting, command and metric is documented, every link leads somewhere, every decision has its
number, date and parts.
"""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from prometheus_client.metrics import MetricWrapperBase

from services.accounts.personas import personas
from shared import metrics
from shared.settings import DOCUMENTED, SERVICES, Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
GENERATED = {"docs/access.md", "docs/events.md"}
WRITTEN = [
    path
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if str(path.relative_to(ROOT)) not in GENERATED
]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of the command line under its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_readme_lists_the_settings_that_there_are() -> None:
    listed = [
        (name.strip("`"), default.strip("`"), about)
        for name, default, about in table(section(README, "Settings"))
    ]
    assert listed == [(name, default, about) for name, (default, about) in DOCUMENTED.items()]


def test_a_documented_default_is_what_an_empty_environment_gives() -> None:
    settings = Settings.from_environment({})
    for name, (default, _) in DOCUMENTED.items():
        value = getattr(settings, name.removeprefix("ZANAT_").lower())
        match value:
            case Path():
                assert value == Path(default).resolve()
            case bool():
                assert value == (default == "1")
            case frozenset():
                assert value == frozenset(default.split(","))
            case _:
                assert str(value or "") == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZANAT_INSTALLATION", "Žanat"),
        ("ZANAT_INSTALLATION", "a-b"),
        ("ZANAT_PUBLIC_URL", "zanat.example"),
        ("ZANAT_WEB_WORKERS", "two"),
        ("ZANAT_WEB_THREADS", "0"),
        ("ZANAT_LOG_LEVEL", "loud"),
        ("ZANAT_DEMONSTRATION", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{name}: ") as raised:
        Settings.from_environment({name: value})
    assert value not in str(raised.value)


def test_settings_come_from_the_mapping_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZANAT_INSTALLATION", "elsewhere")
    assert Settings.from_environment({}).installation == "zanat"
    assert Settings.from_environment({"ZANAT_INSTALLATION": ""}).installation == "zanat"
    assert Settings.from_environment().installation == "elsewhere"


def test_readme_lists_the_commands_that_there_are() -> None:
    from services.__main__ import cli

    listed = {}
    for call, about in table(section(README, "The command line")):
        name = re.sub(r"( \[?[A-Z]+\]?)+$", "", call.strip("`"))
        listed[name] = about
    found = dict(commands(cli))
    assert set(listed) == set(found)
    whole = section(README, "The command line")
    for command in found.values():
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden and option.help:
                assert option.opts[0] in whole, option.opts[0]


def test_readme_names_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in WRITTEN:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text, re.MULTILINE):
            assert target in targets, f"{path.name}: make {target}"
    assert "    make test\n" in section(README, "Run the tests")
    assert "make test 2>&1" in (ROOT / ".ci" / "run").read_text()


def test_readme_signs_in_people_of_the_demonstration() -> None:
    known = {(one.name, one.email) for one in personas()}
    shown = re.findall(r"\*\*([^*]+)\*\*, [^(]+\(`([^`]+@[^`]+)`\)", README)
    assert len(shown) == 4
    assert set(shown) <= known
    for name in re.findall(r"\*\*([A-Z]\w+ [A-Z]\w+)\*\*(?! the )", README):
        assert name in {one.name for one in personas()}, name


@pytest.mark.parametrize("service", SERVICES)
def test_architecture_says_whom_a_service_listens_to(service: str) -> None:
    definition = importlib.import_module(f"services.{service}.app").definition()
    told = {row[0]: row[2] for row in table(section(ARCHITECTURE, "The services"))}
    assert told[service] == ", ".join(definition.sources())


def test_operations_explain_every_metric() -> None:
    found = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            total = "_total" if metric._type == "counter" else ""
            found[metric._name + total] = ", ".join(metric._labelnames)
    listed = {row[0].strip("`"): row[1] for row in table(section(OPERATIONS, "Metrics"))}
    assert listed == found


def test_operations_back_up_every_service() -> None:
    named = re.search(r"for name in ([a-z ]+); do", section(OPERATIONS, "Backing up"))
    assert named
    assert sorted(named[1].split()) == sorted(SERVICES)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_its_number_a_date_and_its_parts(path: Path) -> None:
    heading, blank, standing, *rest = path.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(rf"# {path.name[:4]} · \S.*", heading)
    assert not blank
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2} · (in force|replaced by \d{4})", standing)
    if int(path.name[:4]) > 3:
        text = "\n".join(rest)
        for part in ("**Context.**", "**Decided.**", "**Consequences.**"):
            assert part in text, part
        assert len(rest) <= 60, "a decision is short"


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        parts = urlsplit(target)
        if parts.scheme:
            continue
        aim = (path.parent / parts.path).resolve() if parts.path else path
        assert aim.exists(), target
        if parts.fragment:
            words = re.findall(r"^#+ (.+)$", aim.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", word).lower().replace(" ", "-") for word in words}
            assert parts.fragment in slugs, target


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    folders = "services|shared|tests|deploy|docs|examples"
    # What has a star or a <name> in it stands for many and does not match.
    for named in re.findall(rf"`((?:{folders})/[\w./-]*)`", text):
        assert (ROOT / named).exists(), f"{path.name}: {named}"


def test_what_the_readme_lists_is_in_the_repository() -> None:
    listed = [row[0].strip("`") for row in table(section(README, "Where things are"))]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    tops = {path.split("/")[0] for path in tracked}
    assert {name.split("/")[0] for name in listed} <= tops
