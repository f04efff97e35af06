"""How office and backlog were understood, in words: counts, statuses, rejected rows."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.public import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language

_STATUSES: Final = 12
_SIGNS: Final[dict[str | int, str]] = {"\t": "TAB"}


def reconciled(backlog: Backlog, texts: Language) -> str:
    """Return "read = planned + held + rejected" with the numbers.

    Those of earlier sheets who are not planned again are a number of their own.
    """
    counts = texts.text(
        "digest.reconciled_done" if backlog.done else "digest.reconciled",
        read=backlog.read,
        planned=backlog.planned,
        held=backlog.held_count,
        done=backlog.done,
        rejected=backlog.rejected,
    )
    out = 0 if backlog.known is None else backlog.known.counts.taken_out
    taken_out = texts.text("digest.taken_out", taken_out=out)
    return f"{counts} + {taken_out}" if out else counts


def cell_shown(
    cell: str | None, kind: Literal["status", "area"], texts: Language
) -> str:
    """Return a status or an area for people: also where it is none, or hidden."""
    if cell == HIDDEN:
        return texts.text("book.not_shown")
    return cell or texts.text(f"book.no_{kind}")


def counted(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """Return how often each text occurs, the most frequent first."""
    counts = (
        frame.group_by(pl.col(column).fill_null(""))
        .len()
        .sort("len", column, descending=[True, False])
    )
    return dict(counts.iter_rows())


def status_counts(backlog: Backlog) -> dict[str, int]:
    """Return how many are held by status, the most frequent first."""
    return counted(backlog.held, "status")


def held_lines(
    backlog: Backlog, office: Office, texts: Language
) -> list[tuple[str, str]]:
    """Return statuses that cannot be printed yet, and those printed already."""
    counts = status_counts(backlog)
    done = already_printed(pl.Series([*counts], dtype=pl.String), office)
    lines = []
    for key, part in (("held", ~done), ("printed_already", done)):
        statuses = [*compress(counts, part)]
        parts = [
            f"{cell_shown(status, 'status', texts)} {texts.number(counts[status])}"
            for status in statuses[:_STATUSES]
        ]
        if len(statuses) > _STATUSES:
            parts.append(f"… (+{texts.number(len(statuses) - _STATUSES)})")
        if parts:
            lines.append((texts.text(f"terminal.{key}"), ", ".join(parts)))
    return lines


def reject_lines(rejects: pl.DataFrame, texts: Language) -> Iterator[str]:
    """Yield of each rejected row where it is and what would be right."""
    for row, column, reason in rejects.select("row", "column", "reason").iter_rows():
        key = "rejected_row" if column else "rejected_whole"
        said = texts.reason(reason)
        yield texts.text(f"terminal.{key}", row=row, column=column or "", reason=said)


def read_as(backlog: Backlog, texts: Language) -> str:
    """Return what the file of a backlog was taken for, such as its encoding."""
    return ", ".join(
        texts.text(f"read_as.{key}", value=_SIGNS.get(value, value))
        if f"read_as.{key}" in texts.texts
        else f"{key} {value}"
        for key, value in backlog.read_as.items()
    )
