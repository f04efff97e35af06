"""The rooms of the house, and in which direction they may know each other."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

import ektp_sched

PACKAGE = Path(ektp_sched.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# Room → the rooms that it may import while the program runs.
GROUND = {"errors", "words", "public", "places", "showing", "children"}
MAY_IMPORT: dict[str, set[str]] = {
    "words": set(),
    "public": set(),
    "places": set(),
    "showing": set(),
    "children": set(),
    "errors": {"words"},
    "office": GROUND,
    "rules": {"office", "errors", "words"},
    "backlog": {*GROUND, "office", "rules"},
    "planning": {*GROUND, "office", "rules", "backlog"},
    "trust": {*GROUND, "office", "rules", "backlog"},
    "scenarios": {*GROUND, "office", "rules", "backlog", "planning"},
    "output": {*GROUND, "office", "rules", "backlog", "planning", "trust", "scenarios"},
    "example": {*GROUND, "office", "backlog"},
}
# Conveniences of results, loaded when they are called, such as plan.save().
UPWARD = {
    ("planning/result.py", "output"),
    ("scenarios/compare/comparison.py", "output"),
    ("trust/explain/model.py", "output"),
}
SOLVERS = {"ortools", "highspy", "pyjobshop", "scipy"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    return name_of(path).split("/")[0].removesuffix(".py")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def imports(node: ast.AST) -> list[str]:
    """Modules imported while the program runs, at the top or inside functions."""
    found: list[str] = []
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            continue
        if isinstance(child, ast.Import):
            found += [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            module = child.module or ""
            found += [f"{module}.{alias.name}" for alias in child.names]
        found += imports(child)
    return found


def rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imports(tree_of(path))]
    ours = [n for n in names if n[0] == "ektp_sched" and len(n) > 1]
    return {n[1] for n in ours if not n[1].startswith("__")}


def foreign_imported(path: Path) -> set[str]:
    tops = {name.split(".")[0] for name in imports(tree_of(path))}
    return tops - {"ektp_sched", "__future__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(path)
    if room not in MAY_IMPORT:
        assert room in {"__init__", "__main__", "cli"}
        return
    above = rooms_imported(path) - MAY_IMPORT[room] - {room}
    above -= {target for source, target in UPWARD if source == name_of(path)}
    assert above == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_planning_and_its_engines_know_a_solver(path: Path) -> None:
    solvers = foreign_imported(path) & SOLVERS
    if room_of(path) == "planning":
        assert solvers <= {"ortools"}
    else:
        assert solvers == set()


def test_engines_do_not_know_each_other() -> None:
    engines = {"flow", "cpsat"}
    for engine in engines:
        names = imports(tree_of(PACKAGE / "planning" / f"{engine}.py"))
        others = {f"ektp_sched.planning.{other}" for other in engines - {engine}}
        assert not [n for n in names if n.startswith(tuple(others))]


def test_the_checker_needs_the_standard_library_alone() -> None:
    names = {n.split(".")[0] for n in imports(tree_of(PACKAGE / "trust/checker.py"))}
    assert names <= sys.stdlib_module_names


def in_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then all others, each by code point."""
    bare = name.lstrip("_")
    return (0 if bare.isupper() else 1 if bare[:1].isupper() else 2), name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_public_names_are_sorted_and_importable(path: Path) -> None:
    name = name_of(path).removesuffix(".py").removesuffix("/__init__")
    if name in {"__main__", "trust/checker"}:
        return
    dotted = "ektp_sched" if name == "__init__" else f"ektp_sched.{name}"
    module = importlib.import_module(dotted.replace("/", "."))
    names = list(module.__all__)
    assert names == sorted(set(names), key=in_order)
    for public in names:
        assert getattr(module, public) is not None


def test_rooms_of_the_design_are_there() -> None:
    rooms = {room_of(path) for path in MODULES}
    assert {*MAY_IMPORT, "cli"} <= rooms
