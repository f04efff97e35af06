"""A plan folder: what it holds, how it is read back, byte for byte."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from offices import small
from output_cases import START, files_of, make

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.documents.seal import seal
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.office.trial import Trial
from ektp_sched.output import (
    UnverifiedPlanError,
    check_evidence,
    check_folder,
    load,
    save,
    save_rejects,
)
from ektp_sched.planning import Plan, Status, plan
from ektp_sched.trust import check_certificate, verify

if TYPE_CHECKING:
    from pathlib import Path

ROOT = {
    "applications.csv",
    "batches",
    "certificate.json",
    "held.csv",
    "office.toml",
    "plan.csv",
    "plan.xlsx",
    "prices.csv",
    "rejects.csv",
    "report.html",
    "slipped.csv",
    "summary.json",
    "unprinted.csv",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def out(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parent") / "out"
    save(made, folder)
    return folder


def summary_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "summary.json").read_bytes())
    return found


@pytest.mark.slow
def test_the_files_are_those_that_were_promised(out: Path) -> None:
    assert {path.name for path in out.iterdir()} == ROOT
    sheets = {p.relative_to(out / "batches").as_posix() for p in files(out / "batches")}
    days = ("2017-09-12", "2017-09-13", "2017-09-14")
    assert sheets == {
        f"{day}/printer-{number}.{ending}"
        for day in days
        for number in (1, 2)
        for ending in ("csv", "xlsx")
    }


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_tables_are_plain_csv(out: Path) -> None:
    for path in out.glob("*.csv"):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"\n")
        assert b"\r" not in raw
    heads = {
        path.name: path.read_text("utf-8").split("\n", 1)[0]
        for path in out.glob("*.csv")
    }
    assert heads == {
        "applications.csv": "application_id,waiting_since,ready_on,urgency,due_on,"
        "card,area,recorded_at,promised_on,pinned_on,status",
        "held.csv": "application_id,status",
        "plan.csv": "application_id,day,printer,server,batch,position,wait_days,"
        "urgency,pressure",
        "prices.csv": "resource,day,tier,rank,one_more,one_less",
        "rejects.csv": "row,column,reason",
        "slipped.csv": "application_id,promised_on,day,days_late",
        "unprinted.csv": "application_id,waiting_since,urgency,reason",
    }


def test_rows_say_what_the_plan_says(made: Plan, out: Path) -> None:
    lines = (out / "plan.csv").read_text("utf-8").splitlines()
    assert len(lines) == 21
    assert lines[1] == "K-009,2017-09-12,printer-1,server-1,1,1,205,emergency,68.666667"
    keys = [tuple(line.split(",")[1:3] + line.split(",")[4:6]) for line in lines[1:]]
    assert keys == sorted(keys)
    ids = (out / "applications.csv").read_text("utf-8").splitlines()[1:]
    assert ids == sorted(ids)
    assert ids[0] == "K-001,2017-02-11,2017-02-11,routine,,,Area 1,,,,PRR"
    assert (out / "rejects.csv").read_text("utf-8") == (
        "row,column,reason\n"
        "26,waiting_since,bad-date: no-such-day\n"
        "27,application_id,missing\n"
        "28,waiting_since; urgency,missing; unknown-class\n"
    )
    assert (out / "held.csv").read_text("utf-8") == (
        "application_id,status\n"
        "K-006,PROCESSING\nK-012,PROCESSING\nK-018,PROCESSING\nK-024,PROCESSING\n"
    )
    assert made.unprinted.height == 0


def test_the_summary_reconciles(made: Plan, out: Path) -> None:
    summary = summary_of(out)
    expected = {
        "schema_version": 1,
        "program": "ektp-sched",
        "office": "Kantor & Uji",
        "language": "en",
        "start": "2017-09-12",
        "days": 10,
        "read": 27,
        "planned": 20,
        "held": 4,
        "rejected": 3,
        "printed": 20,
        "unprinted": 0,
        "status": "optimal",
        "engine": "flow",
        "provisional": False,
        "tie_break": "recorded",
        "seed": None,
        "holidays": {},
        "unprinted_by_reason": {},
        "held_by_status": {"PROCESSING": 4},
        "rejected_by_reason": {"missing": 2, "bad-date": 1, "unknown-class": 1},
        "by_area": [
            {"area": "Area 0", "planned": 4, "held": 4},
            {"area": "Area 1", "planned": 8, "held": 0},
            {"area": "Area 2", "planned": 8, "held": 0},
        ],
        "classified": {},
        "prioritised": 0,
        "priority_unmatched": 0,
        "source": "backlog.csv",
    }
    assert {key: summary[key] for key in expected} == expected
    assert summary["digests"] == {
        "backlog": made.backlog.digest,
        "office": made.office.source_digest,
    }
    seconds = summary["seconds"]
    assert isinstance(seconds, dict)
    assert {"solve", "verify", "write"} <= set(seconds)


def test_waits_and_clearance_by_hand(out: Path) -> None:
    summary = summary_of(out)
    clearance = summary["clearance"]
    assert clearance == {
        "last_day": "2017-09-14",
        "cleared_on": "2017-09-14",
        "past_target_gone_on": "2017-09-14",
        "by_day": [
            {"day": "2017-09-12", "printed": 8, "left": 12, "past_target": 11},
            {"day": "2017-09-13", "printed": 8, "left": 4, "past_target": 3},
            {"day": "2017-09-14", "printed": 4, "left": 0, "past_target": 0},
        ],
    }
    waits = summary["waits"]
    assert isinstance(waits, dict)
    assert waits["before"] == {"longest_days": 239, "past_target": 18}
    assert waits["after"] == {"longest_days": None, "past_target": 0}
    assert waits["printed"] == {
        "longest_days": 239,
        "mean_days": 133.2,
        "median_days": 136.5,
    }


def test_past_target_counts_from_the_day_after_the_target(tmp_path: Path) -> None:
    office = small(1, calendar={"workdays": ["mon", "tue", "wed", "thu", "fri"]})
    since = [date(2017, 8, 13), date(2017, 8, 14), date(2017, 9, 20)]
    rows = {"application_id": ["a", "b", "c"], "waiting_since": since}
    made = plan(from_frame(pl.DataFrame(rows), office), office, start=START, days=2)
    save(made, tmp_path / "out", xlsx=False, report=False)
    summary = summary_of(tmp_path / "out")
    # On the start day "a" waits its 31st day, "b" its 30th, "c" is to come.
    assert summary["waits"]["before"] == {"longest_days": 30, "past_target": 1}  # type: ignore[index]
    assert summary["waits"]["after"] == {"longest_days": None, "past_target": 0}  # type: ignore[index]
    assert summary["clearance"]["past_target_gone_on"] == "2017-09-12"  # type: ignore[index]
    assert summary["unprinted_by_reason"] == {"not-ready": 1}


def test_tiers_are_exact(made: Plan, out: Path) -> None:
    tiers = summary_of(out)["tiers"]
    assert isinstance(tiers, list)
    for entry, tier in zip(tiers, made.tiers, strict=True):
        assert entry["exact"] == tier.exact
        assert entry["value"] == pytest.approx(float(tier.amount), abs=0)
        assert entry["bound"] == entry["value"]
        assert entry["rank"] == tier.rank
        assert entry["proven"] is True
        assert isinstance(entry["value"], int) == ("/" not in entry["exact"])


def test_nothing_personal_outside_the_sheets(out: Path) -> None:
    for name, raw in files_of(out).items():
        if name.endswith(".xlsx") or name.startswith("batches/"):
            continue
        for word in ("Warga", "Rahasia", "5371"):
            assert word.encode() not in raw, name


@pytest.mark.slow
def test_the_same_plan_gives_the_same_bytes(made: Plan, tmp_path: Path) -> None:
    save(made, tmp_path / "one")
    save(made, tmp_path / "two")
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    first, second = (json.loads(each.pop("summary.json")) for each in (one, two))
    assert one == two
    del first["seconds"], second["seconds"]
    assert first == second


@pytest.mark.slow
def test_the_order_of_the_rows_changes_nothing(made: Plan, tmp_path: Path) -> None:
    frame = made.backlog.frame
    turned = replace(
        made.backlog, frame=frame.reverse(), held=made.backlog.held.reverse()
    )
    again = plan(turned, made.office, start=START, days=10)
    save(made, tmp_path / "one")
    save(again, tmp_path / "two")
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    del one["summary.json"], two["summary.json"]
    assert one == two


def test_what_is_saved_is_read_back(made: Plan, out: Path) -> None:
    saved = load(out)
    assert saved.assignments.equals(made.assignments)
    assert saved.unprinted.equals(made.unprinted)
    assert made.prices is not None
    assert saved.prices is not None
    assert saved.prices.equals(made.prices)
    assert saved.tiers == made.tiers
    assert saved.certificate == made.certificate
    assert saved.office == made.office
    assert (saved.start, saved.days) == (made.start, made.days)
    assert (saved.status, saved.engine) == (Status.OPTIMAL, "flow")
    assert saved.holidays == made.holidays
    assert saved.notices == made.notices
    assert saved.summary == summary_of(out)
    assert saved.path == out
    planned = made.backlog.frame.select(saved.backlog.frame.columns)
    assert saved.backlog.frame.equals(planned.sort("application_id"))
    assert saved.backlog.rejects.equals(made.backlog.rejects)
    assert saved.backlog.extra == ()
    assert saved.backlog.digest == made.backlog.digest
    assert verify(saved, made.backlog, made.office) == []
    assert check_certificate(saved, saved.backlog, saved.office) == []
    assert check_folder(saved) == []


@pytest.mark.slow
def test_parquet_without_workbooks(made: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(made, out, format="parquet", xlsx=False, report=False)
    names = {path.name for path in out.iterdir()}
    assert names == ROOT - {"plan.csv", "plan.xlsx", "report.html"} | {"plan.parquet"}
    assert not list(out.rglob("*.xlsx"))
    assert load(out).assignments.equals(made.assignments)


def test_a_saved_plan_can_be_saved_again(out: Path, tmp_path: Path) -> None:
    save(load(out), tmp_path / "copy", xlsx=False, report=False)
    for name in ("plan.csv", "applications.csv", "certificate.json", "prices.csv"):
        assert (tmp_path / "copy" / name).read_bytes() == (out / name).read_bytes()


def test_nothing_to_print_is_a_plan_too(made: Plan, tmp_path: Path) -> None:
    empty = replace(
        made.backlog,
        frame=made.backlog.frame.clear(),
        held=made.backlog.held.clear(),
        rejects=made.backlog.rejects.clear(),
        read=0,
    )
    save(plan(empty, made.office, start=START, days=5), tmp_path / "out")
    saved = load(tmp_path / "out")
    assert saved.status is Status.OPTIMAL
    assert saved.assignments.height == 0
    assert saved.summary["clearance"]["last_day"] is None
    assert not (tmp_path / "out/batches").exists()


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_no_plan_no_folder(made: Plan, tmp_path: Path, status: Status) -> None:
    none = replace(made, status=status)
    with pytest.raises(UsageError, match=f"its status is {status}"):
        save(none, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_breaks_a_rule_is_never_written(made: Plan, tmp_path: Path) -> None:
    late = made.assignments.with_columns(server=pl.lit("server-9"))
    with pytest.raises(UnverifiedPlanError) as caught:
        save(replace(made, assignments=late), tmp_path / "out")
    assert caught.value.violations
    assert caught.value.violations[0].code in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_or_language_is_named(made: Plan, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be csv or parquet"):
        save(made, tmp_path / "out", format="xml")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="must be id or en"):
        save(made, tmp_path / "out", lang="fr")
    assert list(tmp_path.iterdir()) == []


def test_a_provisional_plan_says_so(made: Plan, tmp_path: Path) -> None:
    backlog = replace(made.backlog, provisional=True)
    save(replace(made, backlog=backlog), tmp_path / "out", lang="id", report=False)
    assert summary_of(tmp_path / "out")["provisional"] is True
    sheet = tmp_path / "out/batches/2017-09-12/printer-1.csv"
    lines = sheet.read_text("utf-8-sig").splitlines()
    assert lines[0].endswith(";Catatan")
    assert lines[1].endswith(";SEMENTARA")
    assert load(tmp_path / "out").backlog.provisional is True


def test_a_plan_without_proof_states_its_bound(made: Plan, tmp_path: Path) -> None:
    last = replace(made.tiers[-1], bound=None, proven=False)
    open_plan = replace(
        made,
        status=Status.FEASIBLE,
        tiers=(*made.tiers[:-1], last),
        certificate=None,
        prices=None,
    )
    save(open_plan, tmp_path / "out", verify=False, report=False)
    assert not (tmp_path / "out/certificate.json").exists()
    assert (tmp_path / "out/prices.csv").read_text("utf-8").count("\n") == 1
    saved = load(tmp_path / "out")
    assert saved.certificate is None
    assert saved.tiers[-1] == last
    assert saved.status is Status.FEASIBLE


DAMAGE = {
    "plan.csv": ("K-009,2017-09-12", "K-009,someday", "plan.csv, column day"),
    "applications.csv": ("K-001,2017-02-11", "K-001,x", "column waiting_since"),
    "unprinted.csv": ("application_id,", "id,", "its heading must be"),
    "summary.json": ('"days": 10', '"days": "ten"', "summary.json, days: "),
    "certificate.json": (
        '"scale": 1',
        '"scale": null',
        "certificate.json, tiers.0.scale: ",
    ),
    "rejects.csv": ("26,", "x,", "rejects.csv, column row"),
}


@pytest.mark.parametrize("name", sorted(DAMAGE))
def test_damage_is_named(out: Path, tmp_path: Path, name: str) -> None:
    before, after, said = DAMAGE[name]
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    text = (copy / name).read_text("utf-8")
    assert before in text
    (copy / name).write_text(text.replace(before, after, 1), "utf-8", newline="\n")
    with pytest.raises(FolderError) as caught:
        load(copy)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    sorted(
        ROOT
        - {"batches", "plan.xlsx", "office.toml", "report.html", "certificate.json"}
        - {"slipped.csv"}  # counted again, never read
    ),
)
def test_a_missing_file_is_named(out: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    (copy / name).unlink()
    with pytest.raises(FolderError, match=f"{name}: is missing; name a folder"):
        load(copy)


def test_a_row_cut_short_is_found(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    raw = (copy / "plan.csv").read_bytes()
    (copy / "plan.csv").write_bytes(raw[:-20])
    with pytest.raises(FolderError, match=r"plan\.csv"):
        load(copy)


@pytest.mark.parametrize("content", [None, b"x"])
def test_no_folder_to_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "thing"
    said = "is not there" if content is None else "is a file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FolderError, match=said):
        load(path)


@pytest.mark.slow
def test_binary_parquet_damage_is_named(made: Plan, tmp_path: Path) -> None:
    save(made, tmp_path / "out", format="parquet", xlsx=False, report=False)
    (tmp_path / "out/plan.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(FolderError, match="it is no Parquet file"):
        load(tmp_path / "out")


@pytest.mark.parametrize(
    ("survived", "sentence"),
    [(True, "it is no Parquet file"), (None, "needs more memory than there is")],
)
def test_parquet_that_a_library_dies_of_is_named(
    made: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    survived: bool | None,
    sentence: str,
) -> None:
    def panic(_: object) -> None:
        raise pl.exceptions.PanicException

    save(made, tmp_path / "out", format="parquet", xlsx=False, report=False)
    monkeypatch.setattr(Trial, "survived", lambda _: survived)
    monkeypatch.setattr("ektp_sched.backlog.readers.pl.read_parquet", panic)
    with pytest.raises(FolderError, match=sentence):
        load(tmp_path / "out")


def test_a_figure_that_was_changed_is_found(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    path = copy / "summary.json"
    summary = json.loads(path.read_bytes())
    summary["printed"] = 21
    path.write_text(json.dumps(summary), "utf-8")
    found = check_folder(load(copy))
    assert [violation.code for violation in found] == ["stated-figure", "changed-file"]
    assert "printed" in found[0].message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"read": 99}, "stated-figure"),
        ({"held": 99}, "stated-figure"),
        ({"rejected": 99}, "stated-figure"),
        ({"holidays": {"2017-09-13": "Day off"}}, "stated-holidays"),
    ],
    ids=["read", "held", "rejected", "holidays"],
)
def test_a_forged_summary_is_found_in_the_raw_files(
    made: Plan, out: Path, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    """Whoever forges a figure may forge the digests too."""
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    assert check_evidence(load(copy), made.backlog, made.office) == []
    path = copy / "summary.json"
    summary = json.loads(path.read_bytes()) | change
    summary["files"] = seal(copy, summary)
    path.write_text(json.dumps(summary), "utf-8")
    found = check_evidence(load(copy), made.backlog, made.office)
    assert [violation.code for violation in found] == [code]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("applications.csv", "2017", "2016"),
        ("office.toml", "cards_per_day = ", "cards_per_day = 1"),
    ],
)
def test_forged_evidence_is_found_in_the_raw_files(
    made: Plan, out: Path, tmp_path: Path, name: str, old: str, new: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    text = (copy / name).read_text("utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), "utf-8")
    found = check_evidence(load(copy), made.backlog, made.office)
    assert [violation.code for violation in found] == ["false-evidence"]
    assert name in found[0].message


def test_a_horizon_past_the_last_date_is_damage(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    path = copy / "summary.json"
    summary = json.loads(path.read_bytes()) | {"start": "9999-12-31"}
    path.write_text(json.dumps(summary), "utf-8")
    with pytest.raises(FolderError, match="end after 9999-12-31"):
        load(copy)


def test_a_sheet_that_was_changed_is_found(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    sheet = copy / "batches/2017-09-12/printer-1.csv"
    sheet.write_bytes(sheet.read_bytes() + b"K-999\n")
    found = check_folder(load(copy))
    assert [(v.code, v.message) for v in found] == [
        ("changed-sheet", "batches is not as it was written.")
    ]


def test_a_tier_value_off_its_scale_is_damage(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    path = copy / "summary.json"
    summary = json.loads(path.read_bytes())
    summary["tiers"][-1]["exact"] = "1/7"
    path.write_text(json.dumps(summary), "utf-8")
    with pytest.raises(FolderError, match=r"json, tiers\.\d+\.exact"):
        load(copy)


def test_digests_are_of_the_files(out: Path) -> None:
    stated = summary_of(out)["files"]
    assert isinstance(stated, dict)
    assert set(stated) == ROOT
    raw = (out / "plan.csv").read_bytes()
    assert stated["plan.csv"] == hashlib.sha256(raw).hexdigest()


def test_rejects_alone(made: Plan, tmp_path: Path) -> None:
    save_rejects(made.backlog, tmp_path / "out")
    assert list(files_of(tmp_path / "out")) == ["rejects.csv"]
    save(made, tmp_path / "out", xlsx=False, report=False)
    assert load(tmp_path / "out").status is Status.OPTIMAL


def test_backlogs_made_in_memory_can_be_saved(tmp_path: Path) -> None:
    office = small(5, plan={"tie_break": "lottery", "seed": 7})
    rows = {"application_id": ["b", "a"], "waiting_since": [START, START]}
    backlog: Backlog = from_frame(pl.DataFrame(rows), office)
    save(plan(backlog, office, start=START, days=3), tmp_path / "out", report=False)
    summary = summary_of(tmp_path / "out")
    assert (summary["tie_break"], summary["seed"]) == ("lottery", 7)
    assert summary["digests"] == {"backlog": None, "office": None}
    assert (summary["source"], summary["language"]) == (None, "id")


def test_an_empty_cell_is_named(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    text = (copy / "plan.csv").read_text("utf-8").replace(",printer-1,", ",,", 1)
    (copy / "plan.csv").write_text(text, "utf-8", newline="\n")
    with pytest.raises(
        FolderError, match=r"plan\.csv, row 2, column printer: is empty"
    ):
        load(copy)


def test_a_table_that_is_no_text_is_named(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    heading = (copy / "held.csv").read_bytes().split(b"\n")[0]
    (copy / "held.csv").write_bytes(heading + b'\n"\xff\xfe,\n')
    with pytest.raises(FolderError, match=r"held\.csv.*is damaged"):
        load(copy)


def test_a_plan_may_leave_some_for_several_reasons(made: Plan) -> None:
    from ektp_sched.output import language
    from ektp_sched.output.digest import key_figures

    left = pl.DataFrame(
        {
            "application_id": ["x", "y", "z"],
            "waiting_since": [START] * 3,
            "urgency": ["routine"] * 3,
            "reason": ["capacity", "no-blanks", "capacity"],
        }
    )
    figures = dict(key_figures(replace(made, unprinted=left), language("en")))
    assert figures["Unprinted"] == (
        "3 (capacity is not enough: 2, not enough blank cards: 1)"
    )
