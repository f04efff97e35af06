"""Every bad input of the contract: one sentence, exit 2, nothing half written."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from cli_cases import FROM, HEADING, OFFICE, ROWS, one_sentence, run, write_case

from ektp_sched.cli.usage import least_memory

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def plan(backlog: Path, office: Path, *more: object) -> str:
    """Plan, expect a refusal without a folder, and return its sentence."""
    out = office.parent / "out"
    done = run("plan", backlog, "--office", office, *FROM, "--out", out, *more)
    sentence = one_sentence(done)
    assert done.stdout == ""
    assert not out.exists()
    return sentence


# The backlog --------------------------------------------------------------


def test_no_backlog_file(tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    sentence = plan(tmp_path / "nothing.csv", office)
    assert "nothing.csv" in sentence
    assert "no such file" in sentence


def test_the_backlog_is_a_folder(tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    sentence = plan(tmp_path / "folder.csv", office)
    assert "folder.csv" in sentence
    assert "is a folder" in sentence


@pytest.mark.parametrize("name", ["empty.csv", "empty.xlsx", "empty.parquet"])
def test_an_empty_backlog(name: str, tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    (tmp_path / name).write_bytes(b"")
    sentence = plan(tmp_path / name, office)
    assert name in sentence
    assert "empty" in sentence


def test_only_a_heading(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path, rows=[])
    sentence = plan(backlog, office)
    assert "backlog.csv" in sentence
    assert "heading" in sentence


def test_a_binary_file_named_csv(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path)
    backlog.write_bytes(bytes(range(256)) * 40)
    assert "backlog.csv" in plan(backlog, office)


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in [HEADING, *ROWS]:
        sheet.append(line.split(","))
    book.save(path)


def as_parquet(path: Path) -> None:
    columns = zip(*(row.split(",") for row in ROWS), strict=True)
    pl.DataFrame(dict(zip(HEADING.split(","), columns, strict=True))).write_parquet(
        path
    )


@pytest.mark.parametrize("name", ["backlog.xlsx", "backlog.parquet"])
def test_a_truncated_backlog(name: str, tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    path = tmp_path / name
    (as_workbook if name.endswith("xlsx") else as_parquet)(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert name in plan(path, office)


def test_a_zip_bomb_named_xlsx(tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    whole, bomb = tmp_path / "whole.xlsx", tmp_path / "bomb.xlsx"
    as_workbook(whole)
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        for entry in source.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                target.writestr(entry.filename, source.read(entry))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b" " * (1 << 20))
    assert bomb.stat().st_size < 20_000_000
    assert "bomb.xlsx" in plan(bomb, office)


def test_a_missing_column_names_what_was_found_and_the_nearest(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path)
    text = backlog.read_text("utf-8").replace("waiting_since", "waiting_sinc")
    backlog.write_text(text, "utf-8")
    sentence = plan(backlog, office)
    assert "backlog.csv" in sentence
    assert "waiting_since" in sentence
    assert "waiting_sinc" in sentence.replace("waiting_since", "")
    assert "nama" in sentence


def test_a_heading_that_is_understood_is_not_the_nearest(tmp_path: Path) -> None:
    # "application_id" is spelt more like waiting_since, but is known for what it is.
    backlog, office = write_case(tmp_path)
    text = backlog.read_text("utf-8").replace("waiting_since", "tanggal_masuk")
    backlog.write_text(text, "utf-8")
    assert '"application_id" = "waiting_since"' not in plan(backlog, office)


def test_two_columns_mapped_to_one(tmp_path: Path) -> None:
    columns = '[columns]\nTGL_REKAM = "waiting_since"\nTGL_LAIN = "waiting_since"\n'
    backlog, office = write_case(tmp_path, office=OFFICE + columns)
    text = backlog.read_text("utf-8")
    text = text.replace("waiting_since", "TGL_REKAM").replace("nama", "TGL_LAIN")
    backlog.write_text(text, "utf-8")
    sentence = plan(backlog, office)
    assert "TGL_REKAM" in sentence
    assert "TGL_LAIN" in sentence
    assert "waiting_since" in sentence


# Rows ---------------------------------------------------------------------


def rejects_of(done: subprocess.CompletedProcess[str], out: Path) -> str:
    assert "backlog.csv" in one_sentence(done)
    assert os.listdir(out) == ["rejects.csv"]
    return (out / "rejects.csv").read_text("utf-8")


def test_all_rows_bad(tmp_path: Path) -> None:
    rows = ["A,someday,,Rahasia", "B,31/02/2017,,Rahasia", "C,,,Rahasia"]
    backlog, office = write_case(tmp_path, rows=rows)
    out = tmp_path / "out"
    done = run("plan", backlog, "--office", office, *FROM, "--out", out)
    text = rejects_of(done, out)
    assert [line.split(",")[:2] for line in text.splitlines()] == [
        ["row", "column"],
        ["2", "waiting_since"],
        ["3", "waiting_since"],
        ["4", "waiting_since"],
    ]
    assert "Rahasia" not in text
    assert "someday" not in text
    assert "Rahasia" not in done.stderr


@pytest.mark.parametrize(
    ("share", "ok"), [("0", False), ("0.04", False), ("0.05", True)]
)
def test_more_rejects_than_allowed(share: str, ok: bool, tmp_path: Path) -> None:
    rows = [*ROWS[:19], "X,2017-99-99,,Warga"]
    backlog, office = write_case(tmp_path, rows=rows)
    out = tmp_path / "out"
    base = ("plan", backlog, "--office", office, *FROM, "--out", out, "--no-xlsx")
    done = run(*base, "--max-rejects", share)
    if ok:
        assert done.returncode == 0, done.stderr
        assert (out / "plan.csv").exists()
    else:
        assert "21,waiting_since" in rejects_of(done, out)
        assert "--provisional" in done.stderr
    again = run(*base, "--max-rejects", "0", "--provisional")
    assert again.returncode == 0, again.stderr
    assert (out / "plan.csv").exists()


# The office ---------------------------------------------------------------

WRONG_OFFICES = {
    "unknown key": (
        OFFICE.replace("cards_per_day = 4", "card_per_day = 4"),
        ("card_per_day", "cards_per_day"),
    ),
    "unknown table": (OFFICE + "[outage]\n", ("outage", "outages")),
    "unknown class": (
        OFFICE + '[[classify]]\ncolumn = "x"\nmatches = "y"\nurgency = "emergensy"\n',
        ("emergensy", "emergency"),
    ),
    "negative capacity": (
        OFFICE.replace("cards_per_day = 4", "cards_per_day = -4"),
        ("cards_per_day", "-4"),
    ),
    "no capacity": (
        OFFICE.replace("cards_per_day = 4", "cards_per_day = 0"),
        ("cards_per_day", "0"),
    ),
    "fractional capacity": (
        OFFICE.replace("cards_per_day = 4", "cards_per_day = 4.5"),
        ("cards_per_day", "whole"),
    ),
    "absurd capacity": (
        OFFICE.replace("cards_per_day = 4", "cards_per_day = 10000001"),
        ("cards_per_day", "10,000,000"),
    ),
    "target of no days": (
        OFFICE.replace("target_days = 3\n", "target_days = 0\n"),
        ("target_days", "0"),
    ),
    "from after to": (
        OFFICE + '[[outages]]\nresource = "printer-1"\n'
        "from = 2017-09-20\nto = 2017-09-18\n",
        ("outages", "2017-09-20"),
    ),
    "outage of an unknown resource": (
        OFFICE + '[[outages]]\nresource = "printer-3"\n'
        "from = 2017-09-18\nto = 2017-09-20\n",
        ("printer-3",),
    ),
    "no printer": (OFFICE[: OFFICE.index("[[printers]]")], ("printers",)),
    "no server that a printer reaches": (
        OFFICE.replace('id = "printer-2"', 'id = "printer-2"\nservers = []'),
        ("printers[2].servers",),
    ),
    "shift on a day that is none": (
        OFFICE + '[[shifts]]\nid = "saturday"\ndays = ["satur"]\n',
        ("shifts[1].days[1]", '"sat"'),
    ),
    "no TOML": (OFFICE + "oops\n", ("line 18",)),
    # An office that names no language is Indonesian.
    "nothing in it": ("", ("kosong",)),
}


@pytest.mark.parametrize("case", WRONG_OFFICES)
def test_a_wrong_office(case: str, tmp_path: Path) -> None:
    text, expected = WRONG_OFFICES[case]
    backlog, office = write_case(tmp_path, office=text)
    sentence = plan(backlog, office)
    assert "office.toml" in sentence
    for part in expected:
        assert part in sentence


def test_no_office_file_and_a_truncated_workbook(tmp_path: Path) -> None:
    backlog, _ = write_case(tmp_path)
    assert "nowhere.toml" in plan(backlog, tmp_path / "nowhere.toml")
    (tmp_path / "office.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    assert "office.xlsx" in plan(backlog, tmp_path / "office.xlsx")


def test_check_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    text = OFFICE.replace("cards_per_day = 4", "cards_per_day = -4")
    text = text.replace("target_days = 3\n", "target_days = 0\n")
    backlog, office = write_case(tmp_path, office=text)
    done = run("check", backlog, "--office", office)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert any("servers[1].cards_per_day" in line for line in lines)
    assert any("urgency.emergency.target_days" in line for line in lines)
    refused = run("plan", backlog, "--office", office, *FROM, "--out", tmp_path / "out")
    sentence = one_sentence(refused)
    assert "servers[1].cards_per_day" in sentence
    assert "urgency.emergency.target_days" in sentence


YES_NO = """
[cards.KTP-el]
stock = 0
deliveries = [{ on = 2017-10-02, cards = 1 }, { on = 2017-09-25, cards = 1 }]
[[shifts]]
id = "saturday"
days = ["satur"]
share = 4.5
cost_idr = -1
[[quotas]]
urgency = "emergensy"
per = "day"
at_least = 2
at_most = 1
at_most_share = 1.5
"""


def test_check_says_all_that_is_wrong_with_shifts_and_quotas(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path, office=OFFICE + YES_NO)
    done = run("check", backlog, "--office", office)
    assert (done.returncode, done.stdout) == (2, "")
    keys = [
        "shifts[1].days[1]",
        "shifts[1].share",
        "shifts[1].cost_idr",
        "quotas[1].at_most_share",
        "quotas[1].urgency[1]",
        "cards.KTP-el.deliveries[2].on",
        "quotas[1].at_least",
    ]
    for key, line in zip(keys, done.stderr.splitlines(), strict=True):
        assert f"{key}: " in line


def test_with_quotas_the_days_must_be_named(tmp_path: Path) -> None:
    quota = '[[quotas]]\nurgency = "emergency"\nper = "day"\nat_most = 1\n'
    backlog, office = write_case(tmp_path, office=OFFICE + quota)
    done = run("check", backlog, "--office", office, *FROM)
    assert done.returncode == 0
    sentence = plan(backlog, office)
    assert "days is left out; quotas may hold cards back for ever" in sentence
    assert "a whole number from 1 to 3,660" in sentence


# Options ------------------------------------------------------------------

WRONG_OPTIONS = {
    "start far before the data": (("--start", "1990-01-01"), "1990"),
    "start far after the data": (("--start", "2047-01-01"), "2047"),
    "start that is no date": (("--start", "12-09-2017x"), "--start"),
    "no days": (("--days", "0"), "--days"),
    "too many days": (("--days", "3661"), "--days"),
    "part of a day": (("--days", "1.5"), "--days"),
    "unknown engine": (("--engine", "magic"), "--engine"),
    "unknown format": (("--format", "pdf"), "--format"),
    "unknown language": (("--lang", "fr"), "--lang"),
    "negative share": (("--max-rejects", "-0.1"), "--max-rejects"),
    "share of more than all": (("--max-rejects", "1.1"), "--max-rejects"),
    "share that is no number": (("--max-rejects", "nan"), "--max-rejects"),
    "no time": (("--time-limit", "0"), "time"),
    "unknown option": (("--strat", "2017-09-12"), "--strat"),
    "missing priority list": (("--priority", "nowhere.csv"), "nowhere.csv"),
}


@pytest.mark.parametrize("case", WRONG_OPTIONS)
def test_a_wrong_option(case: str, tmp_path: Path) -> None:
    options, expected = WRONG_OPTIONS[case]
    backlog, office = write_case(tmp_path)
    assert expected in plan(backlog, office, *options)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("plan",), "BACKLOG"),
        (("plan", "backlog.csv"), "--office"),
        (("plan", "backlog.csv", "--office", "office.toml"), "--out"),
        (("verify", "out", "--office", "office.toml"), "--backlog"),
        (("explain", "out"), "ID"),
        (("plam",), "there is no command plam; the nearest one is `ektp-sched plan`"),
        (("PLAN",), "the nearest one is `ektp-sched plan`"),
        (("zzqx",), "there is no command zzqx; see `ektp-sched --help`"),
        (("init", "x", "--example", "jakarta"), "kupang"),
    ],
)
def test_a_wrong_command(
    arguments: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    assert expected in one_sentence(run(*arguments, cwd=tmp_path))


# The folder ---------------------------------------------------------------


def refused(tmp_path: Path, out: Path, *more: object, **how: object) -> str:
    backlog, office = write_case(tmp_path)
    base = ("plan", backlog, "--office", office, *FROM, "--out", out)
    return one_sentence(run(*base, *more, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_no_plan_is_left_alone(force: bool, tmp_path: Path) -> None:
    out = tmp_path / "letters"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    sentence = refused(tmp_path, out, *(["--force"] if force else []))
    assert "letters" in sentence
    assert "mine.txt" in sentence
    assert (out / "mine.txt").read_text() == "mine"
    assert os.listdir(out) == ["mine.txt"]


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "is a file" in refused(tmp_path, tmp_path / "file")
    refused(tmp_path, tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_changed_plan_is_replaced_only_by_force(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path)
    out = tmp_path / "out"
    base = ("plan", backlog, "--office", office, *FROM, "--out", out, "--no-xlsx")
    assert run(*base).returncode == 0
    before = (out / "plan.csv").read_text("utf-8")
    (out / "plan.csv").write_text("changed")
    sentence = one_sentence(run(*base))
    assert "plan.csv" in sentence
    assert "--force" in sentence
    assert (out / "plan.csv").read_text() == "changed"
    assert run(*base, "--force").returncode == 0
    assert (out / "plan.csv").read_text("utf-8") == before


def obey_permissions() -> None:
    """Let even the superuser obey the permissions of folders."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    libc = ctypes.CDLL(None)
    for capability in (dac_override, dac_read_search):
        libc.prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux capabilities")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    sentence = refused(tmp_path, locked / "out", before=obey_permissions)
    assert "locked" in sentence
    assert "cannot be written" in sentence
    assert os.listdir(locked) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux file system")
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f"mount -t tmpfs -o size=24k none '{disk}'"
    jail = ("unshare", "--mount", "--map-root-user", "sh", "-c")
    after = f"ls -A '{disk}' >&2"
    if shutil.which("unshare") and not subprocess.call(
        [*jail, mounted], stderr=subprocess.DEVNULL
    ):
        shell = f'{mounted} && "$@"; code=$?; {after}; exit $code'
        sentence = refused(tmp_path, disk / "out", prefix=(*jail, shell, "sh"))
        assert "disk is full" in sentence
    else:
        sentence = refused(tmp_path, disk / "out", before=no_large_files)
        assert os.listdir(disk) == []
    assert "cannot be written" in sentence


