"""Whether the tests would notice: mutants of ``rules/`` and ``trust/``, one at a time.

Each mutant changes one comparison, operator, word or number in a copy of the tree, and
the tests of its module run in a fork until the first that fails.  One that no test
finds survives, and is shown.

    python tests/mutants.py [MODULE ...] [--every N] [--first K]
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 200  # seconds of processor time: a mutant that never ends is found too
TESTS = {
    "rules/ca*": "office_calendar office_capacity",
    "rules/limit": "rules_limit trust_quotas trust_consumables",
    "rules/parity": "rules_parity",
    "rules/quotas": "office_quotas trust_quotas output_quotas",
    "rules/ribbons": "office_consumables trust_consumables planning_consumables "
    "planning_outlook planning_dropped output_consumables",
    "rules/stock": "office_consumables trust_consumables planning_consumables "
    "planning_dropped output_consumables",
    "rules/shifts": "office_shifts trust_shifts planning_shifts",
    "rules/tiers": "rules_tiers planning_tiers fairness",
    "rules/*": "office_rules office_loading office_capacity rules_limit verify",
    "trust/audit/*": "audit audit_laws audit_plans audit_known",
    "trust/checker": "checker checker_holes trust_quotas trust_shifts rules_parity",
    "trust/checker_choice": "trust_shifts checker",
    "trust/checker_ledger": "second_reader",
    "trust/counts/*": "trust_quotas rules_parity trust_consumables",
    "trust/explain/*": "explain explain_given explain_truth",
    "trust/fairness/*": "fairness",
    "trust/proof/*": "certificate trust_shifts",
    "trust/verify/[ci]*": "improvements_chains verify",
    "trust/verify/shifts": "trust_shifts",
    "trust/verify/ties": "planning_ties planning_exchanges forgeries",
    "trust/verify/yesterday": "yesterday_places checker_second_morning",
    "trust/*": "verify trust_quotas trust_consumables trust_shifts forgeries",
}
_ONE = ["Lt", "Gt", "Eq", "Is", "In", "Add", "Mult", "And", "BitAnd"]
_OTHER = ["LtE", "GtE", "NotEq", "IsNot", "NotIn", "Sub", "FloorDiv", "Or", "BitOr"]
_OPPOSITE = {
    getattr(ast, a): getattr(ast, b)
    for a, b in zip(_ONE + _OTHER, _OTHER + _ONE, strict=True)
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TYPES = {"annotation", "returns", "decorator_list"}


def changes(node: ast.AST) -> Iterator[tuple[ast.AST, str, object]]:
    """Yield what can be changed at a node: whose attribute, which, and to what."""
    match node:
        case ast.Compare(ops=[op]):
            yield node, "ops", [_OPPOSITE[type(op)]()]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op):
            if type(op) in _OPPOSITE:
                yield node, "op", _OPPOSITE[type(op)]()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, "operand", ast.UnaryOp(ast.Not(), operand)
        case ast.Constant(value=bool(value)):
            yield node, "value", not value
        case ast.Constant(value=int(value)):
            yield node, "value", value + 1
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield node.func, "id", _NAMES[name]


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a program in its order, those of types left out."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if name not in _TYPES and isinstance(child, ast.AST):
                yield from walk(child)


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, what is changed there, and the whole changed program."""
    tree = ast.parse(source)
    for node in walk(tree):
        for owner, name, other in changes(node):
            before, plain = ast.unparse(node), getattr(owner, name)
            setattr(owner, name, other)
            shown = f"{before}  ->  {ast.unparse(node)}"
            yield node.lineno, shown, ast.unparse(tree)  # type: ignore[attr-defined]
            setattr(owner, name, plain)


def is_found(root: Path, files: list[str]) -> bool:
    """Return whether a test fails in a tree; each run is a fork of its own."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        os.chdir(root)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        sys.path[:0] = [str(root), str(root / "tests")]
        os.environ |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
        os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *files]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def judge(root: Path, module: str, every: int, first: int) -> tuple[int, int]:
    """Return how many mutants of a module were tried, and how many tests found."""
    exact = max((p for p in TESTS if fnmatch(module, p)), key=len)
    names = dict.fromkeys([*TESTS[exact].split(), "verify"])
    files = [f"tests/test_{name}.py" for name in names]
    path = root / "ektp_sched" / f"{module}.py"
    source, tried, found = path.read_text("utf-8"), 0, 0
    if is_found(root, files):
        raise SystemExit(f"{module}: its tests fail as it is: {' '.join(files)}")
    for line, shown, program in list(mutants(source))[first::every]:
        path.write_text(program, "utf-8")
        tried += 1
        if is_found(root, files):
            found += 1
        else:
            print(f"  {module}.py:{line}: {shown}", flush=True)
    path.write_text(source, "utf-8")
    return tried, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="as rules/limit; all if none")
    parser.add_argument("--every", type=int, default=25, help="of so many, try one")
    parser.add_argument("--first", type=int, default=0, help="the first one tried")
    asked = parser.parse_args()
    package = ROOT / "ektp_sched"
    paths = [p for room in ("rules", "trust") for p in (package / room).rglob("*.py")]
    every = sorted(str(p.relative_to(package).with_suffix("")) for p in paths)
    os.environ |= {"EKTP_PROFILE": "mutants", "POLARS_MAX_THREADS": "1"}
    for library in ("polars", "pydantic", "holidays", "babel", "sqlalchemy"):
        __import__(library)
    all_tried = all_found = 0
    with TemporaryDirectory() as folder:
        for name in ("ektp_sched", "tests", "docs", "pyproject.toml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, Path(folder, name))
        for module in asked.modules or every:
            tried, found = judge(Path(folder), module, asked.every, asked.first)
            all_tried, all_found = all_tried + tried, all_found + found
            print(f"{module}: {found} of {tried} mutants found", flush=True)
    print(f"{all_found} of {all_tried} mutants found by the tests")


if __name__ == "__main__":
    main()
