"""Which words about cards hold: of each sheet the last, and of all of them one print.

An act says of a card on a sheet all that there is to say, so that the last one about it
holds; a word beside all sheets is about the newest sheet of its day.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED

_SHEET: Final = ("person", "day", "sheet")


def words_of(prints: pl.DataFrame) -> pl.DataFrame:
    """Return what the last act says of each card on each sheet.

    That nothing is known is no word beside another.

    Parameters
    ----------
    prints
        Facts in the order of acts: person, day, result, plan, act, row.

    Returns
    -------
    polars.DataFrame
        Some of these rows, several where an act says several things of a card, with
        ``sheet``: the plan whose sheet each is about, null for none.
    """
    sheet = pl.col("plan").fill_null(pl.col("plan").max().over("person", "day"))
    is_word = pl.col("result") != "open"
    last = pl.col("act").filter(is_word).max().over(_SHEET)
    is_last = pl.col("act") == pl.coalesce(last, pl.col("act").max().over(_SHEET))
    return prints.with_columns(sheet=sheet).filter(is_last)


def cards_of(words: pl.DataFrame) -> pl.DataFrame:
    """Return the print of each card that is there, one a person.

    That a card is not printed on another sheet takes none away; a later word beside all
    sheets does.

    Parameters
    ----------
    words
        What `words_of` returns.
    """
    last = words.unique(_SHEET, keep="last", maintain_order=True)
    beside = pl.col("plan").is_null() & (pl.col("result") != "open")
    return (
        last.filter((pl.col("result") == PRINTED) | beside)
        .sort("day", "act", "row", maintain_order=True)
        .unique("person", keep="last", maintain_order=True)
        .filter(result=PRINTED)
    )


def last_words(prints: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the last word of each person; of whom a card is there, its print.

    Of others the last day counts, and of a day of which several plans are, what was
    said of the sheet that holds goes before what was said of others; that nothing is
    known is no word beside another.

    Parameters
    ----------
    prints
        As of `words_of`.
    places
        person, day, act: the last place of each on the sheets.

    Returns
    -------
    polars.DataFrame
        A row of `prints` for each person.
    """
    cards = cards_of(words_of(prints)).select(prints.columns)
    since = (pl.col("day") == pl.col("given_on")) & (pl.col("act") > pl.col("given_by"))
    others = (
        prints.join(cards, on="person", how="anti", maintain_order="left")
        .join(
            places.select("person", given_on="day", given_by="act"),
            on="person",
            how="left",
            maintain_order="left",
        )
        .with_columns(since=since.fill_null(value=False))
        .sort("day", "since", pl.col("result") != "open", "act", "row")
        .unique("person", keep="last", maintain_order=True)
        .select(prints.columns)
    )
    return pl.concat([cards, others])
