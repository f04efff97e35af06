"""How long the package takes to come up: whole processes, alternating."""

from __future__ import annotations

from benchmarks.measure import Row, Table

__all__ = ["tables"]

_HEAVY = ("ortools", "polars", "numpy", "fastexcel", "xlsxwriter", "holidays", "babel")
_IMPORT = (
    "import ektp_sched, sys; "
    f"sys.exit(' '.join(name for name in {_HEAVY!r} if name in sys.modules) or None)"
)


def tables(smoke: bool) -> list[Table]:  # noqa: ARG001
    """Return what is measured; heavy libraries loaded by the import end the run."""
    rows = (
        Row("python -c pass", command=("-c", "pass")),
        Row("import ektp_sched", command=("-c", _IMPORT)),
        Row("ektp-sched --help", command=("-m", "ektp_sched", "--help")),
    )
    return [Table("processes", "whole processes", rows, "÷ python", rounds=15)]
