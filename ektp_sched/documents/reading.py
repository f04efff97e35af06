"""Reading a plan folder back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.backlog import Backlog
from ektp_sched.backlog.known import (
    CARRIED,
    DONE_REJECTS,
    GIVEN,
    LEAVING,
    LEFT,
    RESULTS,
    Known,
)
from ektp_sched.backlog.model import HELD, PLANNED, PRIORITIES, REJECTS
from ektp_sched.backlog.readers import read_parquet
from ektp_sched.backlog.records import FIELDS, RECORDS, read_words
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.documents import Certificate, SavedPlan
from ektp_sched.documents.files import read_file, read_json
from ektp_sched.documents.plan import CHANGES, PLAN, PRICES, UNPRINTED
from ektp_sched.documents.seal import (
    CARRIED_FILE,
    CHANGES_FILE,
    DONE_REJECTS_FILE,
    RECORDS_FILE,
    SUMMARY,
)
from ektp_sched.documents.summary import Summary
from ektp_sched.errors import FolderError
from ektp_sched.office import Notice, Office
from ektp_sched.office.looked import TOO_HARD, RefusedError
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping


_OPTIONAL = frozenset(
    {"due_on", "card", "area", "recorded_at", "promised_on", "pinned_on", "status"}
    | {"rank", "one_more", "one_less", "column"}
    | {"was", "is", "used", "days", "sheet", *GIVEN}
)


_NEEDED = frozenset({"waiting_since", "ready_on", "urgency"})
"""What no application is without."""


def load(path: str | Path) -> SavedPlan:
    """Read a plan folder.

    Parameters
    ----------
    path
        A folder that `save` wrote.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is none, or a file is missing or damaged; names file and key.
    ektp_sched.errors.OfficeError
        If its office.toml is damaged.
    """
    folder = Path(path)
    settle(folder)
    if not os.path.isdir(folder):
        if os.path.isfile(folder):
            what = said("is a file", "adalah berkas, bukan folder")
        else:
            what = said("is not there", "tidak ada")
        message = said(
            "{what}; name a folder that `ektp-sched plan` wrote",
            "{what}; sebutkan folder yang ditulis `ektp-sched plan`",
            what=what,
        )
        raise FolderError(message, file=str(path))
    path_of_summary = folder / SUMMARY
    raw = read_file(path_of_summary)
    office = Office.load(folder / "office.toml")
    stated, summary = read_json(path_of_summary, raw, Summary, office.lcm_targets)
    _check_shifts(stated, office, path_of_summary)
    return SavedPlan(
        path=folder,
        office=office,
        backlog=_backlog(folder, stated, office),
        start=stated.start,
        days=stated.days,
        status=stated.status,
        engine=stated.engine,
        assignments=_assignments(folder),
        unprinted=_table(folder / "unprinted.csv", UNPRINTED),
        tiers=stated.tiers,
        certificate=_certificate(folder),
        prices=_prices(folder),
        notices=tuple(Notice(each.code, each.figures) for each in stated.warnings),
        holidays=stated.holidays,
        seconds=stated.seconds,
        shifts=stated.shifts,
        mark=stated.ledger,
        summary=summary,
    )


def _prices(folder: Path) -> pl.DataFrame | None:
    """Return the prices; a plan without any writes their headings alone."""
    prices = _table(folder / "prices.csv", PRICES)
    return prices if prices.height else None


def _check_shifts(stated: Summary, office: Office, path: Path) -> None:
    """Refuse shifts that the office has not, or on no day of the plan."""
    known = [shift.id for shift in office.shifts]
    for number, use in enumerate(stated.shifts):
        at = (use.day - stated.start).days
        if use.shift not in known or not 0 <= at < stated.days:
            why = said(
                "no shift of office.toml, or no day of the plan",
                "bukan shift dalam office.toml, atau bukan hari rencana ini",
            )
            raise _damaged(path, why, f"shifts.{number}")


def _certificate(folder: Path) -> Certificate | None:
    path = folder / "certificate.json"
    if not os.path.lexists(path):
        return None  # whether there must be one, verify says
    return read_json(path, read_file(path), Certificate)[0]


def _backlog(folder: Path, stated: Summary, office: Office) -> Backlog:
    kinds = {name: HELD[name] for name in ("application_id", "status")}
    held = _table(folder / "held.csv", kinds)
    path = folder / "applications.csv"
    columns = {**PLANNED} if stated.previous is None else {**PLANNED, **GIVEN}
    people = _known(_table(path, columns), office, path)
    return Backlog(
        frame=people.select(*PLANNED),
        held=held.with_columns(pl.lit(None, pl.String).alias("area")),
        rejects=_table(folder / "rejects.csv", REJECTS),
        read=stated.read,
        extra=(),
        notices=(),
        digest=stated.digests.get("backlog"),
        source=stated.source,
        classified=stated.classified,
        prioritised=stated.prioritised,
        priority_unmatched=stated.priority_unmatched,
        priorities=pl.DataFrame(schema=dict(PRIORITIES)),
        provisional=stated.provisional,
        read_as=stated.read_as,
        done=int(already_printed(held["status"].fill_null(""), office).sum()),
        known=_yesterday(folder, stated, people),
        records=_records(folder, office),
    )


def _yesterday(folder: Path, stated: Summary, people: pl.DataFrame) -> Known | None:
    """Return what a folder knows of the plan before it; None on a first morning."""
    if stated.previous is None:
        return None
    carried, path = _table(folder / CARRIED_FILE, CARRIED), folder / CARRIED_FILE
    strange = ~carried["result"].is_in(RESULTS)
    if strange.any():
        why = said("result must be printed or open", "result harus printed atau open")
        raise _damaged(path, why, "result", int(strange.arg_max() or 0) + 2)
    changed = _table(folder / CHANGES_FILE, CHANGES)
    rejects = folder / DONE_REJECTS_FILE
    return Known(
        given=people.select(*GIVEN),
        carried=carried,
        left=changed.filter(pl.col("because").is_in(LEAVING)).select(*LEFT),
        rejects=_table(rejects, DONE_REJECTS)
        if os.path.lexists(rejects)
        else pl.DataFrame(schema=dict(DONE_REJECTS)),
        counts=stated.previous,
    )


def _records(folder: Path, office: Office) -> pl.DataFrame | None:
    """Return what a plan says of changed records; None where it says nothing."""
    path = folder / RECORDS_FILE
    if not os.path.lexists(path):
        return None
    records = _table(path, RECORDS)
    names = {"urgency": [*office.urgency], "card": [*office.cards]}
    for field in records["field"].unique():
        rows = records.with_row_index("row", 2).filter(pl.col("field") == field)
        for column in ("was", "is", "used"):
            words = rows[column]
            read = read_words(field, words) if field in FIELDS else None
            strange = words.is_not_null() & (read is None or read.is_null())
            if column == "used" and field in _NEEDED:
                strange |= words.is_null()
            if column == "used" and names.get(field):
                strange |= ~words.is_in(names[field]).fill_null(value=True)
            if strange.any():
                why = said("it is no {field}", "bukan {field}", field=field)
                row = int(rows["row"][int(strange.arg_max() or 0)])
                raise _damaged(path, why, column, row)
    return records


def _assignments(folder: Path) -> pl.DataFrame:
    """Read the table of the plan; where there are two, they must say the same."""
    comma, parquet = folder / "plan.csv", folder / "plan.parquet"
    if not parquet.exists():
        return _table(comma, PLAN)
    data = read_file(parquet)
    try:
        frame = read_parquet(data)
    except RefusedError as refused:
        if refused.sentence is TOO_HARD:
            raise FolderError(TOO_HARD, file=str(parquet)) from None
        why = said("it is no Parquet file", "bukan berkas Parquet")
        raise _damaged(parquet, why) from None
    frame = _typed(frame, PLAN, parquet)
    if comma.exists() and not _alike(frame, _table(comma, PLAN)):
        message = said(
            "holds plan.csv and plan.parquet, and they differ; take away the one that "
            "`ektp-sched plan` did not write",
            "berisi plan.csv dan plan.parquet yang berbeda; singkirkan yang tidak "
            "ditulis `ektp-sched plan`",
        )
        raise FolderError(message, file=str(folder))
    return frame


def _alike(copied: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Return whether two tables of a plan are equal; CSV has six decimals."""
    rounded = (
        frame.with_columns(pl.col("pressure").round(6)) for frame in (copied, other)
    )
    first, second = rounded
    return first.equals(second)


