"""Every error that a person can see is a sentence in both languages."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import ektp_sched
from ektp_sched import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(ektp_sched.__file__).parent
KINDS = {*errors.__all__, "error"}
"""Classes of errors; ``error`` as in ``kind.error(…)``."""

NOBODY_SEES: dict[str, str] = {}
"""Files with an error that no person sees, each with its reason."""

COMING = (
    *("backlog/headings.py", "backlog/readers.py"),
    *("output/audit_sheets.py", "output/backlog_copy.py"),
    *("output/placing.py", "output/reading.py", "output/stated.py"),
)
"""Files whose sentences are being written in another part of the work."""


def constructions(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Yield where an error is made, and the function or module around it."""
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inner: dict[ast.AST, ast.AST] = {}
    for scope in scopes:  # inner functions come after outer ones
        inner.update(dict.fromkeys(ast.walk(scope), scope))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in KINDS and (node.args or node.keywords):
                yield node, inner.get(node, tree)


def is_plain(value: ast.expr, scope: ast.AST, tree: ast.Module) -> bool:
    """Return whether an expression is text in one language only."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    if isinstance(value, ast.JoinedStr | ast.BinOp):
        return True
    if isinstance(value, ast.IfExp):
        return any(is_plain(v, scope, tree) for v in (value.body, value.orelse))
    if isinstance(value, ast.Name):
        return any(
            is_plain(assigned, scope, tree)
            for assigned in assignments(value.id, scope, tree)
        )
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.attr in ("join", "format", "replace", "strip")
    return returns_text(value, tree)


def assignments(name: str, scope: ast.AST, tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is assigned to a name in a function, else in the module."""
    for around in (scope, tree):
        values = [
            node.value
            for node in ast.walk(around)
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (
                node.targets if isinstance(node, ast.Assign) else [node.target]
            )
            if isinstance(target, ast.Name) and target.id == name
        ]
        if values:
            yield from values
            return


def returns_text(value: ast.expr, tree: ast.Module) -> bool:
    """Return whether a function of the same file says that it returns a `str`."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name)):
        return False
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name == value.func.id
        and node.returns is not None
        and ast.unparse(node.returns).split(" | ")[0] == "str"
        for node in tree.body
    )


def test_no_error_is_made_of_text_in_one_language() -> None:
    plain = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        plain += [
            f"{name}:{call.lineno}"
            for call, scope in constructions(tree)
            if name not in NOBODY_SEES
            and name != "errors.py"
            and not name.startswith(COMING)
            and call.args
            and is_plain(call.args[0], scope, tree)
        ]
    assert plain == []


def test_the_test_sees_what_it_is_for() -> None:
    text = """
from x import UsageError
_A = "plain"
def text() -> str: ...
def f(n):
    message = f"{n}"
    raise UsageError(message)
def g():
    raise UsageError(_A)
def h():
    message = said("a", "b")
    raise UsageError(message)
def i():
    raise UsageError("; ".join([]))
def j():
    raise UsageError(text())
def k():
    raise UsageError(said("a", "b") if 1 else "c")
"""
    tree = ast.parse(text)
    verdicts = [
        is_plain(call.args[0], scope, tree) for call, scope in constructions(tree)
    ]
    assert verdicts == [True, True, False, True, True, True]
