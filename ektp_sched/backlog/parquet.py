"""Parquet, which damage or malice may make of any size."""

from __future__ import annotations

import io
from typing import Final

import polars as pl

from ektp_sched.office.looked import TOO_HARD, RefusedError
from ektp_sched.office.trial import Trial
from ektp_sched.words import said

_NO_PARQUET: Final = said(
    "is no whole Parquet file; it may be cut off: export it again",
    "bukan berkas Parquet yang utuh, mungkin terpotong; ekspor ulang",
)


def read_parquet(data: bytes) -> pl.DataFrame:
    """Read a Parquet file, first in a process that may die of it.

    `RefusedError` if it is damaged, or too large for the memory that there is.
    """
    trial = Trial("parquet", data)
    try:
        survived = trial.survived()
        if not survived:
            raise RefusedError(_NO_PARQUET if survived is False else TOO_HARD)
        return pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise RefusedError(_NO_PARQUET) from None
    except MemoryError:
        raise RefusedError(TOO_HARD) from None
    finally:
        trial.stop()
