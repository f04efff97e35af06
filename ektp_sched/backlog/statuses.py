"""What becomes of a record by its status, and which cells may be shown.

A status or a free-text area goes where an id goes: onto screens, into reports and
into files that are passed on.  A number of a person that slipped into such a
column, or a column that is none of statuses or areas at all, goes nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.texts import fold
from ektp_sched.public import FEWEST, HIDDEN, PERSONAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.office.office import Office

_MOST: Final = {"status": 100, "area": 10_000}
"""Different statuses and areas that any office may have."""

_USUAL: Final = {"status": 30, "area": 1000}
"""Above so many, those of few people may be no statuses or areas."""

_STEPS: Final = (
    "cardprinted cardshipped cardissued cp cs cl printed shipped issued",
    "sudahcetak sudahdicetak telahcetak telahdicetak dicetak tercetak selesai",
    "selesaicetak selesaidicetak diambil sudahdiambil telahdiambil",
    "diserahkan sudahdiserahkan telahdiserahkan",
)
_PRINTED: Final = frozenset(" ".join(_STEPS).split())
"""Statuses of the steps after the printing, as `fold` makes them."""

_NUMBER: Final = r"\d(?:[ .'-]?\d){14}"


def with_status(statuses: pl.Series, texts: Iterable[str]) -> pl.Series:
    """Return which statuses are among some, boolean; signs and case do not count."""
    distinct = statuses.drop_nulls().unique()
    wanted = {fold(text) for text in texts}
    meant = [text for text in distinct if fold(text) in wanted]
    return statuses.is_in(meant).fill_null(value=False)


def already_printed(statuses: pl.Series, office: Office) -> pl.Series:
    """Return which statuses mean a card that is printed (``status.done``), boolean."""
    if office.status is None or not office.status.done:
        return pl.repeat(False, len(statuses), dtype=pl.Boolean, eager=True)
    return with_status(statuses, office.status.done)


def means_printed(statuses: pl.Series) -> pl.Series:
    """Return which statuses look like those of a printed card, boolean.

    Only the office knows; this is to ask it where ``status.done`` is silent.
    """
    return with_status(statuses, _PRINTED)


def status_names(office: Office) -> tuple[str, ...]:
    """Return the statuses that the office names."""
    if office.status is None:
        return ()
    return (*office.status.printable, *office.status.done)


def may_be_personal(distinct: pl.Series, column: str) -> bool:
    """Return whether `public_cells` would hide any of these different cells."""
    if len(distinct) > _USUAL[column]:
        return True
    return bool(distinct.str.contains(f"(?s){PERSONAL}").any())


def public_cells(cells: pl.Series, column: str, named: Iterable[str]) -> pl.Series:
    """Return statuses or areas; what may be personal is "*".

    Hidden are cells with a number of a person; what looks personal or, where
    there are very many different cells, any of fewer than five rows; and all but
    the most frequent where there are more than an office can have.

    What the office itself ``named`` is never hidden.
    """
    many = cells.n_unique() > _USUAL[column]
    counts = (
        pl.DataFrame({"text": cells})
        .drop_nulls()
        .group_by("text")
        .len()
        .filter(~pl.col("text").is_in(list(named)))
        .sort("len", "text", descending=[True, False])
        .with_row_index("place")
    )
    few = pl.col("len") < FEWEST
    personal = pl.col("text").str.contains(f"(?s){PERSONAL}")
    hidden = counts.filter(
        pl.col("text").str.contains(_NUMBER)
        | (few & (personal | pl.lit(many)))
        | (pl.col("place") >= _MOST[column])
    )["text"]
    return cells.set(cells.is_in(hidden.implode()).fill_null(value=False), HIDDEN)
