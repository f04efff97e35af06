"""The report of a plan: what it says, that it is one file, and always the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from offices import small
from output_cases import START, make, valid_charts
from typer.testing import CliRunner

import ektp_sched
from ektp_sched import Plan, Status, from_frame, load, plan
from ektp_sched.cli import app as cli
from ektp_sched.errors import FolderError, MissingExtraError, UsageError
from ektp_sched.office import Office
from ektp_sched.output import check_folder, language, save
from ektp_sched.output.report import charts as drawing
from ektp_sched.output.report import plan_html, plan_report, rebuild
from ektp_sched.output.report.plan_data import gather, quantiles
from ektp_sched.output.view.parts import Table
from ektp_sched.output.view.plan import oldest_section, proof_section
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from ektp_sched.output import Language
    from ektp_sched.output.report.plan_data import PlanData

EN, ID = language("en"), language("id")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def out(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parent") / "out"
    save(made, folder, xlsx=False)
    return folder


@pytest.fixture(scope="module")
def page(out: Path) -> str:
    return (out / "report.html").read_text("utf-8")


def words(html: str) -> str:
    """Return what a reader reads, tags and drawings left out."""
    bare = re.sub(r"<(svg|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def test_a_plan_cut_short_shows_which_objectives_are_proven(made: Plan) -> None:
    *first, last = made.tiers
    open_tier = replace(last, bound=None, proven=False)
    cut = replace(made, status=Status.FEASIBLE, tiers=(*first, open_tier))
    table = proof_section(cut, EN).parts[1]
    assert isinstance(table, Table)
    assert table.columns[-1].heading == "Proven"
    assert [row[-1] for row in table.rows] == ["yes"] * len(first) + ["no"]
    assert [row[2] for row in table.rows][-1] == "–"


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "word"), [(EN, "PROVISIONAL"), (ID, "SEMENTARA")])
def test_a_provisional_plan_says_so_on_its_page(
    made: Plan, texts: Language, word: str
) -> None:
    backlog = replace(made.backlog, provisional=True)
    said = words(plan_report(replace(made, backlog=backlog), texts))
    assert said.count(f"{word} – ") == 1
    assert word not in words(plan_report(made, texts))


@pytest.mark.slow
def test_the_page_says_what_the_plan_says(page: str) -> None:
    said = words(page)
    for sentence in (
        "All 20 cards are printed by 14 September 2017",
        "What to print on Tuesday, 12 September 2017",
        "8 cards (printers: 2).",
        "server-1: used to the limit on 2 of 3 days",
        "27 read = 20 planned + 4 held + 3 rejected.",
        "PROCESSING 4",
        "is needed, but empty 2",
        "Everybody who can be printed is printed within this plan.",
        "Optimal, proven",
        "The last of 20 cards is printed on 14 September 2017.",
        "Today somebody has waited 239 days; at the end nobody is left waiting.",
    ):
        assert sentence in said


@pytest.mark.slow
def test_the_limit_is_named_when_it_binds_on_most_days(tmp_path: Path) -> None:
    busy = make(tmp_path, days=2, bad=False)
    said = words(plan_report(busy, EN))
    assert "server-1: used to the limit on 2 of 2 days." in said
    assert "Printers are used for 67% of what they can do, servers for 100%." in said
    assert "At the end 4 of 20 cards are left, 3 of them past their class target" in (
        said
    )
    assert "16 of 20 cards are printed by 13 September 2017; 4 are still to do" in said


def test_one_file_that_asks_for_no_other(page: str) -> None:
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not re.search(r"""(?:src|href)=["'](?!#|data:,")""", page)
    assert "<script" not in page
    assert "url(" not in page.replace("url(#", "")
    addresses = set(re.findall(r"https?://[^\"' <>]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_nobody_is_named(page: str, made: Plan) -> None:
    for word in ("Warga", "Rahasia", "5371"):
        assert word not in page
    shown = set(re.findall(r"K-\d{3}", page))
    (oldest,) = oldest_section(made, EN).brief
    assert isinstance(oldest, Table)
    assert shown == {row[0] for row in oldest.rows}


@pytest.mark.slow
def test_text_is_text(made: Plan) -> None:
    wild = "</script><img src=x onerror=alert(1)>&\"'"
    office = made.office.model_copy(update={"name": wild})
    frame = made.backlog.frame.with_columns(
        area=pl.when(pl.col("area") == "Area 1").then(pl.lit(wild)).otherwise("area")
    )
    backlog = replace(made.backlog, frame=frame)
    html = plan_report(replace(made, office=office, backlog=backlog), EN)
    assert "<img" not in html
    assert wild in unescape(html)


def test_every_chart_has_words_and_a_table(page: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) == 6
    for figure in figures:
        alt = re.search(r'role="img" aria-label="([^"]{30,})"', figure)
        assert alt is not None
        assert figure.count("<svg") == 1
        assert '<th scope="col"' in figure
        assert re.search(r"<figcaption><strong>[^<]{15,}\.</strong>", figure)


@pytest.mark.slow
def test_the_same_plan_gives_the_same_page(made: Plan, out: Path, page: str) -> None:
    assert plan_report(made, EN) == page
    assert plan_report(load(out), EN) == page
    frame = made.backlog.frame.reverse()
    turned = replace(made, backlog=replace(made.backlog, frame=frame))
    assert plan_report(turned, EN) == page


@pytest.mark.slow
def test_no_time_zone_moves_a_day(out: Path, page: str, tmp_path: Path) -> None:
    code = (
        "import sys; from ektp_sched.output import language, load\n"
        "from ektp_sched.output.report import plan_report\n"
        "html = plan_report(load(sys.argv[1]), language('en'))\n"
        "open(sys.argv[2], 'w', encoding='utf-8', newline='').write(html)"
    )
    root = str(Path(ektp_sched.__file__).parents[1])
    for zone in ("America/Los_Angeles", "Asia/Jakarta"):
        env = {**os.environ, "TZ": zone, "PYTHONPATH": root}
        target = tmp_path / "page.html"
        subprocess.run(
            [sys.executable, "-c", code, str(out), str(target)], check=True, env=env
        )
        assert target.read_bytes() == page.encode()


def test_the_folder_lists_the_page(out: Path) -> None:
    files = load(out).summary["files"]
    assert "report.html" in files
    assert check_folder(load(out)) == []


def test_no_page_where_none_is_wanted(made: Plan, tmp_path: Path) -> None:
    made.save(tmp_path / "out", xlsx=False, report=False)
    assert not (tmp_path / "out/report.html").exists()
    assert "report.html" not in load(tmp_path / "out").summary["files"]


@pytest.mark.slow
def test_rebuilding(made: Plan, out: Path, page: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    assert rebuild(copy) == copy / "report.html"
    assert (copy / "report.html").read_text("utf-8") == page
    rebuild(copy, lang="id")
    again = (copy / "report.html").read_text("utf-8")
    assert again == plan_report(made, ID)
    assert '<html lang="id">' in again
    # The folder is whole: nothing counts as changed, and it may be replaced.
    assert check_folder(load(copy)) == []
    save(made, copy, xlsx=False, report=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


@pytest.mark.slow
def test_rebuilding_where_there_was_no_page(made: Plan, tmp_path: Path) -> None:
    save(made, tmp_path / "out", xlsx=False, report=False)
    rebuild(tmp_path / "out")
    assert check_folder(load(tmp_path / "out")) == []


def test_no_page_of_a_folder_that_was_changed(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    before = (copy / "report.html").read_bytes()
    lines = (copy / "held.csv").read_bytes().splitlines(keepends=True)
    (copy / "held.csv").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(FolderError, match="was changed since it was written") as caught:
        rebuild(copy)
    assert "held.csv" in str(caught.value)
    assert "(held.csv tidak lagi seperti saat ditulis)" in caught.value.sentence("id")
    assert (copy / "report.html").read_bytes() == before


@pytest.mark.slow
def test_the_command(out: Path, tmp_path: Path, capsys: Any) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    assert cli.run(["report", str(copy), "--lang", "id", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"schema_version": 1, "report": str(copy / "report.html")}
    assert cli.run(["report", str(tmp_path / "nothing")]) == 2
    assert "name a folder that" in capsys.readouterr().err


def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it look as if altair were not installed."""

    def find(name: str) -> object | None:
        return None if name == "altair" else object()

    monkeypatch.setattr(drawing, "find_spec", find)


