"""Numbers of persons: never shown, never repaired, and ids made from them."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import small

from ektp_sched.backlog import Backlog, from_frame, make_key, read_backlog
from ektp_sched.backlog.identity import application_ids, queue_numbers
from ektp_sched.backlog.matching import UNKNOWN, match_ids
from ektp_sched.backlog.numbers import read_numbers
from ektp_sched.errors import BacklogError

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.office import Office

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = "[BCDFGHJKMNPQRSTVWXYZ34679]{5}"
NIK = "5371012306950001"


def office(base: Path, **tables: Any) -> Office:
    rules = {"identity": {"from": "NIK"}, "columns": {"TGL_REKAM": "waiting_since"}}
    return small(**rules | tables).located(base, "0" * 64)


def take(base: Path, numbers: list[Any], **tables: Any) -> Backlog:
    frame = pl.DataFrame(
        {"NIK": numbers, "TGL_REKAM": ["12/08/2017"] * len(numbers)}, strict=False
    )
    return from_frame(frame, office(base, **tables), max_rejects=1, provisional=True)


def id_of(number: str, key: bytes) -> str:
    mac = hmac.new(key, number.encode(), hashlib.sha256).digest()[:10]
    value = int.from_bytes(mac, "big")
    return "".join(CROCKFORD[value >> 5 * i & 31] for i in reversed(range(16)))


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    assert make_key(path) is True
    text = path.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert make_key(path) is False
    assert path.read_text() == text
    other = tmp_path / "other.key"
    make_key(other)
    assert other.read_text() != text


def test_the_id_is_the_keyed_hash_of_the_number(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    key = bytes.fromhex((tmp_path / "identity.key").read_text())
    found = take(tmp_path, [NIK, "5371012306950002"])
    assert found.frame["application_id"].to_list() == [
        id_of(NIK, key),
        id_of("5371012306950002", key),
    ]
    assert found.extra == ("NIK",)
    assert found.frame.columns[-2:] == ["NIK", "queue_number"]
    for number in found.frame["queue_number"]:
        assert re.fullmatch(f"{SIGNS}-{SIGNS}", number)
    assert found.frame["queue_number"].n_unique() == 2
    assert found.notices == ()
    again = take(tmp_path, ["5371012306950002", NIK])
    assert again.frame["queue_number"].to_list() == (
        found.frame["queue_number"].reverse().to_list()
    )


@pytest.mark.parametrize(
    "written",
    [
        f"'{NIK}",
        f" {NIK}\u00a0",
        f"{NIK}.0",
        "5371 0123 0695 0001",
        "537101-230695-0001",
        "5.371.012.306.950.001",
        "5,371,012,306,950,001",
        f"\ufeff{NIK}",
    ],
)
def test_the_same_number_in_another_dress_is_the_same_person(
    tmp_path: Path, written: str
) -> None:
    make_key(tmp_path / "identity.key")
    first, second = take(tmp_path, [NIK]), take(tmp_path, [written])
    assert second.frame["application_id"].equals(first.frame["application_id"])
    both = take(tmp_path, [NIK, written])
    assert both.rejects["reason"].str.contains("^duplicate: row [23] stays$").all()
    assert both.rejected == 1


@pytest.mark.parametrize(
    "written",
    [
        "5.37E+15",
        "5,37101E+15",
        "5.37101230695E+15",
        "5.37101e+15",
        "5.371E15",
        "5371012306950000",
        "5371012306951000",
        "9171012306950001.0",
    ],
)
def test_a_lost_number_is_rejected_and_never_repaired(
    tmp_path: Path, written: str
) -> None:
    make_key(tmp_path / "identity.key")
    found = take(tmp_path, [NIK, written])
    assert found.rejects.rows() == [(3, "NIK", "lost-number")]


@pytest.mark.parametrize("written", ["0", "", "-", "'", None, "NULL"])
def test_no_number_yet_is_a_missing_one(tmp_path: Path, written: str | None) -> None:
    make_key(tmp_path / "identity.key")
    found = take(tmp_path, [NIK, written])
    assert found.rejects.rows() == [(3, "NIK", "missing")]


def test_a_column_in_which_all_end_in_0_is_lost_as_a_whole() -> None:
    cells = [f"53710123069500{i:02}" for i in range(0, 100, 10)]
    assert read_numbers(pl.Series(cells)).lost.all()
    assert read_numbers(pl.Series([*cells, NIK])).lost.to_list() == [
        True,
        *[False] * 10,
    ]
    assert read_numbers(pl.Series(cells[1:])).lost.to_list() == [False] * 9


def test_typed_numbers(tmp_path: Path) -> None:
    whole = read_numbers(pl.Series([5371012306950001, 5371012306950000]))
    assert whole.values.to_list() == [NIK, None]
    assert whole.lost.to_list() == [False, True]
    floats = read_numbers(pl.Series([5371012306950001.0, 9171012306950001.0, None]))
    assert floats.values.to_list() == [NIK, None, None]
    assert floats.lost.to_list() == [False, True, False]


def test_numbers_of_another_length_are_counted(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    found = take(tmp_path, [NIK, "537101230695", "A1234567"])
    assert found.planned == 3
    assert [(n.code, n.figures) for n in found.notices] == [
        ("number-not-16-digits", {"column": "NIK", "rows": 2})
    ]


def test_lost_numbers_elsewhere_are_counted(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "application_id": ["A", "B", "C"],
            "waiting_since": ["2017-01-01"] * 3,
            "NO_KK": ["5371012306950000", "5371012306950001", "5,37E+15"],
            "KET": ["x", "5.37E+15", "5371012306950000"],
        }
    )
    found = from_frame(frame, office(tmp_path, identity=None))
    assert found.planned == 3
    assert [(n.code, n.figures) for n in found.notices] == [
        ("lost-number", {"column": "NO_KK", "rows": 2}),
        ("lost-number", {"column": "KET", "rows": 1}),
    ]
    assert found.frame["NO_KK"].to_list() == frame["NO_KK"].to_list()


def test_ids_of_the_file_need_no_key(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"application_id": ["A"], "NIK": [NIK], "TGL_REKAM": ["2017-01-01"]}
    )
    found = from_frame(frame, office(tmp_path))
    assert found.frame["application_id"].to_list() == ["A"]
    assert "queue_number" not in found.frame.columns
    assert [(n.code, n.figures) for n in found.notices] == [
        ("identity-not-used", {"column": "NIK"})
    ]


def test_a_number_mapped_to_the_id_is_still_hidden(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    columns = {"NIK": "application_id", "TGL_REKAM": "waiting_since"}
    found = take(tmp_path, [NIK], columns=columns)
    assert found.frame["application_id"].str.len_chars().to_list() == [16]
    assert found.frame["application_id"][0] != NIK
    shown = take(tmp_path, [NIK, "5.37E+15"], columns=columns, identity=None)
    assert shown.frame["application_id"].to_list() == [NIK]
    assert shown.rejects.rows() == [(3, "NIK", "lost-number")]
    assert [n.code for n in shown.notices] == ["id-is-personal"]


def test_without_key_or_number_the_sentence_says_the_way_on(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    with pytest.raises(BacklogError) as caught:
        take(tmp_path, [NIK])
    assert str(caught.value) == (
        f"{path}: there is no such key, without which no id can be made from a number; "
        "put the office's own back, as a new one changes every id, or make the first "
        "one with `ektp-sched init`"
    )
    for text, sentence in (
        ("xyz", "it is not hexadecimal"),
        ("00" * 31, "shorter than 32 bytes"),
    ):
        path.write_text(text)
        with pytest.raises(BacklogError, match=sentence):
            take(tmp_path, [NIK])
    frame = pl.DataFrame({"NOKK": ["1"], "TGL_REKAM": ["2017-01-01"]})
    with pytest.raises(BacklogError) as caught:
        from_frame(frame, office(tmp_path))
    assert caught.value.message.startswith(
        "there is no column NIK (identity.from) and no application_id; found were "
    )


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_key_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    make_key(path)
    path.chmod(0o644)
    found = take(tmp_path, [NIK])
    assert [(n.code, n.figures) for n in found.notices] == [
        ("key-is-exposed", {"file": "identity.key"})
    ]


def test_the_number_goes_nowhere_but_its_own_column(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    path = tmp_path / "export.csv"
    rules = office(tmp_path, status={"printable": ["PRR"]})
    path.write_text(
        "NIK,TGL_REKAM,STATUS\n"
        f"{NIK},12/08/2017,PRR\n"
        f"{NIK},13/08/2017,PRR\n"
        "5371012306950002,12/08/2017,SFE\n"
        "5371012306950003,?,SFE\n"
    )
    found = read_backlog(path, rules, max_rejects=0.5)
    assert found.frame["waiting_since"].to_list() == [date(2017, 8, 12)]
    told = (
        found.frame.drop("NIK").write_csv()
        + found.held.write_csv()
        + found.rejects.write_csv()
        + repr(found.notices)
    )
    assert "53710123" not in told


def test_a_key_longer_than_a_block_is_hashed_first() -> None:
    key = bytes(range(100))
    assert application_ids(pl.Series([NIK]), key).to_list() == [id_of(NIK, key)]


@given(st.lists(st.text("0123456789", min_size=1, max_size=18), max_size=20))
def test_ids_and_queue_numbers_follow_the_number_alone(numbers: list[str]) -> None:
    key = bytes(range(32))
    column = pl.Series([*numbers, None], dtype=pl.String)
    ids = application_ids(column, key)
    assert ids.to_list() == [*(id_of(n, key) for n in numbers), None]
    short = queue_numbers(ids.drop_nulls())
    assert short.n_unique() == len(set(numbers))
    assert all(len(number) == 11 for number in short)
    alone = [queue_numbers(pl.Series([i]))[0] for i in ids.drop_nulls()]
    assert short.to_list() == alone


@given(
    st.lists(st.sampled_from([None, "a", "b", "c", "d"])),
    st.lists(st.sampled_from(["a", "b", "c", "d", "e"])),
    st.sampled_from([0, 200]),
)
def test_an_id_is_matched_where_it_stands(
    wanted: list[str | None], ids: list[str], others: int
) -> None:
    """Among few others, and among so many that few are wanted."""
    ids = [*(f"z{number}" for number in range(others)), *ids]
    at = match_ids(pl.Series(wanted, dtype=pl.String), pl.Series(ids, dtype=pl.String))
    where = [UNKNOWN if w is None or w not in ids else w for w in wanted]
    assert [UNKNOWN if n == UNKNOWN else ids[n] for n in at.tolist()] == where
