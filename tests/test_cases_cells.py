"""Cells that look alike, dates that cannot be meant, and what nobody may see."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from cli_cases import run
from hypothesis import given
from hypothesis import strategies as st
from test_backlog_rows import office, take

from ektp_sched.backlog import from_frame, read_backlog
from ektp_sched.backlog.identity import id_of_number, make_key
from ektp_sched.backlog.numbers import plain_ids, read_numbers
from ektp_sched.backlog.texts import clean
from ektp_sched.errors import BacklogError, LogError
from ektp_sched.office import Office
from ektp_sched.planning.outlook import outlook
from ektp_sched.public import HIDDEN, columns_shown, is_heading, looks_personal, visible
from ektp_sched.rules.classes import class_spellings
from ektp_sched.trust.audit.log import log_from_frame

if TYPE_CHECKING:
    import random

CASES = Path(__file__).parents[2] / "shared" / "cases"
START = date(2017, 9, 12)
NIK = "5371010101800001"

UNSEEN = (
    "\u00ad\u034f\u061c\u180b\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060"
    "\u2066\u2069\u3164\ufe0e\ufe0f\ufeff\U000e0041\U000e0100"
)
BLANKS = "\t\u00a0\u1680\u2000\u2003\u2007\u2009\u2028\u202f\u205f\u3000"


def case(name: str) -> Path:
    if not CASES.exists():
        pytest.skip(f"the cases of the issue are not in {CASES}")
    return CASES / name


def given_case(folder: str, name: str) -> tuple[Any, Office]:
    path = case(folder)
    rules = Office.load(path / f"{name}.office.toml")
    return read_backlog(path / f"{name}.csv", rules, max_rejects=1), rules


def counted(backlog: Any) -> None:
    assert backlog.read == backlog.planned + backlog.held_count + backlog.rejected


def ids(backlog: Any) -> list[str]:
    return sorted(backlog.frame["application_id"])


def duplicates(backlog: Any) -> int:
    return int(backlog.rejects["reason"].str.starts_with("duplicate").sum())


# Letters that are not seen.


def test_unicode_spaces_are_one_application() -> None:
    found, _ = given_case("input/11-invisible-characters", "ids_unicode_space")
    counted(found)
    assert (ids(found), duplicates(found)) == (["A1"], 6)


def test_composed_and_decomposed_letters_are_one() -> None:
    found, _ = given_case("input/14-nfc-nfd", "nfd_ids")
    counted(found)
    assert (ids(found), duplicates(found)) == (["T\u00e91"], 1)


def test_signs_inside_ids_and_marks_of_direction() -> None:
    inner = take(application_id=["A1", "A\u200b1", "A\u00ad1", "A\u2060\ufe0f1"])
    assert (ids(inner), duplicates(inner)) == (["A1"], 3)
    marked = take(
        application_id=["A1", "\u200eA1", "A2\u200f", "\u202aA2\u202c"],
        waiting_since=["12/08/2017", "11/08/2017", "\u200e10/08/2017", "09/08/2017"],
    )
    dates = dict(marked.frame.select("application_id", "waiting_since").rows())
    assert dates == {"A1": date(2017, 8, 11), "A2": date(2017, 8, 9)}
    assert duplicates(marked) == 2


def test_headings_classes_areas_and_statuses_in_either_form() -> None:
    rules = office(
        urgency={
            "\u00e9lan": {"target_days": 3},
            "biasa": {"default": True, "target_days": 30},
        },
        status={"printable": ["Si\u00e1p"]},
        columns={"D\u00e1t\u00e9": "waiting_since"},
        areas={"Ku\u0301pang": []},
    )
    frame = pl.DataFrame(
        {
            "application\u200b_id": ["A1", "A2", "A4"],
            "Da\u0301te\u0301": ["12/08/2017"] * 3,
            "urgency": ["e\u0301lan", "\u00c9LAN", "b\u00adiasa"],
            "status": ["Sia\u0301p", "SI\u00c1P", "si\u200d\u00e1p"],
            "area": ["K\u00fapang", "KU\u0301PANG", "ku\u0301\u200bpang"],
        }
    )
    found = from_frame(frame, rules)
    assert ids(found) == ["A1", "A2", "A4"]
    assert found.frame["urgency"].to_list() == ["\u00e9lan", "\u00e9lan", "biasa"]
    assert found.frame["area"].unique().to_list() == ["Ku\u0301pang"]


def test_free_areas_in_two_forms_are_one() -> None:
    found = take(area=["T\u00e9s", "Te\u0301s", "T\u00e9\u200bs ", '="T\u00e9s"'])
    assert found.frame["area"].unique().to_list() == ["T\u00e9s"]


NIK_FORMS = [
    NIK,
    f"'{NIK}",
    f'="{NIK}"',
    "53.71.01.010180.0001",
    "537101.010180.0001",
    "5.371.010.101.800.001",
    "5,371,010,101,800,001",
    "5371 0101 0180 0001",
    "5371\u00a00101\u200b0180\u20090001",
    "537101-010180-0001",
    "537101\u2011010180\u20110001",
    f"{NIK}.0",
    f"{NIK},00",
    f"{NIK}.000",
    "53.71.01.010180.0001.0",
    f"\u202a{NIK}\u202c",
    "\uff15\uff13\uff17\uff11010101800001",
]


def test_a_number_in_any_dress_is_one_person_everywhere(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    rules = office(identity={"from": "NIK"}).located(tmp_path, "0" * 64)
    frame = pl.DataFrame({"NIK": NIK_FORMS, "waiting_since": ["2017-01-01"] * 17})
    found = from_frame(frame, rules, max_rejects=1)
    assert (found.planned, duplicates(found)) == (1, len(NIK_FORMS) - 1)
    (name,) = ids(found)
    assert {id_of_number(form, rules) for form in NIK_FORMS} == {name}
    log = log_from_frame(
        pl.DataFrame(
            {
                "NIK": NIK_FORMS,
                "printed_at": ["2017-09-12"] * 17,
                "printer": ["printer-1\u200b"] * 17,
            }
        ),
        rules,
    )
    assert log.frame["application_id"].unique().to_list() == [name]


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        (["123", "123.0", "123,0", "123.00", "123,00", "123.0000"], "123"),
        ([Decimal("123.000"), Decimal("123")], "123"),
        ([123.0], "123"),
        ([123], "123"),
        (["1234.000", '="1234"'], "1234"),
        (["1.000"], "1.000"),
        (["00.0"], "00.0"),
        (["A.0"], "A.0"),
    ],
)
def test_ids_as_spreadsheets_and_databases_write_numbers(
    cells: list[Any], same: str
) -> None:
    assert plain_ids(pl.Series(cells)).unique().to_list() == [same]


def test_what_was_lost_stays_lost() -> None:
    found = read_numbers(
        pl.Series(["5,37E+15", "9171010101800001.0", "9171010101800001,00", "0", "-"])
    )
    assert found.values.null_count() == 5
    assert found.lost.to_list() == [True, True, True, False, False]


def damaged(text: str, dice: random.Random) -> str:
    """Return a text that a person reads as the same."""
    if dice.random() < 0.3:
        text = unicodedata.normalize("NFD", text)
    if dice.random() < 0.2:
        text = "".join(
            chr(ord(c) + 0xFEE0) if "!" < c <= "~" and dice.random() < 0.5 else c
            for c in text
        )
    signs = "".join(
        (dice.choice(UNSEEN) if dice.random() < 0.3 else "") + sign for sign in text
    )
    ends = [dice.choice(" " + BLANKS + UNSEEN) * dice.randrange(3) for _ in range(2)]
    text = ends[0] + signs + ends[1]
    return f'="{text}"' if dice.random() < 0.2 else text


@pytest.mark.slow
@given(
    st.lists(
        st.text("AB1\u00e9\u00fc-. ", min_size=1, max_size=6).map(str.strip),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_invisible_damage_loses_and_doubles_nobody(
    names: list[str], dice: random.Random
) -> None:
    """Each person stands there once whole and once damaged: one stays."""
    names = [n for n in dict.fromkeys(clean(pl.Series(names))) if n]
    names = [n for n in names if n not in {"-"}]
    if not names:
        return
    rows = [
        {
            "application_id": change(name),
            "waiting_since": change("12/08/2017"),
            "urgency": change("emergency"),
            "area": change("T\u00e9s"),
            "status": change("Siap C\u00e9tak"),
        }
        for name in names
        for change in (str, lambda text: damaged(text, dice))
    ]
    headings = {name: damaged(name, dice) for name in rows[0]}
    frame = pl.DataFrame(rows).rename(headings)
    rules = office(status={"printable": ["siap c\u00e9tak"]})
    found = from_frame(frame, rules, max_rejects=1, provisional=True)
    counted(found)
    whole = from_frame(pl.DataFrame(rows[::2]), rules, max_rejects=1)
    assert ids(found) == ids(whole)
    assert found.rejected == duplicates(found) == found.read - whole.planned
    for column in ("waiting_since", "urgency", "area", "status"):
        assert found.frame[column].unique().to_list() == (
            whole.frame[column].unique().to_list()
        )


@given(
    st.integers(1, 9_999), st.randoms(use_true_random=False), st.sampled_from(".,- '")
)
def test_a_damaged_number_is_the_number(
    serial: int, dice: random.Random, between: str
) -> None:
    number = f"537101010180{serial:04d}"
    if number.endswith("000"):
        return
    cuts = sorted(dice.sample(range(1, 16), dice.randrange(2, 6)))
    parts = [number[a:b] for a, b in zip([0, *cuts], [*cuts, 16], strict=True)]
    text = damaged(between.join(parts), dice)
    assert read_numbers(pl.Series([text])).values.to_list() == [number]


def test_the_clean_path_leaves_columns_as_they_are() -> None:
    cells = pl.Series(["A1", "A\u200b1", '="A1"'])
    before = cells.to_list()
    assert clean(cells).to_list() == ["A1"] * 3
    assert cells.to_list() == before


# Words for classes.


@pytest.mark.parametrize(
    ("classes", "word", "name"),
    [
        (["emergency", "routine"], "Darurat", "emergency"),
        (["darurat", "biasa"], "emergency", "darurat"),
        (["urgent", "routine"], "mendesak", "urgent"),
        (["urgent", "routine"], "SEGERA", "urgent"),
        (["prioritas", "biasa"], "priority", "prioritas"),
        (["emergency", "routine"], "biasa", "routine"),
        (["segera", "mendesak", "routine"], "urgent", None),
        (["emergency", "routine"], "mendesak", None),
        (["darurat", "rutin"], "segera", None),
        (["darurat", "rutin"], "prioritas", None),
    ],
)
def test_known_words_for_classes(
    classes: list[str], word: str, name: str | None
) -> None:
    table = {n: {"target_days": 3, "default": n == classes[-1]} for n in classes}
    found = take(office(urgency=table), urgency=[word, None])
    if name is None:
        assert found.rejects["reason"].to_list() == ["unknown-class"]
    else:
        assert found.frame["urgency"].to_list() == [name, classes[-1]]
    assert class_spellings(classes)[classes[0]] == classes[0]


def test_a_slip_of_the_pen_still_has_its_nearest_name() -> None:
    found = take(urgency=["emergncy", None])
    assert found.rejects["reason"].to_list() == ["unknown-class: nearest is emergency"]


# Dates that can be read and cannot be meant.


def noticed(backlog: Any) -> dict[str, dict[str, Any]]:
    found = [*backlog.notices, *outlook(backlog, office(), START)]
    return {notice.code: notice.figures for notice in found}


def test_impossible_dates_are_noticed_with_a_row() -> None:
    found = noticed(
        take(
            waiting_since=["2017-08-01", "2017-10-01", "85133", "2010-12-31"],
            due_on=["85133", None, None, None],
        )
    )
    assert found["recorded-after-start"] == {
        "rows": 2,
        "row": 3,
        "last": "2133-01-30",
        "start": "2017-09-12",
    }
    assert found["recorded-too-early"] == {
        "rows": 1,
        "row": 5,
        "first": "2010-12-31",
        "bound": "2011-01-01",
    }
    assert found["date-far-ahead"] == {
        "column": "due_on",
        "rows": 1,
        "row": 2,
        "last": "2133-01-30",
    }


def test_half_a_column_with_the_month_first() -> None:
    cells = ["08/13/2017", "08/12/2017", "07/07/2017", "09/08/2017"]
    figures = {"column": "waiting_since", "certain": 1, "rows": 2, "row": 2, "both": 3}
    assert noticed(take(waiting_since=cells))["month-first"] == figures
    assert "month-first" not in noticed(
        take(waiting_since=["08/13/2017", "2017-08-01"])
    )
    rules = office(dates={"format": "%m/%d/%Y"})
    found = take(rules, waiting_since=["13/08/2017", "08/12/2017"])
    assert noticed(found)["month-first"]["certain"] == 1


def test_a_column_that_a_spreadsheet_turned_by_half() -> None:
    texts = [f"{day}/07/2017" for day in range(13, 31)]
    serials = [f"2017-{month:02d}-07" for month in range(1, 9)] + ["42953"] * 4
    found = noticed(take(waiting_since=texts + serials))["day-and-month"]
    assert (found["texts"], found["others"], found["row"]) == (18, 12, 2)
    assert "day-and-month" not in noticed(
        take(waiting_since=[*texts, *serials, "05/07/2017"])
    )


# Statuses.


RULES = {"printable": ["PRR"], "done": ["CARD_PRINTED"]}


def test_a_status_that_decides_nothing_is_named() -> None:
    found = take(status=["PRR", "PRR", "SFE", NIK])
    assert noticed(found)["status-not-used"] == {
        "column": "status",
        "count": 3,
        "statuses": "PRR 2, * 1, SFE 1",
    }
    many = take(status=[f"S{chr(65 + i)}" for i in range(20)])
    named = str(noticed(many)["status-not-used"]["statuses"])
    assert named.count(",") == 10
    assert named.endswith("…")


def test_what_is_printed_is_counted_apart() -> None:
    found = take(office(status=RULES), status=["PRR", "Card Printed", "SFE", None])
    counted(found)
    assert (found.planned, found.held_count, found.done) == (1, 3, 1)


def test_a_status_cannot_be_ready_and_done() -> None:
    with pytest.raises(ValueError, match="printable"):
        office(status={"printable": ["PRR"], "done": ["p.r.r"]})


OFFICE = """\
name = "Contoh"
[[servers]]
id = "s"
cards_per_day = 9
[[printers]]
id = "p"
cards_per_day = 9
[status]
printable = ["PRR"]
done = ["CARD_PRINTED"]
"""


def folder(tmp_path: Path, rows: list[str], text: str = OFFICE) -> list[str]:
    (tmp_path / "o.toml").write_text(text)
    lines = ["application_id,waiting_since,status,area", *rows]
    (tmp_path / "b.csv").write_text("\n".join(lines) + "\n")
    return [
        "b.csv",
        "--office",
        "o.toml",
        "--start",
        "2017-09-12",
        "--max-rejects",
        "1",
    ]


@pytest.mark.slow
def test_your_card_is_printed_in_both_languages(tmp_path: Path) -> None:
    rows = ["A1,2017-08-01,PRR,", "A2,2017-08-01,Card Printed,", "A3,2017-08-01,SFE,"]
    asked = folder(tmp_path, rows)
    assert (
        run(
            *("plan", *asked, "--out", "out", "--no-xlsx", "--no-report"), cwd=tmp_path
        ).returncode
        == 0
    )
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["held"], summary["done"]) == (2, 1)
    for language, words, other in (
        ("id", "sudah dicetak", "belum dapat"),
        ("en", "is printed", "cannot be printed yet"),
    ):
        done = run("explain", "out", " A2\u200b", "--lang", language, cwd=tmp_path)
        assert words in done.stdout
        assert other not in done.stdout
        held = run("explain", "out", "A3", "--lang", language, cwd=tmp_path)
        assert other in held.stdout
    seen = run("check", *asked, cwd=tmp_path).stdout
    assert "1 di antaranya sudah dicetak" in " ".join(seen.split())
    raw = ["--backlog", "b.csv", "--office", "o.toml"]
    assert run("verify", "out", *raw, cwd=tmp_path).returncode == 0


# Nothing personal, and no control signs.


SECRETS = [
    NIK,
    "53.71.01.010180.0001",
    "5371 0101 0180 0001",
    "081234567890",
    "12/08/1980",
    "12 Agustus 1980",
    "siti@example.org",
    "anak dari seorang warga yang datang pada hari Senin dengan ibunya juga",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_personal_is_known(secret: str) -> None:
    assert looks_personal(secret)
    assert not is_heading(secret)


@pytest.mark.parametrize(
    "name",
    ["PRINT_READY_RECORD", "SFE", "Siap Cetak", "Kelapa Lima", "Bakunase II", "RT 001"],
)
def test_what_offices_write_is_not(name: str) -> None:
    assert not looks_personal(name)


@pytest.mark.slow
def test_a_number_that_slipped_into_status_or_area_goes_nowhere(
    tmp_path: Path,
) -> None:
    rows = [f"A{n},2017-08-01,PRR,Alak" for n in range(6)]
    rows += [f"B{n},2017-08-01,{secret},Alak" for n, secret in enumerate(SECRETS)]
    rows += [f"C{n},2017-08-01,PRR,{secret}" for n, secret in enumerate(SECRETS)]
    asked = folder(tmp_path, rows)
    check = run("check", *asked, "--lang", "en", cwd=tmp_path)
    listed = run("check", *asked, "--json", cwd=tmp_path)
    options = ("--out", "out", "--no-xlsx", "--no-report")
    made = run("plan", *asked, *options, cwd=tmp_path)
    why = run("explain", "out", "B1", cwd=tmp_path)
    shown = [check.stdout, check.stderr, listed.stdout, listed.stderr]
    shown += [made.stdout, made.stderr, why.stdout, why.stderr]
    shown += [path.read_text() for path in (tmp_path / "out").glob("*.*")]
    for secret in SECRETS:
        assert not [text for text in shown if secret in text], secret
    assert "in row 8" in check.stdout
    assert f"in row {8 + len(SECRETS)}" in check.stdout
    held = pl.read_csv(tmp_path / "out" / "held.csv")
    assert held.rows() == [(f"B{n}", HIDDEN) for n in range(len(SECRETS))]
    verified = ["--backlog", "b.csv", "--office", "o.toml"]
    assert run("verify", "out", *verified, cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_statuses_without_end_are_bounded(tmp_path: Path) -> None:
    names = [
        f"Warga {chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{chr(97 + n // 676)}"
        for n in range(4000)
    ]
    rows = [f"A{n},2017-08-01,{name},Alak" for n, name in enumerate(names)]
    rows += [f"B{n},2017-08-01,SFE,Alak" for n in range(9)]
    asked = folder(tmp_path, [*rows, "C,2017-08-01,PRR,Alak"])
    check = run("check", *asked, cwd=tmp_path)
    assert len(check.stdout.splitlines()) < 20
    assert "Warga" not in check.stdout
    found = json.loads(run("check", *asked, "--json", cwd=tmp_path).stdout)
    assert found["held_by_status"] == {HIDDEN: 4000, "SFE": 9}
    often = take(
        status=[f"S{chr(65 + n % 26)}{chr(65 + n // 26)}" for n in range(300)] * 5
    )
    assert often.frame["status"].n_unique() == 101


def test_an_area_that_the_office_names_or_many_share_is_shown() -> None:
    rules = office(area_rank={"537101": 1})
    found = take(rules, area=["537101", "537102", *["537103"] * 5])
    assert found.frame["area"].to_list() == ["537101", HIDDEN, *["537103"] * 5]


@pytest.mark.parametrize(
    "first",
    [
        f"Siti Aminah,{NIK},2017-01-01",
        "Maria Tefa,Alak,PRR",
        "Laporan Maria Tefa,,",
    ],
)
def test_a_file_without_headings_names_nobody(tmp_path: Path, first: str) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"{first}\n" * 3)
    with pytest.raises(BacklogError) as caught:
        read_backlog(path, office())
    for language in ("en", "id"):
        sentence = caught.value.sentence(language)
        assert "Siti" not in sentence
        assert "Maria" not in sentence
        assert NIK not in sentence
    heading = first.split(",")
    frame = (
        pl.DataFrame([["x"]] * len(heading), schema=heading) if all(heading) else None
    )
    if frame is not None:
        with pytest.raises(LogError) as refused:
            log_from_frame(frame, office())
        assert heading[0] not in str(refused.value)


def test_headings_are_shown_and_names_among_them_are_not() -> None:
    shown = columns_shown(["NO", "NAMA_LGKP", "Maria Tefa", "TGL_REKAM", "", NIK])
    assert shown == '"NO", "NAMA_LGKP", 3, "TGL_REKAM", 6'
    assert columns_shown(["Maria Tefa", "Alak"]) == ""


@pytest.mark.slow
@given(st.text())
def test_no_text_controls_a_screen(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    for sign in shown:
        assert sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    assert visible(shown) == shown


def test_control_signs_of_a_hostile_office_stay_off_every_screen(
    tmp_path: Path,
) -> None:
    source = case("attack/terminal-escape")
    for name in ("backlog.csv", "office.toml"):
        shutil.copy(source / name, tmp_path / name)
    asked = ["backlog.csv", "--office", "office.toml", "--start", "2017-09-12"]
    asked += ["--max-rejects", "1"]
    made = run("plan", *asked, "--out", "out", "--no-xlsx", cwd=tmp_path)
    assert made.returncode == 0
    check = run("check", *asked, cwd=tmp_path)
    told = [made, check]
    planned = pl.read_csv(tmp_path / "out" / "plan.csv")["application_id"]
    told += [run("explain", "out", name, cwd=tmp_path) for name in planned]
    with (tmp_path / "office.toml").open("a") as file:
        file.write('["\\u001b]0;pwn\\u0007"]\na = 1\n')
    told.append(run("check", *asked, cwd=tmp_path))
    assert told[-1].returncode == 2
    for one in told:
        for stream in (one.stdout, one.stderr):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", stream)
    assert "�" in made.stdout
    html = (tmp_path / "out" / "report.html").read_text()
    assert "\x1b" not in html
    assert_strict(html)


def assert_strict(html: str) -> None:
    """Assert that a page allows its own style alone, and has no other."""
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy
    assert "<script" not in html
    assert not re.search(r"<[^>]+ style=", html)
    assert html.index("Content-Security-Policy") < html.index("<title>")


def test_held_statuses_that_look_like_printed_are_asked_about() -> None:
    cells = ["PRR", "Card Printed", "CARD_PRINTED", "SUDAH CETAK", "SFE", "CP"]
    silent = take(office(status={"printable": ["PRR"]}), status=cells)
    assert noticed(silent)["status-means-done"] == {
        "rows": 4,
        "statuses": "CARD_PRINTED 1, CP 1, Card Printed 1, SUDAH CETAK 1",
    }
    done = ["CARD_PRINTED", "CP", "SUDAH CETAK"]
    told = take(office(status={"printable": ["PRR"], "done": done}), status=cells)
    assert "status-means-done" not in noticed(told)
    assert told.done == 4