def no_large_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of addresses")
@pytest.mark.parametrize(
    ("mebibytes", "lang", "said"),
    [
        (300, "en", "it needs at least"),
        (700, "id", "padahal diperlukan"),
        (1000, "en", "it needs at least"),
        (least_memory() - 1, "id", "padahal diperlukan"),
    ],
)
def test_a_limit_below_what_the_libraries_need_is_a_sentence(
    tmp_path: Path, mebibytes: int, lang: str, said: str
) -> None:
    """They would abort, or wait for ever; so none of them is begun."""
    backlog, office = write_case(tmp_path)
    done = run(
        *("check", backlog, "--office", office, *FROM, "--lang", lang),
        before=lambda: allow(mebibytes),
    )
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert said in line
    assert f"{least_memory():,}".replace(",", {"en": ",", "id": "."}[lang]) in line


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of addresses")
def test_a_limit_that_leaves_what_is_needed_stops_nothing(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path)
    base = ("plan", backlog, "--office", office, *FROM, "--no-report")
    done = run(
        *(*base, "--out", tmp_path / "out"), before=lambda: allow(least_memory())
    )
    assert done.returncode == 0, done.stderr


def allow(mebibytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


def test_verify_and_explain_refuse_what_is_no_plan(tmp_path: Path) -> None:
    backlog, office = write_case(tmp_path)
    raw = ("--backlog", backlog, "--office", office)
    (tmp_path / "empty").mkdir()
    for out in ("nowhere", "empty", "office.toml"):
        for command in (("verify", tmp_path / out), ("explain", tmp_path / out, "A01")):
            assert out in one_sentence(run(*command, *raw))


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text("mine")
    for more in ((), ("--example", "kupang")):
        sentence = one_sentence(run("init", tmp_path, *more))
        assert "office.toml" in sentence
        assert "--force" in sentence
    assert (tmp_path / "office.toml").read_text() == "mine"
