"""The folder's tables: order, dates, and steps done side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING, Literal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from output_cases import make

from ektp_sched.output import batches, tables
from ektp_sched.output.rows import guarded
from ektp_sched.output.tables import dates_as_text, write_applications
from ektp_sched.parallel import side_by_side

if TYPE_CHECKING:
    from pathlib import Path

DAYS = st.none() | st.integers(-3, 3).map(lambda n: date(2017, 9, 12) + timedelta(n))


@given(st.lists(DAYS, max_size=12))
def test_dates_as_text_are_written_as_dates_are(days: list[date | None]) -> None:
    frame = pl.DataFrame(
        {"day": days, "n": range(len(days))}, schema={"day": pl.Date, "n": int}
    )
    assert dates_as_text(frame).write_csv() == frame.write_csv()


@pytest.mark.parametrize(
    "ids", [range(1, 30), [1, 2, 10**9], [3], [123456789012, 5, 7]], ids=str
)
def test_applications_are_sorted_by_id(ids: list[int], tmp_path: Path) -> None:
    names = [f"K-{n:012d}" for n in ids]
    backlog = make(tmp_path).backlog
    frame = pl.concat([backlog.frame.head(1)] * len(names)).with_columns(
        application_id=pl.Series(names[::-1])
    )
    text = BytesIO()
    write_applications(replace(backlog, frame=frame), text)
    found = pl.read_csv(text.getvalue())["application_id"].to_list()
    assert found == sorted(names)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_in_parts_tables_and_sheets_are_the_same(
    lang: Literal["id", "en"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(tmp_path / "case")
    made.save(tmp_path / "whole", xlsx=False, report=False, lang=lang)
    for module, rows in ((tables, 3), (batches, 5)):
        monkeypatch.setattr(module, "_AT_ONCE", rows)
    made.save(tmp_path / "parts", xlsx=False, report=False, lang=lang)
    whole, parts = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.csv")
        }
        for name in ("whole", "parts")
    )
    assert len(whole) > 8
    assert whole == parts


@given(st.text("=+-@＝＋－＠ \t\r\nA0~é", max_size=3))
def test_nothing_dangerous_gets_past_the_guard(cell: str) -> None:
    pattern = r"^(?:\s*[=+@＝＋－＠]|\s*-.|[\t\r\n])"
    risky = pl.Series([cell]).str.contains(pattern).item()
    found = guarded(pl.DataFrame({"a": [cell]}))["a"].item()
    assert found == ("'" + cell if risky else cell)


def test_steps_return_in_their_order() -> None:
    first, second = Event(), Event()

    def one() -> int:
        first.set()
        assert second.wait(20)
        return 1

    def two() -> int:
        assert first.wait(20)
        second.set()
        return 2

    assert side_by_side(one, two, lambda: 3) == [1, 2, 3]


def test_of_several_failures_the_earliest_step_s_is_raised() -> None:
    later = Event()

    def first() -> None:
        assert later.wait(20)
        raise ValueError("first")

    def second() -> None:
        later.set()
        raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        side_by_side(first, second)
