"""Reading a plan folder back."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ektp_sched.backlog import Backlog
from ektp_sched.backlog.model import HELD, PLANNED, PRIORITIES, REJECTS
from ektp_sched.backlog.parquet import read_parquet
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.errors import FolderError
from ektp_sched.office import Notice, Office
from ektp_sched.office.looked import TOO_HARD, RefusedError
from ektp_sched.output.certificates import certificate_of
from ektp_sched.output.plain_json import plain_json
from ektp_sched.output.saved import SavedPlan
from ektp_sched.output.seal import SUMMARY
from ektp_sched.output.stated import (
    StatedCertificate,
    StatedSummary,
    read_file,
    read_json,
)
from ektp_sched.output.tables import PLAN, PRICES, UNPRINTED
from ektp_sched.places import settle
from ektp_sched.planning import Saving, ShiftUse, Tier
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.output.stated import StatedShift, StatedTier
    from ektp_sched.planning import Certificate

__all__ = ["load"]

_OPTIONAL = frozenset(
    {"due_on", "card", "area", "recorded_at", "promised_on", "pinned_on", "status"}
    | {"rank", "one_more", "one_less", "column"}
)


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
    stated = read_json(folder / SUMMARY, StatedSummary)
    office = Office.load(folder / "office.toml")
    scale = office.lcm_targets
    summary_path = folder / SUMMARY
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
        tiers=tuple(
            _tier(tier, index, scale, summary_path)
            for index, tier in enumerate(stated.tiers)
        ),
        certificate=_certificate(folder),
        prices=_prices(folder),
        notices=tuple(Notice(each.code, each.figures) for each in stated.warnings),
        holidays=stated.holidays,
        seconds=stated.seconds,
        shifts=tuple(
            _shift(use, index, stated, office, summary_path)
            for index, use in enumerate(stated.shifts)
        ),
        summary=_whole(summary_path),
    )


def _prices(folder: Path) -> pl.DataFrame | None:
    """Return the prices; a plan without any writes their headings alone."""
    prices = _table(folder / "prices.csv", PRICES)
    return prices if prices.height else None


def _whole(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = plain_json(read_file(path))
    return content


def _tier(stated: StatedTier, index: int, scale: int, path: Path) -> Tier:
    """Return a tier in whole numbers."""
    scale = scale if stated.name == "pressure" else 1
    value = stated.amount * scale
    if value.denominator != 1:
        raise _damaged(path, _no_whole(scale), f"tiers.{index}.exact")
    # A float is only shown; a proven bound is the exact value.
    bound = None if stated.bound is None else round(stated.bound * scale)
    return Tier(
        name=stated.name,
        rank=stated.rank,
        value=int(value),
        scale=scale,
        bound=int(value) if stated.proven else bound,
        proven=stated.proven,
    )


def _shift(
    use: StatedShift, index: int, stated: StatedSummary, office: Office, path: Path
) -> ShiftUse:
    """Return a shift that is worked: one of the office, on a day of the plan."""
    key = f"shifts.{index}"
    known = [shift.id for shift in office.shifts]
    if use.id not in known or not 0 <= (use.day - stated.start).days < stated.days:
        why = said(
            "no shift of office.toml, or no day of the plan",
            "bukan shift dalam office.toml, atau bukan hari rencana ini",
        )
        raise _damaged(path, why, key)
    scale = office.lcm_targets
    saves = []
    for saving in use.saves:
        times = scale if saving.tier == "pressure" else 1
        value = Fraction(saving.exact) * times
        if value.denominator != 1:
            raise _damaged(path, _no_whole(times), f"{key}.saves")
        saves.append(Saving(saving.tier, saving.rank, int(value), times))
    return ShiftUse(
        use.id,
        use.day,
        use.cost_idr,
        tuple(saves),
        use.person_days,
        Fraction(use.wasted_trips_exact),
        use.needed_for_rules,
    )


def _certificate(folder: Path) -> Certificate | None:
    path = folder / "certificate.json"
    if not os.path.lexists(path):
        return None  # whether there must be one, verify says
    return certificate_of(read_json(path, StatedCertificate))


def _backlog(folder: Path, stated: StatedSummary, office: Office) -> Backlog:
    kinds = {name: HELD[name] for name in ("application_id", "status")}
    held = _table(folder / "held.csv", kinds)
    path = folder / "applications.csv"
    return Backlog(
        frame=_known(_table(path, PLANNED), office, path),
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
    )


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


def _alike(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Return whether two tables of a plan are equal; CSV has six decimals."""
    rounded = (
        frame.with_columns(pl.col("pressure").round(6)) for frame in (one, other)
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


def _no_whole(scale: int) -> str:
    return said(
        "no whole number of 1/{scale}",
        "bukan kelipatan 1/{scale}",
        scale=str(scale),
    )


def _damaged(
    path: Path, why: str, column: str | None = None, row: int | None = None
) -> FolderError:
    message = said(
        "is damaged ({why}); write the plan again",
        "rusak ({why}); susun rencananya lagi",
        why=why,
    )
    return FolderError(message, file=str(path), column=column, row=row)
