"""What a reader of another system's export is asked for, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

__all__ = ["Reader", "Records"]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an export, one a row, none left out.

    What cannot be used is rejected by its row later, as of any backlog, so a reader
    leaves a cell empty that it cannot read.

    Parameters
    ----------
    frame
        Text, or typed, under the names of the columns of a backlog, such as
        ``application_id`` and ``waiting_since``.  Any other column passes through,
        and the office may say what it means.
    rows
        Where in the file each record stands, whole numbers from 1 in their order;
        None: the first is 1, the next 2, and so forth.
    """

    frame: pl.DataFrame
    rows: pl.Series | None = None

    @property
    def places(self) -> pl.Series:
        """Where each record stands, int64."""
        if self.rows is None:
            return pl.int_range(1, self.frame.height + 1, eager=True)
        return self.rows.cast(pl.Int64)


class Reader(Protocol):
    """Reads one form of export; a module with these two functions will do."""

    def reads(self, name: str, data: bytes) -> bool:
        """Return whether a file is of this form.

        Parameters
        ----------
        name
            The file's name without its folder.
        data
            All of its bytes.
        """
        ...

    def read(self, data: bytes) -> Records:
        """Return the records of a file for which `reads` is true.

        Raises
        ------
        ektp_sched.errors.BacklogError
            If it cannot be read: what is wrong and what would be right, in one
            sentence (`ektp_sched.words.said` in both languages), with ``row`` if that
            is known, and never with what stands in the file.
        """
        ...
