"""How long commands take on ten people: whole processes, in turn, as a person waits."""

from __future__ import annotations

from benchmarks.measure import Row, Table

__all__ = ["tables"]

_TEN = (
    "import pathlib, sys; [kupang, ten] = map(pathlib.Path, sys.argv[1:]); "
    "lines = kupang.read_text('utf-8').splitlines(keepends=True)[:11]; "
    "[file.write_text(''.join(lines), 'utf-8') for file in (kupang, ten)]"
)
_HEAVY = ("ortools", "altair", "xlsxwriter", "sqlalchemy", "jinja2")
_LOADED = "sys.exit(' '.join(n for n in {!r} if n in sys.modules) or None)"
_IMPORT = "import ektp_sched, sys; " + _LOADED.format((*_HEAVY, "numpy", "polars"))
_CHECK = (
    "import sys; from ektp_sched.cli.app import run; run(sys.argv[1:]); "
    + _LOADED.format(_HEAVY)
)
"""Runs a command; libraries loaded that it has no use for end the measurement."""


def tables(smoke: bool) -> list[Table]:
    """Return what is measured."""
    program, kupang, ten = ("-m", "ektp_sched"), "{folder}/kupang", "{folder}/ten.csv"
    office = ("--office", f"{kupang}/office.toml")
    plan = (*program, "plan", ten, *office, "--start", "2017-09-12", "--days", "9")
    check, bare = ("check", ten, *office), ("--no-xlsx", "--no-report")
    commands = {
        "--help": ("--help",),
        "check": check,
        "explain": ("explain", "{made}", "KPG-000001", "--backlog", ten, *office),
        "verify": ("verify", "{made}", "--backlog", ten, *office),
        "status": ("status", kupang, "KPG-000001"),
    }
    rows = (
        Row("python -c pass", command=("-c", "pass")),
        Row("import ektp_sched", command=("-c", _IMPORT)),
        *(Row(name, command=(*program, *args)) for name, args in commands.items()),
        Row("plan, no workbooks, no page", command=(*plan, *bare, "--out", "{out}")),
        Row("plan", command=(*plan, "--out", "{out}")),
    )
    setup = (
        Row("", command=(*program, "init", kupang, "--example", "kupang")),
        Row("", command=("-c", _TEN, f"{kupang}/backlog.csv", ten)),
        Row("", command=(*program, "today", kupang, "--on", "2017-09-12")),
        Row("", command=(*plan, "--out", "{made}")),
        Row("", command=("-c", _CHECK, *check)),
    )
    return [
        Table("ten", "commands on ten people", rows, setup=setup, rounds=10 - 9 * smoke)
    ]
