"""The report of a comparison, built from a synthetic one."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from answer_reader import (
    cards,
    denied,
    edges,
    expected_cards,
    expected_edges,
    expected_title,
)
from comparison_cases import comparison, write_comparison
from output_cases import valid_charts
from whatif_cases import START as REAL
from whatif_cases import office, people, scenarios

from ektp_sched import compare
from ektp_sched.cli import app as cli
from ektp_sched.errors import FolderError, MissingExtraError
from ektp_sched.output import language
from ektp_sched.output.report import charts as drawing
from ektp_sched.output.report import (
    comparison_chart,
    comparison_html,
    comparison_report,
    rebuild,
    write_comparison_report,
)
from ektp_sched.output.report.comparison_charts import story_end
from ektp_sched.output.report.comparison_file import comparison_of
from ektp_sched.output.report.comparison_words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ektp_sched import Comparison
    from ektp_sched.output.languages import Language

pytestmark = pytest.mark.slow

EN, ID = language("en"), language("id")
NO_GAP = "compare.no-gap"
Found = tuple[dict[str, Any], pl.DataFrame]


@pytest.fixture(scope="module")
def found() -> Found:
    return comparison()


@pytest.fixture(scope="module")
def page(found: Found) -> str:
    return report(found)


def report(found: Found, texts: Language = EN) -> str:
    return comparison_report(comparison_of(*found), texts)


def words(html: str) -> str:
    bare = re.sub(r"<(svg|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def test_it_is_small_and_needs_no_other_file(page: str) -> None:
    assert len(page.encode()) < 300_000
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?!#|data:,")""", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(ids)


def test_it_is_the_same_each_time(found: Found, page: str) -> None:
    assert report(comparison()) == page


def test_what_a_council_reads(found: Found, page: str) -> None:
    document, _ = found
    said = words(page)
    base = document["scenarios"][0]
    trips = f"{base['wasted_trips']['p50']:,.0f}"
    told = f"{document['dates_only']['wasted_trips']['p50']:,.0f}"
    for sentence in (
        "On 12 September 2017 20,461 people wait for their card",
        "Server baru (Rp 300 million) makes that",
        "saturdays (no purchase) makes that",
        "These figures rest on 4 reported facts and 8 assumptions",
        "Satu server: servers limit a day to 200 cards.",
        "afterwards printers, to 480. What is added could do 650 by itself, but only "
        "480 can come out",
        f"Telling everybody a date cuts the trips in vain from {trips} to {told}",
        "Server baru pays, against the office as it is, if it works by",
        "against telling everybody a date: no date and no rate",
        "not from the public purse",
        "server-1: working days between failures, mean 60",
        "Server baru, server-new: cards a day 600 – 650 – 700",
        "1 Nov 2017 – 15 Jan 2018 – 30 Apr 2018",
        "0.0015% worse than the exact plan in the first objective in which the two "
        "differ: Pressure, ",
    ):
        assert sentence in said, sentence


def test_headlines_mark_facts_and_assumptions(page: str) -> None:
    def rests(name: str) -> str:
        at = page.index(f'<section aria-labelledby="cmp-{name}">')
        said = re.search(r'<p class="facts">(.*?)</p>', page[at:], re.DOTALL)
        assert said is not None
        return words(said[1])

    assert rests("short") == "Rests on facts F1 – F4 assumptions A1 – A8"
    assert rests("pays") == rests("short")
    # Days do not rest on money or visits, trips not on the price.
    assert rests("days") == "Rests on facts F1 , F4 assumptions A1 , A3 – A8"
    assert rests("trips") == "Rests on facts F1 – F2 , F4 assumptions A1 – A8"
    rows = re.findall(r'<tr id="(\w\d+)"><th scope="row">\1</th><td>(\w+)</td>', page)
    names = [f"F{n}" for n in range(1, 5)] + [f"A{n}" for n in range(1, 9)]
    assert dict(rows) == {n: "fact" if n[0] == "F" else "assumed" for n in names}


def test_one_colour_for_a_scenario_throughout(found: Found, page: str) -> None:
    words_ = Words(comparison_of(*found), EN)
    assert [words_.colour(one.name) for one in words_.everything] == [
        *drawing.SERIES[:3],
        drawing.MUTED,
    ]
    fan = re.search(r'<figure id="cmp-fan-chart">.*?</figure>', page, re.DOTALL)
    assert fan is not None
    for number, name in enumerate(("Satu server", "Server baru", "saturdays"), 1):
        assert re.search(rf'fill="var\(--c{number}\)"[^>]*>{name}<', fan[0])


def test_the_difference_table_has_signs_and_intervals(page: str, found: Found) -> None:
    row = found[0]["differences"][0]["wasted_trips"]
    low, high = (f"−{-n:,.0f}" for n in row["mean_interval"])
    assert f"Server baru Trips in vain −{-row['mean']:,.0f} {low} to {high}" in (
        words(page)
    )


