"""Cells as text: each distinct cell is understood once, and none differently."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.names import official_names
from ektp_sched.backlog.numbers import scientific
from ektp_sched.backlog.texts import clean, coded, lacking, spread

BLANKS = " \t\r\n\v\f\x1c\x85\xa0\u2007\u202f\u200b\u2060\ufeff"
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "'", "A", " A", "A ", "'A", "\u2019A", "\xa0A\ufeff", "~"]
    ),
    st.text("'\u2019=0Aé" + BLANKS, max_size=4),
)


def text(*cells: str | None) -> pl.Series:
    return pl.Series(cells, dtype=pl.String)


def without_blanks(cell: str) -> str:
    return "".join(sign for sign in cell if sign not in BLANKS)


@given(st.lists(CELLS, max_size=12))
def test_clean_takes_off_blanks_and_apostrophes_cell_by_cell(
    cells: list[str | None],
) -> None:
    found = clean(text(*cells))
    for cell, plain in zip(cells, found, strict=True):
        bare = (cell or "").lstrip(BLANKS + "'\u2019\x1d\x1e\x1f")
        # Inside, a blank that is not seen goes, and any other is a plain one.
        assert without_blanks(plain or "") == without_blanks(bare)
        assert plain is None or plain.strip(BLANKS) == plain != ""
    if any(cell is None for cell in found):
        assert lacking(text(*cells))


@given(st.lists(CELLS, max_size=12))
def test_coded_and_spread_are_each_other_s_reverse(cells: list[str | None]) -> None:
    column = text(*cells)
    distinct, index = coded(column)
    assert spread(distinct, index).to_list() == cells
    assert index is None or distinct.n_unique() == len(distinct)


def test_a_column_that_says_little_is_coded() -> None:
    distinct, index = coded(text(*["A", "B", None] * 5))
    assert index is not None
    assert sorted(distinct.to_list()) == ["A", "B"]
    assert coded(text("A", "B", "C"))[1] is None


@pytest.mark.parametrize("repeated", [1, 5])
def test_dates_and_names_do_not_depend_on_how_often_a_cell_comes(repeated: int) -> None:
    cells = ["12/08/2017", "31/06/2017", None, " 2017-09-12", "42959", "12-Agu-2017"]
    once, often = parse_dates(text(*cells)), parse_dates(text(*(cells * repeated)))
    assert often.values.to_list() == once.values.to_list() * repeated
    assert once.why is not None
    assert often.why is not None
    assert often.why.to_list() == once.why.to_list() * repeated
    known = {"Oebobo": "Oebobo", "Maulafa": "Maulafa"}
    names = official_names(text(*(["oebobo ", "Oeboba", None] * repeated)), known, "x")
    assert names.values.to_list() == ["Oebobo", None, None] * repeated
    assert names.why is not None
    assert names.why.to_list() == [None, "x: nearest is Oebobo", None] * repeated


@pytest.mark.parametrize(
    ("cell", "is_so"),
    [("5.37E+15", True), ("٥.37E+15", True), ("A5.37E+15", False), ("5370", False)],
)
def test_numbers_written_by_sheets_are_seen(cell: str, is_so: bool) -> None:
    assert scientific(text("A1", cell)).to_list() == [False, is_so]
