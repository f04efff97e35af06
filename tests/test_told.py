"""The dates that people were told, read back: promises.csv and lists like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import make_backlog, make_office

from ektp_sched.backlog.identity import queue_numbers
from ektp_sched.backlog.told import held_dates, read_told
from ektp_sched.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog import Backlog

OFFICE = make_office()


def backlog(*told: date | None) -> Backlog:
    """People of whom an export says that they were told some days."""
    rows = [{"application_id": f"A{n}", "waiting_since": -9} for n in range(len(told))]
    people = make_backlog(rows, OFFICE)
    days = pl.Series(told, dtype=pl.Date)
    return replace(people, frame=people.frame.with_columns(promised_on=days))


def day(number: int) -> date:
    return date(2017, 10, number)


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "promises.csv"
    path.write_text(text, "utf-8")
    return path


def test_the_dates_of_promises_csv_are_those_told(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "application_id,ready_by,confidence,likely_on\n"
        "A0,2017-10-02,0.9,2017-09-30\nA1,,0.9,\nZ9,2017-10-03,0.9,2017-10-01\n",
    )
    told = read_told(path, backlog(None, None), OFFICE)
    assert told.frame.rows() == [
        ("A0", day(2), day(2), 0.9),
        ("Z9", day(3), day(3), 0.9),
    ]
    assert told.strangers == 1


@pytest.mark.parametrize(
    ("exported", "line", "holds", "first"),
    [
        (None, "A0,2017-10-05,", day(5), day(5)),
        (day(7), "A0,2017-10-05,", day(5), day(5)),
        (day(3), "A0,2017-10-05,", day(3), day(3)),
        # The file knows of the export's date, and of a later one told since.
        (day(3), "A0,2017-10-05,2017-10-03", day(5), day(3)),
        (day(2), "A0,2017-10-05,2017-10-03", day(2), day(2)),
        (day(3), "B0,2017-10-05,", day(3), day(3)),
    ],
)
def test_of_two_dates_told_the_earlier_holds(
    tmp_path: Path, exported: date | None, line: str, holds: date, first: date
) -> None:
    people = backlog(exported)
    told = read_told(
        file(tmp_path, f"application_id,ready_by,first_told\n{line}\n"), people, OFFICE
    )
    row = held_dates(people, told).row(0, named=True)
    assert (row["promised_on"], row["first_told"]) == (holds, first)


HEAD = "application_id,ready_by\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("application_id,waiting_since\nA0,2017-10-02\n", ("ready_by",)),
        ("nama,ready_by\nSiti,2017-10-02\n", ("application_id",)),
        (HEAD + "A0,2017-10-02\n,2017-10-02\n", ("row 3", "application_id")),
        (HEAD + "A0,besok\n", ("row 2", "ready_by")),
        (HEAD + "A0,31/02/2017\n", ("row 2", "ready_by")),
        (HEAD + "A0,2017-10-02\nA0,2017-10-03\n", ("row 3", "ready_by")),
        ("application_id,ready_by,ready_by\nA0,2017-10-02,\n", ("ready_by",)),
        (
            "application_id,ready_by,confidence\nA0,2017-10-02,90\n",
            ("row 2", "confidence"),
        ),
        (
            "application_id,promised_on,new_date,days_late\nA0,2017-10-02,,\n",
            ("promises.csv",),
        ),
        (HEAD + "".join(f"X{n},2017-10-02\n" for n in range(30)), ("30",)),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_place(
    tmp_path: Path, text: str, place: tuple[str, ...]
) -> None:
    path = file(tmp_path, text)
    with pytest.raises(InputError) as refused:
        read_told(path, backlog(None, None), OFFICE)
    for language in ("en", "id"):
        sentence = refused.value.sentence(language)
        assert str(path) in sentence
        assert "\n" not in sentence
    assert all(part in refused.value.sentence("en") for part in place)
    assert "Siti" not in str(refused.value)


def test_the_same_date_twice_is_no_contradiction(tmp_path: Path) -> None:
    path = file(tmp_path, HEAD + "A0,2017-10-02\nA0,02/10/2017\n")
    assert read_told(path, backlog(None), OFFICE).frame.height == 1


def test_a_missing_file_and_a_frame_without_dates_are_refused(tmp_path: Path) -> None:
    people = backlog(None)
    frames: tuple[Any, ...] = (tmp_path / "none.csv", pl.DataFrame({"a": [1]}))
    for source in frames:
        with pytest.raises(InputError):
            read_told(source, people, OFFICE)


def test_a_list_of_those_told_anew_has_their_new_date(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "application_id,promised_on,new_date,days_late\n"
        "A0,2017-10-02,2017-10-09,7\nA1,2017-10-02,,\n",
    )
    told = read_told(path, backlog(None, None), OFFICE, anew=True)
    assert told.frame["application_id"].to_list() == ["A0"]
    assert told.frame["promised_on"].to_list() == [day(9)]


def test_the_list_that_a_plan_has_phoned_comes_back_as_told(tmp_path: Path) -> None:
    """Who is not printed in the plan was told no day."""
    text = (
        "application_id,promised_on,day,days_late\n"
        "A0,2017-10-02,2017-10-09,7\nA1,2017-10-03,,\n"
    )
    told = read_told(file(tmp_path, text), backlog(None, None), OFFICE, anew=True)
    assert told.frame.select("application_id", "promised_on").rows() == [
        ("A0", date(2017, 10, 9))
    ]


def test_a_list_of_nothing_but_people_tells_no_dates_anew(tmp_path: Path) -> None:
    text = "application_id,days_late\nA0,7\n"
    with pytest.raises(InputError, match="new_date"):
        read_told(file(tmp_path, text), backlog(None), OFFICE, anew=True)


def test_queue_numbers_stand_for_ids(tmp_path: Path) -> None:
    ids = pl.Series(["0123456789ABCDEF", "ZZZZZZZZZZZZZZZZ"])
    rows = [{"application_id": name, "waiting_since": -9} for name in ids]
    people = make_backlog(rows, OFFICE)
    first, second = queue_numbers(ids)
    for heading in ("application_id", "Nomor antrean"):
        text = f"{heading},ready_by\n{first.lower()},2017-10-02\n{second},2017-10-03\n"
        told = read_told(file(tmp_path, text), people, OFFICE)
        assert told.frame["application_id"].to_list() == ids.to_list()


def test_an_offices_own_form_of_dates_does_not_refuse_ours(tmp_path: Path) -> None:
    office = make_office(dates={"format": "%m/%d/%Y"})
    people = make_backlog([{"application_id": "A0", "waiting_since": -9}], office)
    for text in ("2017-10-02", "10/02/2017"):
        told = read_told(file(tmp_path, f"{HEAD}A0,{text}\n"), people, office)
        assert told.frame["promised_on"].to_list() == [day(2)]
