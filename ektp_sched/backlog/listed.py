"""Lists that an office keeps beside its export, such as of priorities or of outages.

They are short and somebody's own work, so one wrong row refuses all of it, and every
wrong row is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.readers import read_table
from ektp_sched.errors import BacklogError, place
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from ektp_sched.backlog.rejects import Findings
    from ektp_sched.backlog.table import Table
    from ektp_sched.errors import InputError

    ListError = type[InputError]


ROW_SENTENCES: Final = {
    "bad-date": said(
        "is no date that can be read; write it as 2017-09-12 or 12/09/2017",
        "bukan tanggal yang dapat dibaca; tulislah 2017-09-12 atau 12/09/2017",
    ),
    "malformed": said(
        "has more cells than headings, a quotation mark out of place, or signs that "
        "are no text",
        "selnya lebih banyak daripada judul kolom, ada tanda kutip yang tidak pada "
        "tempatnya, atau ada huruf yang rusak",
    ),
}
"""What is wrong with a row of any list, by the code of the reason."""


def read_list(path: Path, known: AbstractSet[str], error: ListError) -> Table:
    """Read a list, given its headings as `fold` makes them."""
    try:
        table, _ = read_table(path, known)
    except BacklogError as refused:
        raise error(
            refused.message, file=refused.file, sheet=refused.sheet, row=refused.row
        ) from None
    if table.row_with_rows is not None:
        raise error(
            said(
                "has a cell with lines that look like rows of the list; a quotation "
                "mark may be missing there: correct the row",
                "memuat sel dengan baris-baris yang mirip baris daftar ini; mungkin "
                "ada tanda kutip yang hilang: perbaiki baris itu",
            ),
            file=str(path),
            row=table.row_with_rows,
        )
    return table


def positions(
    columns: Sequence[str | None], name: str, error: ListError
) -> dict[str, int]:
    """Return where each column stands, given which one each heading is."""
    at: dict[str, int] = {}
    for position, column in enumerate(columns):
        if column is not None and at.setdefault(column, position) != position:
            message = said(
                "has two columns for {column}; keep one of them",
                "memuat dua kolom untuk {column}; pertahankan salah satu",
                column=column,
            )
            raise error(message, file=name)
    return at


def refuse_rows(
    findings: Findings, sentence: Callable[[str], Said], name: str, error: ListError
) -> None:
    """Refuse a list with a wrong row; what is wrong is said of each reason."""
    problems = [
        (row, column.split("; ")[0], sentence(reason.split("; ")[0]))
        for row, column, reason in findings.frame().rows()
    ]
    if not problems:
        return
    row, column, what = problems[0]
    if len(problems) > 1:
        what = said(
            "{what} (and {n} more rows are not what they should be)",
            "{what} (dan {n} baris lagi juga salah)",
            what=what,
            n=len(problems) - 1,
        )
    raise error(
        what,
        file=name,
        row=row,
        column=column or None,
        problems=[joined(": ", (place(None, r, c), s)) for r, c, s in problems],
    )
