"""The backlogs of a fleet: one data set or many exports, as a part for each office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog import from_frame, read_backlog
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import BacklogError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

_PARQUET: Final = frozenset({".parquet", ".pq"})
_EXPORTS: Final = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """The applications of one office.

    Parameters
    ----------
    key
        Of the office, as the office column or the name of its export says.
    path
        File with them, and with nobody else's.
    """

    key: str
    path: Path


def parts_of(backlogs: Path, column: str, into: Path) -> list[Part]:
    """Return the part of each office, by key.

    A data set in Parquet is split as a stream: it never stands in memory whole.  So is
    an export that has the office column; one without it is one office's, whose key its
    name says, and stays where it is.

    Parameters
    ----------
    backlogs
        A Parquet file, an export, or a folder of such files.
    column
        Heading of the column that says whose an application is.
    into
        Folder for the parts that are split off; what was there before is taken away.

    Raises
    ------
    ektp_sched.errors.BacklogError
        There is nothing to read, or rows name no office.
    """
    files = _files(backlogs)
    data_set = [path for path in files if path.suffix.lower() in _PARQUET]
    exports = [path for path in files if path.suffix.lower() in _EXPORTS]
    if not files or (data_set and exports):
        message = said(
            "holds no applications; name a Parquet data set, or a folder of exports",
            "tidak berisi permohonan; sebutkan kumpulan data Parquet, atau folder "
            "berisi ekspor",
        )
        if files:
            message = said(
                "holds Parquet files and other exports; keep one kind in it",
                "berisi berkas Parquet dan ekspor lain; pertahankan satu jenis saja",
            )
        raise BacklogError(message, file=str(backlogs))
    into.mkdir(parents=True, exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    parts: list[Part] = []
    if data_set:
        frame = pl.scan_parquet(data_set, hive_partitioning=backlogs.is_dir())
        whole = [_named(frame, column, backlogs)]
    else:
        whole, parts = _of_exports(exports, column)
    if whole:
        parts += _split(pl.concat(whole, how="diagonal"), into, backlogs)
    twice = {part.key for part in parts if [p.key for p in parts].count(part.key) > 1}
    if twice:
        message = said(
            "holds several exports of {offices}; keep the newest of each",
            "berisi beberapa ekspor untuk {offices}; simpan yang terbaru saja",
            offices=", ".join(sorted(twice)),
        )
        raise BacklogError(message, file=str(backlogs))
    return sorted(parts, key=lambda part: part.key)


def _files(backlogs: Path) -> list[Path]:
    if backlogs.is_file():
        return [backlogs]
    every = sorted(backlogs.rglob("*")) if backlogs.is_dir() else []
    known = _PARQUET | _EXPORTS
    return [
        path
        for path in every
        if path.suffix.lower() in known and path.is_file() and path.name[0] not in ".~"
    ]


_OFFICE: Final = "\0office"
"""Name of the office column while parts are split, which no heading has."""


def _named(frame: pl.LazyFrame, column: str, file: Path) -> pl.LazyFrame:
    """Return applications with their office under `_OFFICE`, as text."""
    names = frame.collect_schema().names()
    heading = next((name for name in names if fold(name) == fold(column)), None)
    if heading is None:
        message = said(
            'has no column "{column}" that says whose an application is; name it by '
            "--column",
            'tidak punya kolom "{column}" yang menyatakan kantor tiap permohonan; '
            "sebutkan dengan --column",
            column=column,
        )
        raise BacklogError(message, file=str(file))
    office = pl.col(heading).cast(pl.String).str.strip_chars().alias(_OFFICE)
    return frame.with_columns(office).drop(heading)


def _of_exports(
    exports: list[Path], column: str
) -> tuple[list[pl.LazyFrame], list[Part]]:
    """Return exports that several offices share, and those that are one office's."""
    shared, alone = [], []
    for path in exports:
        table, _ = read_table(path, frozenset({fold(column)}), several=True)
        named = dict(zip(table.frame.columns, table.headings, strict=True))
        frame = table.frame.rename(named)
        if any(fold(heading) == fold(column) for heading in table.headings):
            shared.append(_named(frame.lazy(), column, path))
        else:
            alone.append(Part(path.stem, path))
    return shared, alone


def _split(frame: pl.LazyFrame, into: Path, backlogs: Path) -> Iterator[Part]:
    """Write a file for each office, its rows in the order of the data set."""
    keys = frame.select(pl.col(_OFFICE).unique().sort()).collect(engine="streaming")
    listed = keys[_OFFICE].to_list()
    if not listed or listed[0] in (None, ""):
        message = said(
            "has applications that name no office; complete them",
            "memuat permohonan tanpa nama kantor; lengkapi",
        )
        raise BacklogError(message, file=str(backlogs))
    stems = {key: f"{number:05}.parquet" for number, key in enumerate(listed)}
    frame.sink_parquet(
        pl.PartitionBy(
            into,
            key=pl.col(_OFFICE),
            include_key=False,
            approximate_bytes_per_file=None,
            file_path_provider=lambda file: stems[file.partition_keys.item()],
        ),
        maintain_order=True,
    )
    for key, name in stems.items():
        yield Part(key, into / name)


def read_part(path: Path, raw: bytes, office: Office, max_rejects: float) -> Backlog:
    """Return the applications of an office, of which ``raw`` is the file's content."""
    if path.suffix != ".parquet":
        return read_backlog(path, office, max_rejects=max_rejects)
    # The part is our own file, so it is not first tried in another process.
    frame = pl.read_parquet(BytesIO(raw))
    backlog = from_frame(frame, office, max_rejects=max_rejects)
    return replace(backlog, digest=sha256(raw).hexdigest(), source=path.name)
