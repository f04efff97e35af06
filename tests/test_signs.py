"""One id or queue number at a time, and whole columns of them, are made alike."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.backlog.identity import application_ids, is_number, queue_numbers
from ektp_sched.signs import ids_begin, made_id, queue_number, whole_number

NUMBERS = st.integers(10**15, 10**16 - 1).map(str)


@given(number=NUMBERS, key=st.binary(min_size=32, max_size=100))
def test_one_id_is_that_of_a_column(number: str, key: bytes) -> None:
    assert [made_id(number, key)] == application_ids(pl.Series([number]), key).to_list()


@given(number=NUMBERS)
def test_one_queue_number_is_that_of_a_column(number: str) -> None:
    made = made_id(number, bytes(32))
    assert [queue_number(made)] == queue_numbers(pl.Series([made])).to_list()


@given(number=NUMBERS)
def test_the_ids_of_a_queue_number_have_it_and_its_owner_is_among_them(
    number: str,
) -> None:
    made = made_id(number, bytes(32))
    shown = queue_number(made)
    starts = ids_begin(shown.lower().replace("-", " "))
    assert made[:12] in starts
    assert starts == sorted(set(starts))
    assert {queue_number(start + "0000") for start in starts[:: len(starts) // 7]} == {
        shown
    }


@given(
    number=NUMBERS,
    apart=st.sampled_from(["", " ", ".", "'", "-"]),
    every=st.integers(3, 8),
)
def test_a_number_is_known_however_it_is_written(
    number: str, apart: str, every: int
) -> None:
    parts = [number[at : at + every] for at in range(0, 16, every)]
    written = apart.join(parts)
    assert whole_number(written) in {number, None}
    assert (whole_number(written) is not None) == is_number(written)


def test_what_is_no_number_of_either_kind_is_none() -> None:
    assert whole_number("BKR4T-9WXHD") is None
    assert whole_number("123456789012345") is None
    assert ids_begin("KPG-000001") == []
