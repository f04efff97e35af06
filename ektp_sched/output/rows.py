"""Rows for an office's own sheets: the plan and what was passed through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.matching import match_ids, rows_at
from ektp_sched.rules.nearest import letters
from ektp_sched.yesterday.changes import slipped

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language


PASSED: Final = "extra:"
"""How the names of columns begin that were passed through."""

QUEUE: Final = "queue_number"
"""The short number that a resident can hold, where ids are made from a NIK."""

_OPTIONAL: Final = ("card", "area", "due_on", QUEUE)
_NUMBER_HEADINGS: Final = frozenset(
    {"nik", "nonik", "nomornik", "noktp", "nomorktp", "noktpel", "nikktp"}
    | {"nokk", "nomorkk", "nkk", "nokartukeluarga", "nomorkartukeluarga"}
    | {"nomorindukkependudukan", "niknumber", "nationalid"}
)
_DANGER: Final = r"^(?:\s*[=+@＝＋－＠]|\s*-.|[\t\r\n])"
STARS: Final = "**********"
"""What stands for the hidden part of a person's number."""


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The plan's rows, in its order, with what a sheet shows beside them.

    Parameters
    ----------
    frame
        The columns of plan.csv, waiting_since, then those of card, area,
        due_on and queue_number that say anything, then `extra`.
    extra
        Columns passed through, in the order of the export.
    """

    frame: pl.DataFrame
    extra: tuple[str, ...]

    @property
    def id_column(self) -> str:
        """Return the column that names an application on a printed sheet."""
        return QUEUE if QUEUE in self.frame.columns else "application_id"


def sheet_rows(plan: AnyPlan) -> SheetRows:
    """Return the plan joined with what was passed through, numbers masked."""
    rows = plan.assignments.with_columns(
        waiting_since=pl.col("day") - pl.duration(days="wait_days")
    )
    return _beside(plan, rows, None if plan.rows is None else plan.rows[0])


def slipped_rows(plan: AnyPlan) -> SheetRows:
    """Return whose told date is not kept, with what was passed through."""
    return _beside(plan, slipped(plan), None)


def passed_beside(ids: pl.Series, backlog: Backlog, office: Office) -> pl.DataFrame:
    """Return what an export passes through of some people, numbers masked.

    Returns
    -------
    polars.DataFrame
        A row an id, in their order; null for whom the export has not.
    """
    frame = backlog.frame
    names = [name for name in _passed(backlog) if name in frame.columns]
    side = frame.select("application_id", *names)
    side = side.rename({name: f"{PASSED}{name}" for name in names})
    rows = ids.to_frame("application_id").join(
        side, on="application_id", how="left", maintain_order="left"
    )
    rows = rows.drop("application_id")
    return rows if office.privacy.show_nik else masked(rows, office)


def _beside(plan: AnyPlan, rows: pl.DataFrame, hint: Ints | None) -> SheetRows:
    """Return rows of applications with what the office's own sheets show of them.

    The hint is the row in the backlog of each, if it is known.
    """
    backlog = plan.backlog
    frame = backlog.frame
    extra = tuple(name for name in _passed(backlog) if name in frame.columns)
    used = [n for n in _OPTIONAL if n in frame.columns and _says_anything(frame[n])]
    # A heading may be called "printer" too; its own prefix keeps it apart.
    renamed = {name: f"{PASSED}{name}" for name in extra}
    side = frame.select(*used, *extra).rename(renamed)
    if not plan.office.privacy.show_nik:
        side = masked(side, plan.office)
    if side.width:
        ids = frame["application_id"]
        rows = rows.hstack(rows_at(side, match_ids(rows["application_id"], ids, hint)))
    return SheetRows(rows, tuple(renamed.values()))


def heading_of(name: str, texts: Language) -> str:
    """Return the heading of a column: of one passed through, the export's own.

    Where the office says that a column holds names, its own heading is not known any
    more.
    """
    plain = name.removeprefix(PASSED)
    return plain if plain != name and plain != "name" else texts.text(f"column.{plain}")


def _passed(backlog: Backlog) -> tuple[str, ...]:
    return tuple(name for name in backlog.extra if name != QUEUE)


def _says_anything(column: pl.Series) -> bool:
    return column.null_count() < len(column)


def masked(frame: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return a table in which no number of a person is whole.

    In columns that hold such numbers all but the first six digits, the place
    of registration, become asterisks; in other columns that were passed
    through, any sixteen digits in a row do.
    """
    headings = {letters(office.identity.from_)} if office.identity else set()
    headings |= _NUMBER_HEADINGS
    changes = []
    for name in frame.columns:
        prefix, _, heading = name.partition(":")
        if prefix != "extra" or frame[name].dtype != pl.String:
            continue
        column = pl.col(name)
        is_number = letters(heading) in headings
        changes.append(_starred(column) if is_number else _without_numbers(column))
    return frame.with_columns(changes)


def _starred(column: pl.Expr) -> pl.Expr:
    """Return a column of numbers with all but six digits hidden."""
    digits = column.str.replace_all(r"\D", "")
    says_nothing = column.is_null() | digits.is_in(["", "0"])
    long = digits.str.len_chars() > 6
    whole = long & ~column.str.contains("(?i)e")
    shown = pl.when(whole).then(digits.str.slice(0, 6)).otherwise(pl.lit(""))
    return pl.when(says_nothing).then(column).otherwise(shown + STARS).name.keep()


def _without_numbers(column: pl.Expr) -> pl.Expr:
    return column.str.replace_all(r"(\d{6})\d{10,}", f"${{1}}{STARS}")


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table in which no text can be taken for a formula.

    Text that begins with =, +, -, @, a tab or a line break gets a leading
    apostrophe, headings too (CWE-1236); a dash alone, for "nothing", does not.
    """
    changes = []
    for name, kind in frame.schema.items():
        if kind != pl.String or not _may_be_risky(frame[name]):
            continue
        text = pl.col(name)
        risky = text.str.contains(_DANGER)
        changes.append(pl.when(risky).then("'" + text).otherwise(text).alias(name))
    safe = frame.with_columns(changes)
    is_risky = pl.Series(frame.columns).str.contains(_DANGER).to_list()
    return safe.rename(
        {
            name: f"'{name}"
            for name, risky in zip(frame.columns, is_risky, strict=True)
            if risky
        }
    )


def _may_be_risky(text: pl.Series) -> bool:
    """Return whether any text begins with a sign that may be dangerous.

    All such signs but two come before the digits or after all of ASCII.
    """
    odd = (text < "0") | (text > "~")
    return bool((odd | text.str.starts_with("=") | text.str.starts_with("@")).any())