def _table(path: Path, kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read a CSV of the root in its columns and types.

    polars is given bytes: in a path it would take ``[ ] * ?`` for a pattern, and
    read other files.
    """
    data = read_file(path)
    heading, _, _ = data[: 1 << 12].partition(b"\n")
    if heading.decode("utf-8", "replace") != ",".join(kinds):
        why = said(
            "its heading must be {names}",
            "judul kolomnya harus {names}",
            names=",".join(kinds),
        )
        raise _damaged(path, why)
    try:
        return _whole_rows(pl.read_csv(data, schema=dict(kinds)), path)
    except pl.exceptions.PolarsError:
        pass
    try:
        frame = pl.read_csv(data, infer_schema=False)
    except pl.exceptions.PolarsError:
        why = said("it is no table in UTF-8", "bukan tabel UTF-8")
        raise _damaged(path, why) from None
    return _typed(frame, kinds, path)


def _typed(
    frame: pl.DataFrame, kinds: Mapping[str, pl.DataType], path: Path
) -> pl.DataFrame:
    if frame.columns != list(kinds):
        names = ", ".join(kinds)
        why = said("its columns must be {names}", "kolomnya harus {names}", names=names)
        raise _damaged(path, why)
    for name, kind in kinds.items():
        try:
            frame = frame.with_columns(pl.col(name).cast(kind))
        except pl.exceptions.PolarsError:
            why = said(
                "not all of it is {kind}", "tidak semuanya {kind}", kind=str(kind)
            )
            raise _damaged(path, why, name) from None
    return _whole_rows(frame, path)


def _whole_rows(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return a table in which no row is cut short."""
    for name in frame.columns:
        if name not in _OPTIONAL and frame[name].has_nulls():
            row = int(frame[name].is_null().arg_max() or 0) + 2
            message = said(
                "is empty; write the plan again", "kosong; susun rencananya lagi"
            )
            raise FolderError(message, file=str(path), row=row, column=name)
    return frame


def _known(frame: pl.DataFrame, office: Office, path: Path) -> pl.DataFrame:
    """Return applications whose classes and card types the office has."""
    for name, known in (("urgency", office.urgency), ("card", office.cards)):
        strange = ~frame[name].is_in([*known]) & frame[name].is_not_null()
        if known and strange.any():
            why = said("office.toml has no such name", "tidak ada dalam office.toml")
            row = int(strange.arg_max() or 0) + 2
            raise _damaged(path, why, name, row)
    return frame


def _damaged(
    path: Path, why: str, column: str | None = None, row: int | None = None
) -> FolderError:
    message = said(
        "is damaged ({why}); write the plan again",
        "rusak ({why}); susun rencananya lagi",
        why=why,
    )
    return FolderError(message, file=str(path), column=column, row=row)
