"""The program's own files, read once for the tests that look at them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import ektp_sched

PACKAGE = Path(ektp_sched.__file__).parent


@cache
def trees() -> dict[str, ast.Module]:
    """Return every file of the package by its path within it."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Return all that a file says, in no order."""
    return tuple(ast.walk(trees()[name]))