def test_without_the_extra(
    made: Plan,
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    without_extra(monkeypatch)
    save(made, tmp_path / "out", xlsx=False)
    assert not (tmp_path / "out/report.html").exists()
    for call in (lambda: plan_report(made, EN), made.chart, lambda: rebuild(out)):
        with pytest.raises(MissingExtraError, match=r"pip install 'ektp-sched\[report"):
            call()
    with pytest.raises(ImportError, match="altair and vl-convert-python"):
        made.chart()
    assert "<table>" in made._repr_html_()
    assert "<svg" not in made._repr_html_()
    assert cli.run(["report", str(out)]) == 2
    assert "pip install" in capsys.readouterr().err


@pytest.mark.slow
def test_plan_says_that_it_left_the_page_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(tmp_path / "case", bad=False)
    without_extra(monkeypatch)
    base = ["plan", str(tmp_path / "case/backlog.csv")]
    base += ["--office", str(tmp_path / "case/office.toml"), "--start", "2017-09-12"]
    base += ["--no-xlsx", "--out"]
    assert cli.run([*base, str(tmp_path / "one")]) == 0
    assert "report.html was left out" in capsys.readouterr().err
    assert cli.run([*base, str(tmp_path / "two"), "--no-report"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_a_notebook_shows_a_table_and_a_chart(made: Plan, out: Path) -> None:
    html = made._repr_html_()
    assert html.count("<table>") == 2
    assert html.count("<svg") == 1
    assert "Kantor &amp; Uji" in html
    assert load(out)._repr_html_() == html
    spec = made.chart().to_dict()
    assert "vega-lite" in spec["$schema"]
    assert load(out).chart().to_dict() == spec
    texts = spec["usermeta"]["embedOptions"]["formatLocale"]
    assert texts["decimal"] == "."


def test_a_notebook_shows_why_there_is_no_plan(tmp_path: Path) -> None:
    office = small(1, name="<x>", language="en")
    rows = {"application_id": ["a", "b"], "waiting_since": [START, START]}
    pins = pl.DataFrame(rows).with_columns(pinned_on=pl.lit(START))
    none = plan(from_frame(pins, office), office, start=START, days=3)
    assert none.status is Status.INFEASIBLE
    html = plan_html(none)
    assert "contradict each other" in html
    assert "2 applications must be printed by 12 September 2017" in html
    assert "<x>" not in html
    with pytest.raises(UsageError, match="the plan prints nothing"):
        none.chart()


def test_nothing_to_print(made: Plan) -> None:
    backlog = replace(
        made.backlog,
        frame=made.backlog.frame.clear(),
        held=made.backlog.held.clear(),
        rejects=made.backlog.rejects.clear(),
        read=0,
    )
    empty = plan(backlog, made.office, start=START, days=5)
    html = plan_report(empty, EN)
    assert "<h1>There is nothing to print</h1>" in html
    assert "<figure" not in html
    assert "<table>" in empty._repr_html_()


def random_plan(days: int, horizon: int, people: int = 400) -> Plan:
    """Plan people of two areas over a long time, one printer among many idle."""
    rng = np.random.default_rng(5)
    rate = max(1, people * 7 // (days * 5))
    printers = [{"id": f"p{n:02d}", "cards_per_day": rate} for n in range(20)]
    office = Office.model_validate(
        {
            "name": "x",
            "language": "en",
            "urgency": {
                "fast": {"target_days": 5},
                "slow": {"target_days": 40, "default": True},
            },
            "servers": [{"id": "s", "cards_per_day": rate}],
            "printers": printers,
            "reserve": {"cards_per_day": 1} if rate > 2 else {},
        }
    )
    since = [START - timedelta(days=int(d)) for d in rng.integers(0, 300, people)]
    rows = {
        "application_id": [f"A{n:05d}" for n in range(people)],
        "waiting_since": since,
        "urgency": rng.choice(["fast", "slow"], people).tolist(),
        "area": rng.choice(["North", "South"], people).tolist(),
    }
    made = plan(
        from_frame(pl.DataFrame(rows), office), office, start=START, days=horizon
    )
    assert verify(made, made.backlog, made.office) == []
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "horizon", "every"), [(40, 60, "1d"), (200, 300, "1w"), (900, 1500, "1mo")]
)
def test_long_plans_are_shown_by_week_and_month(
    days: int, horizon: int, every: str
) -> None:
    made = random_plan(days, horizon)
    load_ = gather(made).load
    assert load_.every == every
    assert load_.total["cards"].sum() == made.assignments.height
    by_printer = load_.by_resource.filter(~pl.col("is_server"))
    assert by_printer["cards"].sum() == made.assignments.height
    assert (load_.by_resource["cards"] <= load_.by_resource["could"]).all()
    assert load_.total.height <= 110
    html = plan_report(made, EN)
    assert len(html.encode()) < 400_000
    assert words(html).count("more printers are in the table only") == 1


def test_waits_by_hand() -> None:
    made = random_plan(20, 10)
    data = gather(made)
    end = START + timedelta(days=9)
    frame = made.backlog.frame.join(
        made.assignments.select("application_id", "day"),
        on="application_id",
        how="left",
    )
    for wait in (*data.by_class, *data.by_area):
        column = "urgency" if wait in data.by_class else "area"
        mine = frame.filter(pl.col(column) == wait.group)
        kept = {
            "start": mine,
            "printed": mine.drop_nulls("day"),
            "end": mine.filter(pl.col("day").is_null()),
        }[wait.moment]
        until = {"start": pl.lit(START), "printed": pl.col("day"), "end": pl.lit(end)}
        days = sorted(
            kept.select((until[wait.moment] - pl.col("waiting_since")).dt.total_days())
            .to_series()
            .to_list()
        )
        assert wait.people == len(days)
        ranks = [-(-len(days) * percent // 100) - 1 for percent in (10, 50, 90)]
        assert [wait.low, wait.middle, wait.high] == [days[rank] for rank in ranks]
        assert wait.longest == days[-1]
    assert {wait.moment for wait in data.by_class} == {"start", "printed", "end"}


def test_quantiles_are_order_statistics() -> None:
    days, cards = np.array([1, 5, 9]), np.array([1, 8, 1])
    assert quantiles(days, cards) == [1, 5, 5]
    assert quantiles(np.array([7]), np.array([1])) == [7, 7, 7]
    assert quantiles(np.array([1, 2]), np.array([9, 1])) == [1, 1, 1]
    assert quantiles(np.array([1, 2]), np.array([8, 2])) == [1, 1, 2]


@pytest.mark.slow
def test_one_more_card_by_hand() -> None:
    """One card a day for three routine people: each day's card saves the next's."""
    office = Office.model_validate(
        {
            "name": "x",
            "calendar": {"workdays": ["tue", "wed", "thu"]},
            "urgency": {"routine": {"target_days": 10, "default": True}},
            "servers": [{"id": "s", "cards_per_day": 1}],
            "printers": [
                {"id": "p", "cards_per_day": 9},
                {"id": "q", "cards_per_day": 9},
            ],
        }
    )
    since = [START - timedelta(days=9)] * 3
    rows = {"application_id": ["a", "b", "c"], "waiting_since": since}
    made = plan(from_frame(pl.DataFrame(rows), office), office, start=START, days=3)
    data: PlanData = gather(made)
    assert data.gains is not None
    # One more on Tuesday: days 10 and 11 of waiting fall away for the last one.
    [(names, saved)] = data.gains.groups
    assert names == ("s",)
    assert saved == {
        date(2017, 9, 12): pytest.approx(2.1),
        date(2017, 9, 13): pytest.approx(1.1),
    }
    # On the third day one more helps nobody: the story ends before it.
    assert data.gains.useless == ("p", "q")
    assert data.gains.prints is False
    said = words(plan_report(made, EN))
    assert (
        "One card more on 12 September 2017 saves 2.1 pressure-days, "
        "on 13 September 2017 only 1.1." in said
    )


@pytest.mark.slow
def test_every_chart_is_valid_vega_lite(
    made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = valid_charts(monkeypatch)
    plan_report(made, EN)
    assert len(seen) == 6
    assert len({spec["width"] for spec in seen}) == 1  # drawn once, for any screen


def test_help_names_the_option() -> None:
    shown = CliRunner().invoke(cli.app, ["plan", "--help"], env={"COLUMNS": "200"})
    assert "--no-report" in shown.output


@pytest.mark.parametrize("last", ["2017-09-12", "2017-09-14", "2017-09-20"])
def test_an_axis_of_few_days_says_each_once(last: str) -> None:
    x = drawing.time_axis("day", "2017-09-12", f"{last}T24:00:00Z")
    days = drawing.rows(("day",), [("2017-09-12",), (last,)])
    ticks = drawing.layer(days, "tick", {"x": x})
    svg = drawing.plain_svg(drawing.finished([ticks], 40, EN), EN)
    labels = re.findall(r">(\d+ Sep)<", svg)
    assert labels
    assert len({*labels}) == len(labels)