def tiers(*parts: tuple[str, float, float, float | None]) -> list[dict[str, Any]]:
    names = ("tier", "policy", "optimum", "gap")
    return [dict(zip(names, part, strict=True)) | {"rank": None} for part in parts]


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        # An earlier tier was lost, so that a later one looks better than the best.
        (
            tiers(("promise", 563, 0, None), ("pressure", 9, 10, -0.1)),
            "first objective in which the two differ: Promises slipped, 563 days "
            "instead of 0.",
        ),
        (tiers(("unprinted", 0, 0, None), ("pressure", 5, 5, 0)), EN.text(NO_GAP)),
        (tiers(("pressure", 11, 10, 0.1)), "10% worse than the exact plan"),
    ],
)
def test_the_gap_is_that_of_the_first_tier_that_differs(
    found: Found, gap: list[dict[str, Any]], sentence: str
) -> None:
    said = words(report(({**found[0], "gap": gap}, found[1])))
    assert sentence in said
    assert "-10%" not in said


def test_what_does_not_differ_is_left_out(found: Found) -> None:
    same = {"mean": 0, "p10": 0, "p50": 0, "p90": 0, "mean_interval": [0, 0]}
    document = copy.deepcopy(found[0])
    document["differences"][0]["longest_wait_days"] = same
    assert "Server baru Longest wait" not in words(report((document, found[1])))


def test_indonesian_writes_its_own_numbers(found: Found) -> None:
    said = words(report(found, ID))
    assert "Pada 12 September 2017 sebanyak 20.461 warga" in said
    assert "0,0015% lebih buruk daripada rencana terbaik" in said
    assert not re.search(r"\d,\d{3}\b(?!%)", said)


def test_the_story_ends_where_nothing_happens_any_more(found: Found) -> None:
    document, daily = found
    compared = comparison_of(document, daily)
    end = story_end(Words(compared, EN))
    assert compared.start < end <= compared.last_day
    late = daily.filter(pl.col("day") > end)
    assert late["waiting_p90"].max() <= 0.02 * daily["waiting_p90"].max()  # type: ignore[operator]
    never = copy.deepcopy(document)
    never["scenarios"][0]["backlog_cleared_on"] = NEVER
    assert story_end(Words(comparison_of(never, daily), EN)) == compared.last_day


NEVER = {"mean": None, "p10": None, "p50": None, "p90": None, "never_share": 1.0}


def never(document: dict[str, Any]) -> None:
    for one in (*document["scenarios"], document["dates_only"]):
        for name in ("backlog_cleared_on", "nobody_waits_on", "on_target_on"):
            one[name] = NEVER
        one["nobody_waits_any_more"] = {"on": None}


def base_never(document: dict[str, Any]) -> None:
    document["scenarios"][0]["backlog_cleared_on"] = NEVER


def half_never(document: dict[str, Any]) -> None:
    for one in document["scenarios"]:
        one["backlog_cleared_on"]["p90"] = None
        one["backlog_cleared_on"]["never_share"] = 0.3


def bare(document: dict[str, Any]) -> None:
    kept = {"start", "days", "replications", "baseline"}
    names = [{"name": one["name"]} for one in document["scenarios"]]
    for key in set(document) - kept:
        del document[key]
    document["scenarios"] = names


def alone(document: dict[str, Any]) -> None:
    document["scenarios"] = document["scenarios"][:1]
    document |= {"differences": [], "break_even": None, "dates_only": None}


