"""Quotas in files, on the screen, in workbook and report; rules in conflict."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from cli_cases import run
from output_cases import START, make, texts_of
from rich.console import Console

from ektp_sched.documents import RuleOfConflict
from ektp_sched.documents.seal import seal
from ektp_sched.office import Office
from ektp_sched.output import check_folder, language, load, save
from ektp_sched.output.conflict_text import conflict_entry, conflict_lines
from ektp_sched.output.folder import UnverifiedPlanError
from ektp_sched.output.limits import limit_lines
from ektp_sched.output.report import plan_html, plan_report
from ektp_sched.output.terminal import show_conflict, show_plan
from ektp_sched.planning import Conflict, Status
from ektp_sched.rules import QUOTAS as QUOTA_RULE
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Plan

QUOTAS = """\
[[quotas]]
id = "area-1"
area = "Area 1"
per = "day"
at_least = 1
at_most = 4
[[quotas]]
area = ["Area 0", "Area 2"]
urgency = "routine"
per = "week"
at_most_share = 0.75
"""
SHIFTS = """\
[[shifts]]
id = "saturday"
days = ["sat"]
cost_idr = 10
max_uses = 3
rest_days = 6
[budget]
idr = 50
"""


def with_rules(made: Plan, folder: Path, rules: str = QUOTAS, **changes: Any) -> Plan:
    """Return a plan as if an engine had found it under further rules."""
    text = (folder / "office.toml").read_text("utf-8") + rules
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    office = Office.load(folder / "rules.toml")
    word = {"engine": "milp", "certificate": None, "prices": None}
    return replace(made, **{"office": office, **word, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("case")


@pytest.fixture(scope="module")
def made(folder: Path) -> Plan:
    return with_rules(make(folder, rate=4), folder)


@pytest.fixture(scope="module")
def out(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("parent") / "out"
    save(made, target)
    return target


def shown(plan: Plan, code: str = "en") -> str:
    console = Console(file=io.StringIO(), width=200)
    show_plan(plan, console, language(code))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.slow
def test_the_plan_passes_and_a_broken_one_is_not_written(
    made: Plan, folder: Path, tmp_path: Path
) -> None:
    assert verify(made, made.backlog, made.office) == []
    strict = with_rules(made, folder, QUOTAS.replace("at_most = 4", "at_most = 2"))
    assert verify(strict, made.backlog, strict.office) == []
    stricter = QUOTAS.replace("at_most_share = 0.75", "at_most_share = 0.25")
    with pytest.raises(UnverifiedPlanError, match=r"quotas\[2\] allows at most"):
        save(with_rules(made, folder, stricter), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_every_period_is_in_the_table_of_quotas(made: Plan, out: Path) -> None:
    head, *lines = (out / "quotas.csv").read_text("utf-8").splitlines()
    assert head == "quota,limit,from,to,printed,all_printed,cards,left,kept"
    assert len(lines) == 10 + 8 + 2
    assert "quotas[1] (area-1),at_most,2017-09-16,2017-09-16,0,0,4,1,true" in lines
    assert "quotas[1] (area-1),at_least,2017-09-19,2017-09-19,0,0,1,0,true" in lines
    assert not [line for line in lines if line.endswith("false")]
    assert sum(len(line.periods) for line in limit_lines(made, QUOTA_RULE)) == len(
        lines
    )


def test_the_summary_says_it_in_short(out: Path) -> None:
    summary = json.loads((out / "summary.json").read_bytes())
    least = summary["quotas"][1]
    assert least == {
        "quota": "quotas[1] (area-1)",
        "per": "day",
        "limit": "at_least",
        "value": "1",
        "periods": 8,
        "printed": [0, 2],
        "cards": [1, 1],
        "kept": 8,
        "kept_as_nobody_was_left": 3,
    }
    assert [entry["limit"] for entry in summary["quotas"]] == [
        "at_most",
        "at_least",
        "at_most_share",
    ]
    reason = summary["engine_reason"]
    assert (reason["code"], reason["rules"]) == ("mixed", ["quotas"])


@pytest.mark.slow
def test_the_folder_is_read_back_and_a_changed_table_is_found(
    made: Plan, out: Path, tmp_path: Path
) -> None:
    saved = load(out)
    assert saved.certificate is None
    assert verify(saved, saved.backlog, saved.office) == []
    assert check_folder(saved) == []
    other = tmp_path / "out"
    save(made, other, xlsx=False, report=False)
    table = other / "quotas.csv"
    table.write_text(table.read_text("utf-8").replace("0,0,1,0,true", "1,1,1,0,true"))
    summary = json.loads((other / "summary.json").read_bytes())
    summary["files"] = seal(other, summary)
    (other / "summary.json").write_text(json.dumps(summary), "utf-8")
    assert {v.code for v in check_folder(load(other))} == {"stated-figure"}
    table.unlink()
    assert "stated-figure" in {v.code for v in check_folder(load(other))}


LINES = {
    "en": (
        "quotas[1] (area-1), area Area 1: at least 1 card a day",
        "each working day (8)",
        "8 of 8; in 3 nobody was left",
        "Optimal by the solver's word",
    ),
    "id": (
        "quotas[1] (area-1), wilayah Area 1: paling sedikit 1 kartu per hari",
        "setiap hari kerja (8)",
        "8 dari 8; pada 3 di antaranya tidak ada lagi yang menunggu",
        "Optimal menurut program pemecah",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "id"])
def test_screen_and_report_show_the_same_table(made: Plan, code: str) -> None:
    screen = shown(made, code)
    office = made.office.model_copy(update={"language": code})
    page = plan_report(replace(made, office=office), language(code))
    for text in LINES[code]:
        assert text in screen
        assert text.replace("'", "&#39;") in page or text in page


def test_the_workbook_shows_it_too(out: Path) -> None:
    said = texts_of(out / "plan.xlsx")
    for text in LINES["en"]:
        assert text in said
    share = "area Area 0 or Area 2, class routine: at most 75% of each week's cards"
    assert f"quotas[2], {share}" in said


@pytest.mark.slow
def test_verify_says_whose_word_it_is(folder: Path, out: Path) -> None:
    raw = ("--backlog", folder / "backlog.csv", "--office", folder / "rules.toml")
    save(with_rules(make(folder, rate=4), folder), out, force=True)
    done = run("verify", out, *raw, "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    sentence = "That no plan is better is proven by the solver, within its tolerance; "
    assert f"{sentence}it is not certified." in done.stdout
    said = json.loads(run("verify", out, *raw, "--json").stdout)
    assert (said["ok"], said["proven"], said["solver_proven"]) == (True, False, True)


def test_a_plan_cut_short_says_what_the_solver_has_proven(made: Plan) -> None:
    tiers = tuple(
        replace(tier, bound=None, proven=False) if tier.name == "pressure" else tier
        for tier in made.tiers
    )
    plan = replace(made, status=Status.FEASIBLE, tiers=tiers)
    assert verify(plan, plan.backlog, plan.office) == []
    said = shown(plan)
    assert "By the solver's word, within its tolerance and not certified" in said
    assert "Proven, no plan is better" not in said


def conflict_of(*rules: RuleOfConflict, ids: tuple[str, ...] = ()) -> Conflict:
    return Conflict("rules", START, {}, ids, rules)


def rule(place: str, room: int | None, *days: date, down: str = "") -> RuleOfConflict:
    first, last = (days[0], days[-1]) if days else (None, None)
    return RuleOfConflict(place, first, last, room, tuple(down.split()))


HERE = date(2017, 9, 18)
CARDS = """
[cards.KTP-el]
stock = 5
default = true
deliveries = [{ on = 2017-09-14, cards = 3 }]
[cards.KIA]
stock = 9
expires_on = 2017-09-13
set_aside = { routine = 4 }
deliveries = [{ on = 2017-09-13, cards = 3, expires_on = 2017-09-14 }]
"""


@pytest.mark.parametrize(
    ("each", "figures"),
    [
        (
            rule("quotas[3]", 40, HERE, HERE, down="printer-2"),
            ("Alak", "at least 40", "18 September", "the only printer", "At most 0"),
        ),
        (
            rule("quotas[3]", None, HERE, date(2017, 9, 19), down="printer-2"),
            ("to 19 September", "No other number", "only dropping it"),
        ),
        (
            rule("quotas[1]", 1, HERE, HERE, down="printer-1"),
            ("at most 4", "at least 1", "Of the printers", "1 card would"),
        ),
        (rule("quotas[2]", 7), ("Area 0 or Area 2, class routine", "75%", "7 cards")),
        (rule("budget.idr", 2500000), ("Rp 50 ", "Rp 2,500,000 more")),
        (rule("shifts[1].max_uses", 1), ("saturday", "3 days", "1 use more")),
        (
            rule("shifts[1].rest_days", 6),
            ("6 whole days", "saturday", "6 days of rest fewer"),
        ),
        (
            rule("cards.KTP-el.stock", 4, HERE),
            ("18 September", "8 blanks", "deliveries", "4 blanks more"),
        ),
        (rule("cards.KTP-el.stock", 4), ("5 blanks", "in stock", "4 blanks more")),
        (rule("cards.KIA.stock", 2), ("12 blanks", "12 expire", "2 blanks more")),
        (
            rule("cards.KIA.set_aside", 1),
            ("4 blanks of KIA for routine", "1 blank fewer"),
        ),
        (
            rule("printers[1].ribbons", 30, HERE),
            ("18 September", "250 cards", "30 cards more"),
        ),
        (rule("pins", 1), ("2 cards", "K-001, K-002", "1 fewer")),
    ],
)
def test_each_rule_of_a_conflict_says_what_it_wants_and_what_would_make_room(
    made: Plan, folder: Path, each: RuleOfConflict, figures: tuple[str, ...]
) -> None:
    alak = '[[quotas]]\narea = "Alak"\nper = "day"\nat_least = 40\n'
    alak += '[[printers]]\nid = "printer-2b"\ncards_per_day = 1\nareas = ["Area 1"]\n'
    plan = with_rules(made, folder, QUOTAS + alak + SHIFTS + CARDS)
    printers = tuple(
        p.model_copy(update={"areas": ("Alak",)} if p.id == "printer-2" else {})
        for p in plan.office.printers
    )
    ribbons = {"cards_per_ribbon": 100, "ribbons": Decimal("2.5")}
    areas = {"areas": ("Area 1", "Area 2")}
    first = printers[0].model_copy(update=areas | ribbons)
    office = plan.office.model_copy(update={"printers": (first, *printers[1:])})
    conflict = conflict_of(each, ids=("K-001", "K-002"))
    plan = replace(plan, office=office, status=Status.INFEASIBLE, conflict=(conflict,))
    head, line = conflict_lines(conflict, plan, language("en"))
    assert head.startswith("These rules cannot all be kept;")
    assert each.place in line.split("`")[1]
    assert [figure for figure in figures if figure not in line] == []
    assert len(conflict_lines(conflict, plan, language("id"))) == 2
    console = Console(file=io.StringIO(), width=400)
    show_conflict(plan, console, language("en"))
    assert line in console.file.getvalue()  # type: ignore[attr-defined]
    entry = conflict_entry(conflict, plan, language("en"))
    assert entry["rules"][0]["text"] == line
    assert json.loads(json.dumps(entry)) == entry
    assert line.split("`")[1] in plan_html(plan)
