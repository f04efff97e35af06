"""What a comparison's page, screen and texts say of the answer, read a second time."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from answer_cases import ANSWERS, MEASURES, answered, long_named
from answer_reader import (
    cards,
    denied,
    edges,
    expected_cards,
    expected_edges,
    expected_title,
    text_of,
)

from ektp_sched.output import language
from ektp_sched.output.comparison_text import comparison_lines
from ektp_sched.output.report import comparison_html, comparison_report
from ektp_sched.output.report.comparison_file import comparison_of
from ektp_sched.output.report.comparison_text import pays_sentence
from ektp_sched.output.report.comparison_words import Words

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.scenarios.compare.comparison import Comparison

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CODES = ("en", "id")
KINDS = [
    (by, answer)
    for by in MEASURES
    for answer in ANSWERS
    if by == "money" or answer != "not-on-these-dates"
]


@cache
def case(by: str, answer: str) -> tuple[dict[str, Any], pl.DataFrame, Comparison]:
    document, daily = answered(by, answer)
    return document, daily, comparison_of(document, daily)


@cache
def page(by: str, answer: str, code: str) -> str:
    return comparison_report(case(by, answer)[2], language(code))


def title(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert found is not None
    return text_of(re.sub(r'<span class="warned">.*?</span>', "", found[1]))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("by", "answer"), KINDS)
def test_the_answer_is_said_first(by: str, answer: str, code: str) -> None:
    document, _, made = case(by, answer)
    head, *parts = expected_title(document, code)
    lines = list(comparison_lines(made, Path("out"), language(code)))
    screen = next(line for line in lines if line.startswith(head))
    # Only a warning may stand before it.
    assert lines.index(screen) <= 1
    for said in (title(page(by, answer, code)), screen.removesuffix(".")):
        assert said.startswith(head)
        for part in parts:
            assert part in said
    assert said in text_of(comparison_html(made)) or code != made.language
    assert [*made.document()][2:4] == ["question", "verdict"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_the_page_says_what_the_document_says(answer: str, code: str) -> None:
    document, daily, made = case("money", answer)
    html = page("money", answer, code)
    shown = cards(html, code)
    for label, figures in expected_cards(document).items():
        assert shown[label] == figures
    assert len(shown) == len(document["scenarios"]) + 1
    # Those whom the question names stand first.
    assert [*shown][:2] == ["Server baru", "Satu server"]
    assert denied(document, daily) == []
    assert edges(html, code) == expected_edges(document)
    first = html[html.index('id="cmp-answer"') : html.index('id="cmp-picture"')]
    assert "arrivals" in {edge[0] for edge in edges(first, code)}
    said = "".join(
        f"<li>{line.removeprefix('- ')}</li>"
        for line in comparison_lines(made, Path("out"), language(code))
        if line.startswith("- ")
    )
    assert edges(said, code) == expected_edges(document)


def test_always_and_never_are_said_as_such() -> None:
    pays = text_of(page("money", "yes", "en"))
    assert "failures of server-1: Server baru is always ahead, from 5 to 240" in pays
    late = text_of(page("money", "not-on-these-dates", "en"))
    assert "failures of server-1: Server baru is never ahead, from 5 to 240" in late
    assert "selalu lebih baik, dari 5 sampai 240" in text_of(page("money", "yes", "id"))


@pytest.mark.parametrize(
    ("code", "day", "reach"),
    [
        ("en", r"12 Oct(ober)? 2017", "no future here|on no day|at the earliest"),
        ("id", r"12 Okt(ober)? 2017", "satu kemungkinan pun|tidak mungkin|paling awal"),
    ],
)
def test_a_day_that_no_future_reaches_is_never_said_alone(
    code: str, day: str, reach: str
) -> None:
    html = page("money", "not-on-these-dates", code)
    made = case("money", "not-on-these-dates")[2]
    spoken = [
        text_of(each)
        for _, each in re.findall(
            r"<(h1|p|li|figcaption|text)\b[^>]*>(.*?)</\1>", html, re.DOTALL
        )
    ]
    spoken += comparison_lines(made, Path("out"), language(code))
    told = [each for each in spoken if re.search(day, each)]
    assert len(told) > 4
    for sentence in told:
        assert re.search(reach, sentence), sentence


def test_blanks_are_warned_of_in_the_title() -> None:
    document, daily = long_named()
    html = comparison_report(comparison_of(document, daily), language("en"))
    heading = html[html.index("<h1>") : html.index("</h1>")]
    known = "Deliveries of blank cards are known only until 14 March 2018"
    assert text_of(heading).startswith(known)
    assert "they limit 21.3% of the working days" in heading
    assert known in html[html.index("<title>") : html.index("</title>")]
    lines = comparison_lines(comparison_of(document, daily), Path(), language("en"))
    assert next(lines).startswith(known)
    for one in document["scenarios"]:
        one["limits"]["share"].pop("blanks", None)
    document["assumptions"].pop()
    html = comparison_report(comparison_of(document, daily), language("en"))
    assert 'class="warned"' not in html


def test_what_is_assumed_stands_on_the_first_screen() -> None:
    html = page("money", "no", "en")
    first = html[html.index('id="cmp-answer"') : html.index('id="cmp-picture"')]
    said = text_of(first)
    assert "assumptions A1 – A8 : 90 new applications a working day; server-new" in said
    assert "here 90, assumed" in said
    assert "here Rp 300 million, reported" in text_of(html)


def sentences(document: dict[str, Any], daily: pl.DataFrame, code: str) -> list[str]:
    made = comparison_of(document, daily)
    return list(comparison_lines(made, Path("out"), language(code)))


def test_one_number_at_which_nothing_is_won_turns_the_answer_once() -> None:
    document, daily = deepcopy(case("money", "no")[:2])
    turn = next(one for one in document["turns"] if one["input"] == "price")
    sides = ["yes", "cannot-be-told", "no"]
    turn["value"] = 500_000
    turn["edges"] = [
        {
            "below": at,
            "above": at + 1,
            "answer_below": sides[step],
            "answer_above": sides[step + 1],
            "interval": [at, at + 1],
        }
        for step, at in enumerate((33_211, 33_212))
    ]
    said = "Turns to yes below a price of Rp 33,212 (95 %: Rp 33,211 to Rp 33,213)"
    assert any(said in line for line in sentences(document, daily, "en"))
    # As the scenarios have it, it is neither.
    turn["value"] = 33_212
    lines = sentences(document, daily, "id")
    assert any("menjadi ya di bawah harga Rp 33.212" in line for line in lines)
    assert any("menjadi tidak di atas harga Rp 33.212" in line for line in lines)


@pytest.mark.parametrize("code", CODES)
def test_what_is_the_same_in_every_future_is_no_chance(code: str) -> None:
    document, daily = deepcopy(case("wait", "cannot-be-told")[:2])
    document["verdict"] |= {"share": 0.0, "tie_share": 1.0}
    head, *parts = expected_title(document, code)
    said = next(
        line for line in sentences(document, daily, code) if line.startswith(head)
    )
    assert all(part in said for part in parts)
    assert not re.search("chance|kebetulan", said)


@pytest.mark.parametrize("code", CODES)
def test_what_rules_do_that_are_left_out_stands_in_a_table(code: str) -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    heading = language(code).text("report.cmp.left.title")
    assert heading not in page("money", "yes", code)
    more = dict.fromkeys(("mean", "p10", "p50", "p90"), 4321.0)
    spread = more | {"mean_interval": [4000.0, 4642.0]}
    known = {"futures": 9, "days": 60, "person_days": spread}
    document["left_out"] = [
        {"rule": rule} | known for rule in ("all", "expiry", "ribbons")
    ]
    html = comparison_report(comparison_of(document, daily), language(code))
    shown = text_of(html[html.index(heading) :])
    thousands = "," if code == "en" else "."
    for number in (4321, 4000, 4642):
        assert shown.count(f"+{number:,}".replace(",", thousands)) == 3
    document["left_out"] = [{"rule": "ribbons", "days": 60}]
    html = comparison_report(comparison_of(document, daily), language(code))
    assert heading in html


@pytest.mark.parametrize(("part", "unit"), [(1e-3, "Rp thousand"), (1e-6, "Rp")])
def test_small_amounts_are_shown_in_a_unit_that_fits(part: float, unit: str) -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    whole = comparison_report(comparison_of(document, daily), language("en"))
    assert "(Rp million;" in text_of(whole)
    document["verdict"]["advantage"]["mean"] *= part
    for one in document["sensitivities"]:
        for end in (one["low"], one["high"]):
            end["mean"] *= part
    html = comparison_report(comparison_of(document, daily), language("en"))
    assert f"({unit};" in text_of(html)


def test_a_price_beside_another_price_is_a_difference() -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    other = next(
        one
        for one in document["scenarios"]
        if one["name"] == document["question"]["against"]
    )
    assert not any(" more;" in line for line in sentences(document, daily, "en"))
    spread = dict.fromkeys(("mean", "p10", "p50", "p90"), 100_000.0)
    other["total_cost_idr"] = spread | {"mean_interval": None}
    assert any(" more;" in line for line in sentences(document, daily, "en"))


@pytest.mark.parametrize("code", CODES)
def test_a_day_without_a_queue_that_soon_is_back_is_not_said_alone(code: str) -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    for one in document["scenarios"]:
        queue = one["nobody_waits_any_more"]
        queue |= {"queue_days_share": 0.963, "returns_share": 0.6, "share": 0.5}
    made = comparison_of(document, daily)
    html = text_of(comparison_report(made, language(code)))
    often = "96.3%" if code == "en" else "96,3%"
    dated = [one for one in document["scenarios"] if one["nobody_waits_any_more"]["on"]]
    # On each card and in the paragraph.
    assert dated
    assert html.count(f"{often} of the working" if code == "en" else often) >= len(
        dated
    )
    assert not re.search(r"nobody waits any more with|lagi yang menunggu \(", html)


def test_an_interval_of_days_is_earlier_or_later() -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    turn = next(one for one in document["turns"] if one["input"] == "first_day")
    for edge in turn["edges"]:
        edge["interval"] = [None, edge["above"]]
    assert any(" or earlier)" in line for line in sentences(document, daily, "en"))


def test_what_never_comes_in_this_time_is_not_counted_unsaid() -> None:
    document, daily = deepcopy(case("date", "yes")[:2])
    for one in document["scenarios"]:
        one["nobody_waits_on"] |= {"never_share": 0.0}
    assert "a day beyond" not in sentences(document, daily, "en")[0]
    document["scenarios"][0]["nobody_waits_on"] |= {"never_share": 0.3}
    asked = {document["question"][side] for side in ("choose", "against")}
    document["scenarios"].sort(key=lambda one: one["name"] not in asked)
    document["scenarios"][0]["nobody_waits_on"] |= {"never_share": 0.3}
    said = sentences(document, daily, "en")
    assert any("a day beyond" in line for line in said[:2])


def test_what_pays_only_in_between_is_not_said_to_pay_up_to_a_day() -> None:
    document, daily = deepcopy(case("money", "yes")[:2])
    made = comparison_of(document, daily)
    words = Words(made, language("en"))
    edge = made.break_even[0]
    latest = edge.installation_date.value
    assert isinstance(latest, date)
    first = edge.installation_date.curve[0]
    lost = first.model_copy(update={"day": made.start, "mean": -1.0})
    curve = (lost, *edge.installation_date.curve[1:])
    date_ = edge.installation_date.model_copy(update={"curve": curve})
    between = edge.model_copy(update={"installation_date": date_})
    assert edge.pays_till_then
    assert not between.pays_till_then
    assert "on some days" in pays_sentence(words, between)
    assert "on some days" not in pays_sentence(words, edge)


# Of the old backlog alone none of these may be said: people go on coming.
_GONE = re.compile(
    r"\b(queue|backlog|antrean)\b[^.;:|()]{0,40}?"
    r"\b(gone|finished|is over|vanish\w*|disappear\w*|eliminated|cleared"
    r"|habis|tuntas|lenyap|selesai|menghabiskan)\b"
    r"|\b(menghabiskan|menuntaskan|clear|finish|end)\w* (the )?(old )?"
    r"(queue|backlog|antrean)\b",
    re.IGNORECASE,
)


def test_no_word_ends_the_queue_that_only_the_old_backlog_had() -> None:
    texts = [
        (f"{code}: {key}", text)
        for code in CODES
        for key, text in language(code).texts.items()
    ]
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts += [
        (f"{file.name}:{number}", line)
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    ]
    texts += [("page", text_of(page("money", answer, "en"))) for answer in ANSWERS]
    wrong = [(where, text) for where, text in texts if _GONE.search(text)]
    assert wrong == []
    assert _GONE.search("Server baru: antrean lama habis sekitar 4 Desember")
    assert _GONE.search("the queue is gone on 4 December")


@pytest.mark.parametrize("code", CODES)
def test_without_a_question_the_title_names_both_days(code: str) -> None:
    document, daily, _ = case("money", "yes")
    kept = {k: v for k, v in document.items() if k not in ("question", "verdict")}
    said = title(comparison_report(comparison_of(kept, daily), language(code)))
    shown = expected_cards(document)
    for name in ("saturdays", "Satu server"):  # the soonest, and the baseline
        for day in shown[name][:2]:
            assert day is not None
            assert language(code).plain_date(day) in said


def test_the_page_stays_small(tmp_path: Path) -> None:
    document, daily = long_named()
    html = comparison_report(comparison_of(document, daily), language("id"))
    assert len(html.encode()) < 200_000
    again = json.loads(json.dumps(comparison_of(document, daily).document()))
    assert comparison_of(again, daily).document() == again
