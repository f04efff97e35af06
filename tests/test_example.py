"""The Kupang example and the folder that `init` writes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from cli_cases import run
from examples import START, example, planned, read

from ektp_sched.backlog import read_backlog
from ektp_sched.errors import FolderError, OfficeError, UsageError
from ektp_sched.example import kupang_backlog, write_key, write_start
from ektp_sched.example.districts import (
    DISTRICTS,
    MET_SPELLINGS,
    POPULATION_SHARE,
    SUBDISTRICTS,
)
from ektp_sched.example.folder import EXAMPLES
from ektp_sched.office import Office, calendar
from ektp_sched.output import load
from ektp_sched.planning import plan
from ektp_sched.scenarios import load_scenarios
from ektp_sched.scenarios.world.laws import Question
from ektp_sched.trust import explain, fairness, verify
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "9ffb8a9607366f8fe4eae175bef5258c28c51fe040730d1dcc78b2f6a897aee1"


@pytest.fixture
def kupang() -> Path:
    return example("kupang")


@pytest.fixture(scope="module")
def saturdays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saturdays")
    done = run("init", folder, "--example", "saturdays")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return kupang_backlog()


def test_the_city_has_51_kelurahan_in_6_kecamatan() -> None:
    assert len(DISTRICTS) == 6
    assert len(SUBDISTRICTS) == len(set(SUBDISTRICTS)) == 51
    assert set(MET_SPELLINGS) < set(SUBDISTRICTS)
    assert sum(POPULATION_SHARE.values()) == 100
    assert list(POPULATION_SHARE) == list(DISTRICTS)


def test_the_backlog_is_the_same_bytes_everywhere(frame: pl.DataFrame) -> None:
    assert hashlib.sha256(frame.write_csv().encode()).hexdigest() == DIGEST


def test_another_seed_is_another_backlog() -> None:
    assert not kupang_backlog(1, 50).equals(kupang_backlog(2, 50))
    assert kupang_backlog(1, 50).equals(kupang_backlog(1, 50))


def test_one_resident_has_waited_since_september_2016(frame: pl.DataFrame) -> None:
    oldest = frame.row(0, named=True)
    assert frame.height == 12_000
    assert oldest["waiting_since"] == date(2016, 9, 13) == frame["waiting_since"].min()
    assert oldest["urgency"] == "routine"
    assert oldest["status"] == "PRINT_READY_RECORD"
    assert frame["waiting_since"].max() == date(2017, 9, 11)


def test_no_row_can_be_taken_for_a_person(frame: pl.DataFrame) -> None:
    assert frame["nama"].str.contains(r"^Warga Contoh \d{6}$").all()
    assert frame["nik"].str.contains(r"^990000\d{10}$").all()
    assert frame["application_id"].str.contains(r"^KPG-\d{6}$").all()
    assert frame["application_id"].n_unique() == 12_000
    assert (frame["keterangan"] == "data contoh, bukan orang nyata").all()


def test_recorded_on_working_days_and_ready_in_order(frame: pl.DataFrame) -> None:
    assert frame["waiting_since"].dt.weekday().max() == 5
    assert (frame["ready_on"] > frame["waiting_since"]).all()
    assert frame["ready_on"].max() == START
    day = frame["recorded_at"].str.head(10).str.to_date()
    assert (day == frame["waiting_since"]).all()
    ready_first = frame.filter(pl.col("due_on") < pl.col("ready_on"))
    assert ready_first.is_empty()


def test_the_example_can_be_planned_without_a_reject(kupang: Path) -> None:
    office = Office.load(kupang / "office.toml")
    backlog = read_backlog(kupang / "backlog.csv", office, max_rejects=0)
    assert backlog.read == 12_000
    assert backlog.rejected == 0
    assert backlog.planned + backlog.held_count == 12_000
    assert backlog.planned == 10_461
    assert set(backlog.held["status"]) == {
        "SENT_FOR_ENROLLMENT",
        "PROCESSING",
        "DUPLICATE_RECORD",
        "ENROLL_FAILURE_AT_CENTRAL",
    }
    assert set(backlog.frame["urgency"]) == {
        "emergency",
        "urgent",
        "priority",
        "routine",
    }
    assert set(backlog.frame["area"]) == set(DISTRICTS)


def test_the_office_is_the_one_of_the_press_reports(kupang: Path) -> None:
    office = Office.load(kupang / "office.toml")
    assert [s.cards_per_day for s in office.servers] == [200, 200]
    assert [p.cards_per_day for p in office.printers] == [175] * 4
    assert office.outages[0].resource == "server-2"
    assert office.outages[0].share == 0
    assert office.class_rank("emergency") == 0
    assert office.class_rank("urgent") == 1
    assert office.warnings() == ()
    known = {name for names in DISTRICTS.values() for name in names}
    listed = {s for spellings in office.areas.values() for s in spellings}
    assert listed | set(office.areas) >= known | set(MET_SPELLINGS.values())
    for district, names in DISTRICTS.items():
        assert set(names) - {district} <= set(office.areas[district])


@pytest.mark.parametrize(
    "name", ["kupang.toml", "saturdays.toml", "quotas.toml", "two-card-types.toml"]
)
def test_every_number_says_where_it_comes_from(name: str) -> None:
    text = (files("ektp_sched.example") / "files" / name).read_text("utf-8")
    for line in text.splitlines():
        code, _, remark = line.partition("#")
        if re.search(r"=.*\d", code) and not re.match(r"(id|resource) ", code):
            assert "fact" in remark or "assumed" in remark, line


def test_the_scenarios_can_be_read_and_mark_every_input(kupang: Path) -> None:
    office = Office.load(kupang / "office.toml")
    start = date(2017, 9, 12)
    found = load_scenarios(kupang / "scenarios.toml", office, start=start)
    assert found.baseline == "one-server"
    assert list(found.scenarios) == [
        "one-server",
        "new-server",
        "saturdays",
        "last-server-dies",
    ]
    assert found.scenarios["new-server"].cost_idr == 300_000_000
    assert found.question == Question(choose="new-server", against="one-server")
    unmarked = [a.key for a in found.assumptions if a.stated and not a.note]
    assert [key for key in unmarked if not key.startswith("office.")] == []
    facts = {a.key for a in found.assumptions if a.kind == "fact"}
    assert facts == {
        "deliveries_known_until",
        "held.people",
        "scenarios.new-server.cost_idr",
        "scenarios.new-server.servers.server-new.cards_per_day",
        "office.servers.server-1.cards_per_day",
        "office.visits.every_days",
    }


def test_arrivals_and_held_people_follow_from_what_was_reported(kupang: Path) -> None:
    office = Office.load(kupang / "office.toml")
    known = load_scenarios(kupang / "scenarios.toml", office, start=START)
    november, february = date(2017, 11, 21), date(2018, 2, 26)

    def worked(first: date, end: date) -> int:
        return sum(calendar(office, first, (end - first).days).open)

    law = known.breakdowns["server-1"]
    up = law.repair / (law.repair + law.failure)
    printed = 200 * up * worked(november, february)
    assert known.arrivals is not None
    assert known.held is not None
    came = (24_000 + printed - 12_000 - 14_000) / worked(november, february)
    assert known.arrivals.per_working_day == round(came)
    assert known.held.people == 14_000
    assert known.held.per_working_day == round(14_000 / worked(START, february))
    a_year = worked(START, date(2018, 9, 12))
    assert law.for_good == 0.5 / round(a_year * law.failure)
    [new] = known.scenarios["new-server"].added
    assert new.first is not None
    assert law.replaced_after == (new.first[1] - START).days
    assert law.replacement_cost_idr == known.scenarios["new-server"].cost_idr


def test_a_saturday_costs_what_the_example_of_shifts_says(
    kupang: Path, saturdays: Path
) -> None:
    office = Office.load(kupang / "office.toml")
    known = load_scenarios(kupang / "scenarios.toml", office, start=START)
    shift = Office.load(saturdays / "office.toml").shifts[0]
    scenario = known.scenarios["saturdays"]
    assert scenario.cost_idr_per_day == shift.cost_idr
    assert scenario.office.calendar.share["sat"] == shift.share


def test_saturdays_are_the_kupang_office_and_two_shifts(
    saturdays: Path, kupang: Path
) -> None:
    assert sorted(os.listdir(saturdays)) == [
        "backlog.csv",
        "exports",
        "office.schema.json",
        "office.toml",
    ]
    office = Office.load(saturdays / "office.toml")
    plain = {"shifts": (), "budget": None}
    assert office.model_copy(update=plain) == Office.load(kupang / "office.toml")
    saturday, overtime = office.shifts
    assert (saturday.id, saturday.days) == ("saturday", ("sat",))
    assert float(saturday.share) == 0.5
    assert (saturday.cost_idr, saturday.max_uses) == (2_500_000, 8)
    assert overtime.days == office.calendar.workdays
    assert office.budget is not None
    assert office.budget.idr == 15_000_000
    assert office.warnings() == ()
    assert read_backlog(saturdays / "backlog.csv", office).read == 6_000


@pytest.mark.slow
def test_the_saturdays_are_bought_as_the_guide_says(
    saturdays: Path, tmp_path: Path
) -> None:
    """The figures of the planner's guide and the readme."""
    out = tmp_path / "out"
    done = run(
        *("plan", saturdays / "backlog.csv", "--office", saturdays / "office.toml"),
        *("--start", START, "--days", 60, "--out", out, "--no-xlsx", "--no-report"),
        *("--what-if-dropped", "--lang", "en", "--json"),
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["status"] == "optimal"
    assert said["engine_reason"]["rules"] == ["shifts", "budget"]
    used = [(each["id"], each["day"][5:]) for each in said["shifts"]]
    assert used == [
        ("overtime", "09-12"),
        ("overtime", "09-13"),
        ("saturday", "09-16"),
        ("overtime", "09-18"),
        ("overtime", "09-19"),
        ("saturday", "09-23"),
        ("overtime", "09-25"),
        ("saturday", "09-30"),
    ]
    assert [each["person_days"] for each in said["shifts"]] == [
        *(1700, 1650, 3000, 1400, 1350, 2300, 1050, 1600)
    ]
    assert said["clearance"]["cleared_on"] == "2017-10-16"
    assert round(said["tiers"][-3]["value"], 2) == 311_595.09
    more = {each["rule"]: round(_pressure(each)) for each in said["dropped"]}
    assert more == {"shifts[1]": 21_599, "shifts[2]": 35_206, "budget": -8_389}
    checked = run(
        *("verify", out, "--backlog", saturdays / "backlog.csv"),
        *("--office", saturdays / "office.toml"),
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.slow
def test_what_all_shifts_together_save_as_the_guide_says() -> None:
    backlog, office = read("saturdays")
    plain = office.model_copy(update={"shifts": (), "budget": None})
    made, without = planned("saturdays"), plan(backlog, plain, start=START, days=60)
    wait, longer = (
        int(each.assignments["wait_days"].sum()) for each in (made, without)
    )
    assert longer - wait == 14_722
    assert without.assignments["day"].max() == date(2017, 10, 19)
    pressure = sum(t.amount for t in without.tiers if t.name == "pressure")
    assert round(pressure) == 385_305
    assert (made.assignments.height, made.unprinted.height) == (5_224, 0)


@pytest.fixture(scope="module")
def quotas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _planned_example("quotas", tmp_path_factory.mktemp("quotas"))


@pytest.fixture(scope="module")
def two_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    return _planned_example("two-card-types", folder, "--what-if-dropped", "--json")


def _planned_example(name: str, folder: Path, *options: str) -> Path:
    """Write an example and plan it for 30 days, as its first lines say.

    What is printed is left in the file said.
    """
    made = run("init", folder, "--example", name)
    assert made.returncode == 0, made.stderr
    assert sorted(os.listdir(folder)) == [
        "backlog.csv",
        "exports",
        "office.schema.json",
        "office.toml",
    ]
    raw = ("plan", folder / "backlog.csv", "--office", folder / "office.toml")
    out = ("--out", folder / "out", "--no-xlsx", "--no-report")
    done = run(*raw, "--start", START, "--days", 30, *out, *options)
    assert done.returncode == 0, done.stderr
    # On a slow machine long work says how far it has come, and nothing else.
    lines = done.stderr.splitlines()
    assert all(line.endswith("%") for line in lines), done.stderr
    (folder / "said").write_text(done.stdout, "utf-8")
    return folder


def _summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out/summary.json").read_bytes())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["quotas", "two_cards"])
def test_trees_prove_it_to_verify_and_to_the_checker(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(name)
    summary = _summary(folder)
    assert (summary["status"], summary["engine"]) == ("optimal", "milp")
    assert summary["engine_reason"]["code"] == "mixed"
    raw = ("--backlog", folder / "backlog.csv", "--office", folder / "office.toml")
    done = run("verify", folder / "out", *raw, "--lang", "en", "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["proven"] is True
    check = Folder(folder / "out")
    check.run()
    assert (check.wrong, check.whole) == ([], True)
    saved = load(folder / "out")
    assert fairness(saved, saved.backlog, saved.office).avoidable == 0


@pytest.mark.slow
def test_the_quotas_are_kept_and_hold_somebody(quotas: Path) -> None:
    office = Office.load(quotas / "office.toml")
    assert [quota.id for quota in office.quotas] == ["alak-bus", "new-cards"]
    assert office.warnings() == ()
    bus, new = _summary(quotas)["quotas"]
    assert (bus["value"], new["value"]) == ("50", "0.7")
    assert bus["kept"] == bus["periods"] > bus["kept_as_nobody_was_left"] > 0
    assert new["kept"] == new["periods"] == 3
    plain = office.model_copy(update={"quotas": ()})
    backlog = read_backlog(quotas / "backlog.csv", office)
    free = plan(backlog, plain, start=START, days=30)
    codes = {v.code for v in verify(free, backlog, office)}
    assert codes == {"quota-at-least", "quota-at-least-share"}
    saved = load(quotas / "out")
    late = saved.assignments.filter(pl.col("urgency") == "replacement")
    names = late.sort("day", "wait_days")["application_id"]
    found = explain(saved, saved.backlog, saved.office, names[-1])
    assert any("quotas[" in hold.place for hold in found.holds)


@pytest.mark.slow
def test_a_quota_that_cannot_be_met_is_said_in_one_sentence(
    quotas: Path, tmp_path: Path
) -> None:
    text = (quotas / "office.toml").read_text("utf-8")
    office = tmp_path / "office.toml"
    office.write_text(text.replace("at_least = 50 ", "at_least = 250 "), "utf-8")
    raw = ("plan", quotas / "backlog.csv", "--office", office, "--start", START)
    out = ("--days", 30, "--out", tmp_path / "out", "--lang", "en")
    done = run(*raw, *out)
    assert done.returncode == 1
    assert not (tmp_path / "out").exists()
    sentence = "`quotas[1] (alak-bus)` wants, for area Alak: at least 250 cards a day."
    assert (
        f"{sentence} It fails on 12 September 2017. At most 200 are possible if "
        in (done.stderr)
    )
    said = json.loads(run(*raw, *out, "--json").stdout)
    (conflict,) = said["conflict"]
    assert (said["status"], conflict["code"]) == ("infeasible", "rules")
    (rule,) = conflict["rules"]
    assert (rule["place"], rule["day"], rule["room"]) == ("quotas[1]", "2017-09-12", 50)
    assert rule["text"].startswith(sentence)


@pytest.mark.slow
def test_blanks_of_both_card_types_run_out(two_cards: Path) -> None:
    office = Office.load(two_cards / "office.toml")
    shared = [p.id for p in office.printers if p.cards is None]
    assert shared == ["printer-1", "printer-2"]
    saved = load(two_cards / "out")
    cards = saved.backlog.frame.select("application_id", "card")
    left = saved.unprinted.join(cards, on="application_id")
    assert set(left["reason"]) == {"no-blanks"}
    assert set(left["card"]) == {"KTP-el", "KIA"}
    used = saved.assignments.join(cards, on="application_id")["card"].value_counts()
    # Of 1,000 blanks for KTP-el 40 are set aside for emergencies, of whom there are 6.
    assert dict(used.iter_rows()) == {"KTP-el": 966, "KIA": 350}
    pressing = saved.backlog.frame.filter(urgency="emergency", card="KTP-el")
    assert pressing.height == 6
    assert saved.unprinted.height == 407
    assert office.warnings() == ()


@pytest.mark.slow
def test_what_expires_and_ribbons_do_what_the_guide_says(two_cards: Path) -> None:
    saved = load(two_cards / "out")
    cards = saved.backlog.frame.select("application_id", "card")
    prints = saved.assignments.join(cards, on="application_id")
    old = prints.filter(pl.col("day").is_between(date(2017, 10, 2), date(2017, 10, 3)))
    assert dict(old["card"].value_counts().iter_rows()) == {"KIA": 200}
    with_ribbon = prints.filter(printer="printer-2")
    september = with_ribbon.filter(pl.col("day") < date(2017, 10, 1))
    assert september.height == 110
    assert old.filter(printer="printer-2").height == 40
    said = json.loads((two_cards / "said").read_text("utf-8"))
    assert said["unprinted_by_reason"] == {"no-blanks": 407}
    dropped = {each["rule"]: each for each in said["dropped"]}
    assert {rule: round(_pressure(each)) for rule, each in dropped.items()} == {
        "cards.KTP-el.set_aside": -4_691,
        "cards.KIA.expires_on": -1_003,
        "printers[2].ribbons": -3_168,
    }
    unprinted = [
        tier["more"]
        for tier in dropped["cards.KTP-el.set_aside"]["tiers"]
        if tier["name"] == "unprinted"
    ]
    assert unprinted == [0, 0, -34]
    (pressure,) = [
        t for t in said["tiers"] if (t["name"], t["rank"]) == ("pressure", None)
    ]
    assert round(pressure["value"]) == 122_155


def _pressure(dropped: dict[str, Any]) -> float:
    tiers = {tier["name"]: tier for tier in dropped["tiers"] if tier["rank"] is None}
    more: float = tiers["pressure"]["more"]
    return more


def test_help_names_every_example() -> None:
    help_text = run("init", "--help").stdout
    assert all(name in help_text for name in EXAMPLES)


def test_the_workbook_says_the_same_as_the_text(kupang: Path, tmp_path: Path) -> None:
    (written, *_) = write_start(tmp_path, example="kupang", office_format="xlsx")
    assert written.name == "office.xlsx"
    assert Office.load(written) == Office.load(kupang / "office.toml")
    back = tmp_path / "back"
    text, *others = write_start(back, source=written)
    assert text == back / "office.toml"
    assert [path.name for path in others] == [
        "office.schema.json",
        "scenarios.toml",
        "scenarios.schema.json",
    ]
    assert Office.load(text) == Office.load(written)


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text("mine")
    with pytest.raises(FolderError, match=r"holds office\.toml already"):
        write_start(tmp_path, example="kupang")
    assert sorted(os.listdir(tmp_path)) == ["office.toml"]
    assert (tmp_path / "office.toml").read_text() == "mine"
    write_start(tmp_path, example="kupang", force=True)
    assert sorted(os.listdir(tmp_path)) == [
        "backlog.csv",
        "exports",
        "office.schema.json",
        "office.toml",
        "scenarios.schema.json",
        "scenarios.toml",
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_first_office_of_ones_own(language: str, tmp_path: Path) -> None:
    written = write_start(tmp_path, language=language)  # type: ignore[arg-type]
    assert [path.name for path in written] == [
        "office.toml",
        "office.schema.json",
        "identity.key",
    ]
    office = Office.load(tmp_path / "office.toml")
    assert office.language == language
    assert office.warnings() == ()


def test_remarks_of_the_first_office_can_all_be_switched_on(tmp_path: Path) -> None:
    for language in ("id", "en"):
        write_start(tmp_path, language=language, force=True)
        path = tmp_path / "office.toml"
        lines = path.read_text("utf-8").splitlines()
        on = [re.sub(r"^# (?=\w+ = |\[)", "", line) for line in lines]
        path.write_text("\n".join(on), "utf-8")
        office = Office.load(path)
        assert office.identity is not None
        assert office.classify
        assert office.outages
        assert office.cards["KTP-el"].stock == 20_000
        assert office.shifts[0].cost_idr == 2_500_000
        assert office.budget is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_the_key_is_its_owners_alone_and_is_kept(tmp_path: Path) -> None:
    write_start(tmp_path)
    key = tmp_path / "identity.key"
    first = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(first)) == 32
    write_start(tmp_path, force=True)
    assert key.read_text() == first
    with pytest.raises(FolderError, match="is kept"):
        write_key(tmp_path)


def test_wrong_wishes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="there is: kupang, saturdays, quotas, two-card"
    ):
        write_start(tmp_path, example="jakarta")
    with pytest.raises(UsageError, match="exclude each other"):
        write_start(tmp_path, example="kupang", source=tmp_path / "office.toml")
    with pytest.raises(OfficeError, match="there is no such file"):
        write_start(tmp_path, source=tmp_path / "office.toml")
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(FolderError, match="cannot be written"):
        write_start(file / "folder")


@pytest.mark.slow
def test_an_office_folder_that_was_just_made_lives_its_mornings(tmp_path: Path) -> None:
    """The closing words of init are a command that makes sheets, and a place."""
    folder = tmp_path / "kantor"
    made = run("init", folder, "--example", "quotas")
    command = re.search(r"`ektp-sched (today [^`]+)`", made.stderr)
    assert command is not None
    few = ("--days", 2, "--no-report", "--json", "--by", "Ani")
    first = run(*command[1].split(), *few)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["export"].endswith("backlog.csv")
    shutil.copy(folder / "backlog.csv", folder / "exports" / "next.csv")
    assert run("record", folder, "--all", "--on", START).returncode == 0
    second = run("today", folder, "--on", "2017-09-13", *few)
    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout)["export"].endswith("next.csv")
    empty = run("init", tmp_path / "baru")
    assert (tmp_path / "baru" / "exports").is_dir()
    assert f"today {tmp_path / 'baru'}" in empty.stderr


def test_an_office_is_made_of_answers_on_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "kantor"
    given = ["--name", "Kantor Uji", "--cards", "150", "--printers", "2"]
    given += ["--blanks", "900", "--workdays", "mon, sat"]
    assert run("init", folder, *given).returncode == 0
    office = Office.load(folder / "office.toml")
    assert office.name == "Kantor Uji"
    assert [p.cards_per_day for p in office.printers] == [150, 150]
    assert [s.cards_per_day for s in office.servers] == [300]
    assert office.calendar.workdays == ("mon", "sat")
    assert office.cards["KTP-el"].stock == 900


def test_answers_that_are_none_are_said_and_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "kantor"
    for given in (
        ["--cards", "150"],
        ["--name", "X", "--cards", "0"],
        ["--name", "X", "--cards", "5", "--workdays", "mon,sabtu"],
    ):
        assert run("init", folder, *given).returncode == 2
        assert not folder.exists()
