"""Every error that a person can see is a sentence in both languages."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from package import trees

from ektp_sched import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {*errors.__all__, "error", "UnreadableError"}
"""Classes of errors; ``error`` as in ``kind.error(…)``."""

FINDINGS = "ektp_sched.trust.findings"
"""Whose `Violation` and `Findings.add` take a code, then a sentence."""

NOBODY_SEES: dict[str, str] = {}
"""Files with an error that no person sees, each with its reason."""


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, ast.AST]]:
    """Yield each call, its name, and the function or module around it."""
    todo: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while todo:
        node, scope = todo.pop()
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", getattr(node.func, "id", "")), scope
        scope = node if isinstance(node, ast.FunctionDef) else scope
        todo += [(child, scope) for child in ast.iter_child_nodes(node)]


def constructions(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Yield where an error is made, and the function or module around it."""
    for node, name, scope in calls(tree):
        if name in KINDS and (node.args or node.keywords):
            yield node, scope


def violations(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Yield where a violation is made, and the function or module around it."""
    adds = any(
        isinstance(node, ast.ImportFrom)
        and node.module == FINDINGS
        and any(alias.name == "Findings" for alias in node.names)
        for node in ast.walk(tree)
    )
    for node, name, scope in calls(tree):
        if len(node.args) > 1 and (name == "Violation" or (name == "add" and adds)):
            yield node, scope


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
    for name, tree in trees().items():
        plain += [
            f"{name}:{call.lineno}"
            for call, scope in constructions(tree)
            if name not in NOBODY_SEES
            and name != "errors.py"
            and call.args
            and is_plain(call.args[0], scope, tree)
        ]
    assert plain == []


def test_no_violation_is_made_of_text_in_one_language() -> None:
    plain, number = [], 0
    for name, tree in trees().items():
        for call, scope in violations(tree):
            number += 1
            if is_plain(call.args[1], scope, tree):
                plain.append(f"{name}:{call.lineno}")
    assert number > 40
    assert plain == []


def test_the_test_sees_violations_in_one_language() -> None:
    text = """
from ektp_sched.trust.findings import Findings, Violation
def f(n):
    yield Violation("a", f"{n}")
def g(findings):
    findings.add("a", "b", day=1)
def h(findings):
    message = "; ".join([])
    findings.add("a", message)
def i(findings):
    findings.add("a", said("b", "c"))
def j():
    yield Violation("a", said("b", "c"), file="d")
"""
    tree = ast.parse(text)
    lines = {
        call.lineno for call, s in violations(tree) if is_plain(call.args[1], s, tree)
    }
    assert lines == {4, 6, 9}
    assert len([*violations(tree)]) == 5


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
    verdicts = {
        call.lineno: is_plain(call.args[0], scope, tree)
        for call, scope in constructions(tree)
    }
    assert verdicts == {7: True, 9: True, 12: False, 14: True, 16: True, 18: True}
