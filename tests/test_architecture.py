"""The rooms of the house, and in which direction they may know each other."""

from __future__ import annotations

import ast
import importlib
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from package import PACKAGE, nodes, trees

if TYPE_CHECKING:
    from pathlib import Path

MODULES = [PACKAGE / name for name in trees()]

# Room → the rooms that it may import, be it for their types alone.
GROUND = {"errors", "words", "public", "places", "showing", "children"}
GROUND |= {"spoken", "arguments", "parallel", "signs", "lazily", "failures", "arrays"}
STATED = {"rules", "office", "readers", "backlog", "people", "documents", "yesterday"}
ROOMS = {*STATED, "planning", "trust", "scenarios"}
OFFICE = {"days", "morning", "counter", "month", "telling"}
MAY_IMPORT: dict[str, set[str]] = {
    "words": set(),
    "arrays": set(),
    "public": set(),
    "places": set(),
    "showing": set(),
    "children": set(),
    "parallel": set(),
    "signs": set(),
    "lazily": set(),
    "spoken": {"words"},
    "arguments": {"errors", "words"},
    "errors": {"words"},
    "failures": {"errors", "words"},
    "rules": {"errors", "words", "arrays"},
    "office": {*GROUND, "rules"},
    "readers": {"errors", "words"},
    "backlog": {*GROUND, "office", "rules", "readers"},
    "people": {*GROUND, "office", "rules", "backlog"},
    "documents": {*GROUND, "office", "rules", "backlog", "people"},
    "yesterday": {*GROUND, *STATED},
    "planning": {*GROUND, *STATED},
    "trust": {*GROUND, *STATED},
    "scenarios": {*GROUND, *STATED, "planning"},
    "output": {*GROUND, *ROOMS},
    "ledger": {*GROUND, *ROOMS, "output"},
    "days": {*GROUND, *ROOMS, "output", "ledger"},
    "morning": {*GROUND, *ROOMS, "output", "ledger", "days"},
    "counter": {*GROUND, *ROOMS, "output", "ledger", "days"},
    "month": {*GROUND, *ROOMS, "output", "ledger", "days"},
    "telling": {*GROUND, *ROOMS, "output", "ledger", "days", "morning", "counter"},
    "fleet": {*GROUND, *ROOMS, "output"},
    "forms": {*GROUND, "rules", "office", "scenarios"},
    "example": {*GROUND, "rules", "office", "backlog", "scenarios", "fleet", "forms"},
    "desk": {*GROUND, *ROOMS, "output", "forms", "example", "ledger", *OFFICE},
    "cli": {*GROUND, *ROOMS, "output", "example", "ledger", *OFFICE, "desk", "fleet"},
    "face": {"errors", "words", "showing", *ROOMS, "output", "ledger", *OFFICE},
}
SOLVERS = {"ortools", "highspy", "pyjobshop", "scipy"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    return name_of(path).split("/")[0].removesuffix(".py")


@cache
def imports(path: Path) -> list[str]:
    """Modules and names imported: at the top, inside functions, for types alone."""
    names: list[str] = []
    for node in nodes(name_of(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imports(path)]
    ours = [n for n in names if n[0] == "ektp_sched" and len(n) > 1]
    return {n[1] for n in ours if not n[1].startswith("__")}


def foreign_imported(path: Path) -> set[str]:
    tops = {name.split(".")[0] for name in imports(path)}
    return tops - {"ektp_sched", "__future__"}


def test_a_room_imports_only_the_rooms_below_it() -> None:
    for path in MODULES:
        room = room_of(path)
        if room not in {"__init__", "__main__"}:
            above = rooms_imported(path) - MAY_IMPORT[room] - {room}
            assert above == set(), name_of(path)


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Of whatever kind the imports are: a circle is one thing in several files."""
    names = {dotted(path) for path in MODULES}
    below: dict[str, set[str]] = {}
    for path in MODULES:
        targets = {n if n in names else n.rpartition(".")[0] for n in imports(path)}
        below[dotted(path)] = (targets & names) - {dotted(path)}
    circle: list[str] = []
    try:
        TopologicalSorter(below).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
    assert circle == [], " imports ".join(circle)


def test_only_planning_and_its_engines_know_a_solver() -> None:
    for path in MODULES:
        known = {"ortools"} if room_of(path) == "planning" else set()
        assert foreign_imported(path) & SOLVERS <= known, name_of(path)


def test_engines_do_not_know_each_other() -> None:
    engines = {"flow", "cpsat"}
    for engine in engines:
        names = imports(PACKAGE / "planning/network" / f"{engine}.py")
        others = {
            f"ektp_sched.planning.network.{other}" for other in engines - {engine}
        }
        assert not [n for n in names if n.startswith(tuple(others))]


def test_the_checker_needs_the_standard_library_alone() -> None:
    for part in ("checker", "checker_choice", "checker_ledger", "checker_trees"):
        names = {n.split(".")[0] for n in imports(PACKAGE / f"trust/{part}.py")}
        assert names <= sys.stdlib_module_names


def in_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then all others, each by code point."""
    bare = name.lstrip("_")
    return (0 if bare.isupper() else 1 if bare[:1].isupper() else 2), name


def test_public_names_are_sorted_and_importable() -> None:
    for path in MODULES:
        # alembic's files run where they are imported, and say what alembic asks for.
        if name_of(path) in {
            "__main__.py",
            "trust/checker.py",
            "trust/checker_choice.py",
            "trust/checker_ledger.py",
            "trust/checker_trees.py",
        } or name_of(path).startswith("ledger/migrations/"):
            continue
        module = importlib.import_module(dotted(path))
        # In a module every name without an underscore is there for others.
        is_room = path.name == "__init__.py"
        names = list(module.__all__ if is_room else getattr(module, "__all__", ()))
        assert names == sorted(set(names), key=in_order), name_of(path)
        missing = [name for name in names if getattr(module, name, None) is None]
        assert missing == [], name_of(path)


def test_rooms_of_the_design_are_there() -> None:
    rooms = {room_of(path) for path in MODULES}
    assert {*MAY_IMPORT} <= rooms
