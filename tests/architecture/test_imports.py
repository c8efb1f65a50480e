"""Who may import whom inside a service: contracts that name kinds of files, not packages.

A capability is a folder of a service. In it the entry points stand over api, pages and reactions,
those over views and schemas, those over the decider. A decider is a module that defines a
``Decider(...)``, with every module of the same service that it imports: all of it is pure.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("accounts", "audit", "grants", "notifications", "trainings")
IMPURE = {
    *("alembic", "flask", "flask_smorest", "kombu", "marshmallow", "os", "psycopg", "random"),
    *("requests", "secrets", "socket", "sqlalchemy", "sqlite3", "subprocess", "time", "uuid"),
}
PURE_SHARED = {
    "shared.mail_address",
    *("shared.clock", "shared.errors", "shared.money", "shared.events.decider"),
    *("shared.events.event", "shared.language.marking"),
    *("shared.access.own", "shared.access.permissions", "shared.access.roles"),
}
LINES_MAX = 450
IN_ONE_FILE = {
    # An auditor takes it along and runs it without this project: it must be whole by itself.
    "services.audit.evidence.verifier": 700,
}
"""Files that may be longer, each with its reason."""
LAYERS = {
    **dict.fromkeys(("app", "wsgi", "worker"), 3),
    **dict.fromkeys(("api", "pages", "reactions"), 2),
    **dict.fromkeys(("views", "schemas"), 1),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules(folder: str) -> dict[str, ast.Module]:
    """Every module under a folder, parsed, by its dotted name."""
    return {
        module_name(path): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def imported(tree: ast.Module) -> set[str]:
    """Dotted names a module imports; ``from a import b`` gives ``a`` and ``a.b``."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def defines_decider(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decider"
        for node in ast.walk(tree)
    )


def deciders(service: str) -> set[str]:
    """Modules of a service that hold its deciders, with all of the service that they import."""
    trees = modules(f"services/{service}")
    found: set[str] = set()
    waiting = {name for name, tree in trees.items() if defines_decider(tree)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {one for one in imported(trees[name]) if one in trees} - found
    return found


def all_deciders() -> list[str]:
    return sorted(name for service in SERVICES for name in deciders(service))


@pytest.mark.parametrize("module", all_deciders())
def test_decider_is_pure(module: str) -> None:
    names = imported(modules(f"services/{module.split('.')[1]}")[module])
    impure = {name for name in names if name.split(".")[0] in IMPURE}
    assert not impure, f"{module} imports {sorted(impure)}"
    rooms = {
        name
        for name in names
        if name.startswith("shared.")
        and not any(pure in (name, name.rpartition(".")[0]) for pure in PURE_SHARED)
    }
    # `from shared.events import decider` names the package too, which holds nothing itself.
    rooms -= {"shared.events", "shared.language"}
    assert not rooms, f"{module} imports {sorted(rooms)}"


def test_there_are_deciders_in_every_service_that_decides() -> None:
    for service in ("accounts", "grants", "trainings"):
        assert deciders(service), service


def layer(module: str) -> int | None:
    """How high a module of a capability stands, None for what has no place (templates, tables)."""
    return LAYERS.get(module.rpartition(".")[2])


@pytest.mark.parametrize("service", SERVICES)
def test_capability_imports_downwards_only(service: str) -> None:
    trees = modules(f"services/{service}")
    pure = deciders(service)
    wrong = []
    for name, tree in trees.items():
        height = 0 if name in pure else layer(name)
        if height is None:
            continue
        for target in imported(tree) & set(trees):
            above = layer(target)
            if above is not None and target not in pure and above > height:
                wrong.append(f"{name} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_services_meet_only_where_processes_join_them() -> None:
    wrong = []
    for name, tree in modules("services").items():
        owner = name.split(".")[1] if "." in name else ""
        if owner not in SERVICES:
            continue
        for target in imported(tree):
            other = target.split(".")[1] if target.startswith("services.") else owner
            if other in SERVICES and other != owner:
                wrong.append(f"{name} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_shared_knows_no_service() -> None:
    wrong = [
        name
        for name, tree in modules("shared").items()
        if any(target.split(".")[0] == "services" for target in imported(tree))
    ]
    assert not wrong


def test_modules_say_what_they_are_for() -> None:
    silent = [
        name
        for folder in ("services", "shared")
        for name, tree in modules(folder).items()
        if tree.body and ast.get_docstring(tree) is None
    ]
    assert not silent, f"no docstring: {silent}"


def test_files_and_functions_stay_readable() -> None:
    wrong = []
    for folder in ("services", "shared"):
        for name, tree in modules(folder).items():
            lines = max((getattr(node, "end_lineno", 0) or 0 for node in tree.body), default=0)
            if lines > IN_ONE_FILE.get(name, LINES_MAX):
                wrong.append(f"{name}: {lines} lines")
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.end_lineno:
                    length = node.end_lineno - node.lineno + 1
                    if length > 75:
                        wrong.append(f"{name}.{node.name}: {length} lines")
    assert not wrong, "\n".join(wrong)