def nobody(document: dict[str, Any]) -> None:
    for one in document["scenarios"]:
        for part in one["wait_days"]["by_urgency"].values():
            part |= {"initial": None, "new": None}
            for name in ("mean", "p10", "p50", "p90"):
                part.pop(name)
        one["wait_days"]["by_area"] = {"": None}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (never, "In no scenario is the old backlog printed by 11 September 2018"),
        (base_never, "; with Satu server not by 11 September 2018 and"),
        (half_never, "but in one future of ten or more not by 11 September 2018"),
        (bare, "In no scenario is the old backlog printed"),
        (alone, "Satu server: the old backlog is printed around"),
        (nobody, "Satu server: servers limit a day to 200 cards."),
    ],
)
def test_missing_parts_leave_a_page(
    found: Found, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    document = copy.deepcopy(found[0])
    change(document)
    said = words(report((document, found[1])))
    assert sentence in said
    assert "None" not in said


def test_text_is_text(found: Found) -> None:
    document = copy.deepcopy(found[0])
    document["office"] = document["scenarios"][1]["label"] = "<img src=x>&\"'"
    html = report((document, found[1]))
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in comparison_html(comparison_of(document, found[1]))


def test_a_label_is_written_as_it_is(found: Found) -> None:
    document = copy.deepcopy(found[0])
    document["scenarios"][1]["label"] = "~1~"
    document["scenarios"][2]["label"] = "~0~ & <b>"
    html = report((document, found[1]))
    fan = re.search(r'<figure id="cmp-fan-chart">.*?</svg>', html, re.DOTALL)
    assert fan is not None
    names = re.findall(r'font-weight="bold"[^>]*>([^<]*)</text>', fan[0])
    assert sorted(unescape(name) for name in names) == [
        "Satu server",
        "~0~ & <b>",
        "~1~",
    ]
    assert "~" not in html.replace("~1~", "").replace("~0~ &amp; &lt;b&gt;", "")


def test_a_real_folder_is_rebuilt(tmp_path: Path, found: Found, page: str) -> None:
    write_comparison(tmp_path)
    assert rebuild(tmp_path, lang="en") == tmp_path / "report.html"
    assert (tmp_path / "report.html").read_text("utf-8") == page
    assert write_comparison_report(comparison_of(*found), tmp_path)
    indonesian = (tmp_path / "report.html").read_text("utf-8")
    assert '<html lang="id">' in indonesian
    assert cli.run(["report", str(tmp_path)]) == 0
    assert (tmp_path / "report.html").read_text("utf-8") == indonesian


def test_the_digest_follows_the_page(tmp_path: Path) -> None:
    write_comparison(tmp_path)
    path = tmp_path / "comparison.json"
    document = json.loads(path.read_bytes())
    document["files"] = {"daily.csv": "0" * 64, "report.html": "1" * 64}
    path.write_text(json.dumps(document), "utf-8")
    rebuild(tmp_path)
    files = json.loads(path.read_bytes())["files"]
    assert files["daily.csv"] == "0" * 64
    assert re.fullmatch(r"[0-9a-f]{64}", files["report.html"])
    assert files["report.html"] != "1" * 64


def spoil(folder: Path, name: str, text: str | None) -> None:
    path = folder / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("comparison.json", "{", "its comparison.json or daily.csv cannot be read"),
        ("comparison.json", "[]", "its comparison.json is no comparison"),
        (
            "comparison.json",
            '{"scenarios": [{"name": "x"}]}',
            "comparison.json, replications: is damaged (field required)",
        ),
        ("daily.csv", None, "holds no daily.csv"),
        ("daily.csv", "scenario,day\nx,1\n", "daily.csv: lacks waiting_p10"),
        (
            "daily.csv",
            "scenario,day,waiting_p10,waiting_p50,waiting_p90\nx,y,1,2,3\n",
            "lacks a column of dates called day",
        ),
    ],
)
def test_damage_is_named(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    write_comparison(tmp_path)
    spoil(tmp_path, name, text)
    with pytest.raises(FolderError) as caught:
        rebuild(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "report.html").exists()


def test_a_notebook_shows_a_table_and_a_chart(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = comparison_html(comparison_of(*found))
    assert html.count("<table>") == 1
    assert html.count("<svg") == 1
    assert "Server baru" in html
    spec = comparison_chart(comparison_of(*found)).to_dict()
    assert spec["usermeta"]["embedOptions"]["formatLocale"]["decimal"] == ","
    monkeypatch.setattr(drawing, "find_spec", lambda _: None)
    assert "<svg" not in comparison_html(comparison_of(*found))
    with pytest.raises(MissingExtraError, match="pip install"):
        comparison_chart(comparison_of(*found))


def test_no_page_without_the_extra(
    found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "find_spec", lambda _: None)
    assert not write_comparison_report(comparison_of(*found), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_chart_is_valid_vega_lite(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = valid_charts(monkeypatch)
    report(found)
    assert len(seen) == 6


@pytest.fixture(scope="module")
def real() -> Comparison:
    rules = office()
    return compare(
        people(200, rules), rules, scenarios(rules), start=REAL, days=60, replications=1
    )


def test_a_comparison_just_made_has_its_page(real: Comparison, tmp_path: Path) -> None:
    real.save(tmp_path / "out")
    page = (tmp_path / "out/report.html").read_bytes()
    assert rebuild(tmp_path / "out").read_bytes() == page
    # The page is as it was written, so the folder may be replaced.
    real.save(tmp_path / "out")
    rebuild(tmp_path / "out", lang="en")
    said = words((tmp_path / "out/report.html").read_text("utf-8"))
    # 200 at 10 a weekday, or 50 in the first week and 40 a day afterwards.
    assert said.startswith("Yes, by money: new saves residents")
    # The second reader finds in it what stands in the folder, no more and no less.
    html = (tmp_path / "out/report.html").read_text("utf-8")
    document = json.loads((tmp_path / "out/comparison.json").read_bytes())
    assert denied(document, real.daily()) == []
    shown = cards(html, "en")
    assert shown["new"][:2] == (date(2017, 9, 21),) * 2
    assert shown["now"][:2] == (date(2017, 10, 6),) * 2
    for label, figures in expected_cards(document).items():
        assert shown[label] == figures
    assert edges(html, "en") == expected_edges(document)
    head, *parts = expected_title(document, "en")
    assert said.startswith(head)
    assert not [part for part in parts if part not in said]
    assert "new: the old backlog is printed about 15 days sooner; nobody" in said
    real.save(tmp_path / "out")


def test_a_notebook_shows_a_comparison(real: Comparison) -> None:
    html = real._repr_html_()
    assert (html.count("<table>"), html.count("<svg")) == (1, 1)
    spec = real.chart().to_dict()
    days = {row.get("day") for part in spec["layer"] for row in part["data"]["values"]}
    assert REAL.isoformat() in days
