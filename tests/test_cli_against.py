"""``plan --against`` as a process: what it leaves, says and refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cli_cases import FROM, OFFICE, one_sentence, run, write_case

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.slow

SHIFTS = """\
[[shifts]]
id = "saturday"
days = ["sat"]
cost_idr = 2500000
[budget]
idr = 2500000
"""
SCENARIOS = """\
[scenarios.now]
[scenarios.new-server]
[[scenarios.new-server.servers]]
id = "server-2"
cards_per_day = { low = 18, likely = 20, high = 24 }
from = { earliest = 2017-09-13, likely = 2017-09-15, latest = 2017-09-20 }
"""
TWO = (
    SCENARIOS
    + """\
[scenarios.other]
[[scenarios.other.servers]]
id = "server-3"
cards_per_day = 10
from = { earliest = 2017-09-13, likely = 2017-09-15, latest = 2017-09-20 }
"""
)
LISTED = ("--dates", "2017-09-14,2017-09-20", "--days", "9")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_case(tmp_path, office=OFFICE + SHIFTS)
    (tmp_path / "scenarios.toml").write_text(SCENARIOS, "utf-8")
    return tmp_path


def chosen(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return run(
        "plan",
        "backlog.csv",
        "--office",
        "office.toml",
        *FROM,
        "--out",
        "out",
        "--against",
        "scenarios.toml",
        *more,
        cwd=folder,
    )


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_rule_of_a_small_office(case: Path) -> None:
    # Twenty wait; server-1 does four a day, the printers six.  If the server comes
    # on Thursday the 14th, 4 + 4 + 6 + 6 are printed by Friday: no Saturday.
    # Otherwise 16 are, and the Saturday prints the last four two days sooner.
    found = document(chosen(case, *LISTED, "--json"))
    assert found["status"] == "optimal"
    assert found["rule"] == {
        "always": [],
        "while_not_installed": [
            {"shift": "saturday", "day": "2017-09-16", "cost_idr": 2500000}
        ],
        "once_installed": [{"from": "2017-09-14", "to": "2017-09-20", "shifts": []}],
    }
    cost = next(tier for tier in found["tiers"] if tier["name"] == "cost_idr")
    assert cost["value"] == 1250000
    assert cost["decided_now"] == 2500000
    assert cost["each_date_known"] == 1250000
    assert (cost["waiting_is_worth"], cost["knowing_is_worth"]) == (1250000, 0)
    assert [date["on"] for date in found["dates"]] == ["2017-09-14", "2017-09-20"]
    assert [len(date["shifts"]) for date in found["dates"]] == [0, 1]


@pytest.mark.slow
def test_the_folder_holds_what_is_printed(case: Path) -> None:
    said = document(chosen(case, *LISTED, "--json"))
    assert [path.name for path in (case / "out").iterdir()] == ["against.json"]
    written = (case / "out" / "against.json").read_bytes()
    kept = json.loads(written)
    assert set(kept) - set(said) == {"program", "files"}
    assert {"out": "out", **kept} == {**said, **kept, "out": "out"}
    document(chosen(case, *LISTED, "--json"))
    assert (case / "out" / "against.json").read_bytes() == written


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "waiting", "worth"),
    [
        (
            "en",
            "Buy each of these only if server-2 is not in use by that morning: "
            "saturday (16 Sep 2017).",
            "Cost of shifts 1,250,000 rupiah less",
        ),
        (
            "id",
            "Beli masing-masing hanya kalau server-2 belum bekerja pada pagi harinya: "
            "saturday (16 Sep 2017).",
            "berkurang 1.250.000",
        ),
    ],
)
def test_it_is_said_in_both_languages(
    case: Path, lang: str, waiting: str, worth: str
) -> None:
    done = chosen(case, *LISTED, "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert waiting in lines
    assert worth in done.stdout
    assert lines[-1].endswith("out/against.json")


def test_one_date_is_said_as_one(case: Path) -> None:
    done = chosen(case, "--dates", "2017-09-20", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert "chosen against the one date on which server-2" in done.stdout
    assert "Exact for this date" in done.stdout
    assert "In any case buy: saturday (16 Sep 2017)." in done.stdout
    assert "is worth nothing here" in done.stdout


@pytest.mark.slow
def test_dates_are_drawn_with_a_seed(case: Path) -> None:
    one, again, other = (
        document(chosen(case, "--json", "--dates", "30", "--seed", seed))
        for seed in (4, 4, 5)
    )
    assert one == again
    assert one["seed"] == 4
    assert sum(date["times"] for date in one["dates"]) == 30
    days = [date["on"] for date in one["dates"]]
    assert days == sorted(days)
    assert "2017-09-13" <= days[0] < days[-1] <= "2017-09-20"
    assert one["dates"] != other["dates"]


@pytest.mark.slow
def test_the_worst_tenth_counts_three_of_thirty(case: Path) -> None:
    more = ("--json", "--dates", "30", "--aim", "worst-tenth")
    found = document(chosen(case, *more))
    assert (found["aim"], found["counted"]) == ("worst-tenth", 3)
    assert found["status"] == "optimal"


@pytest.mark.slow
def test_a_plan_is_never_replaced(case: Path) -> None:
    plan = ("--office", "office.toml", *FROM, "--out", "out", "--no-report")
    assert run("plan", "backlog.csv", *plan, cwd=case).returncode == 0
    assert "out" in one_sentence(chosen(case, *LISTED))
    assert (case / "out" / "summary.json").exists()


def test_a_pin_that_no_shift_saves(case: Path) -> None:
    # The 17th is a Sunday, which no shift opens.
    rows = ["A01,2017-01-11,,2017-09-17"]
    heading = "application_id,waiting_since,urgency,pinned_on"
    (case / "backlog.csv").write_text("\n".join([heading, *rows]) + "\n", "utf-8")
    done = chosen(case, *LISTED, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "infeasible"
    assert not (case / "out").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--dates", "0"), "dates is 0; it must be a whole number from 1 to 1,000"),
        (("--dates", "1001"), "dates is 1001; it must be a whole number"),
        (("--dates", "-3"), "dates is -3; it must be a whole number"),
        (("--dates", "soon"), "--dates is 'soon'; it must be a number from 1 to 1,000"),
        (("--dates", "2017-09-01"), "2017-09-01 is before the start 2017-09-12"),
        (("--scenario", "new-servr"), 'the nearest known one is "new-server"'),
        (("--scenario", "now"), "scenario 'now' has no date range"),
        (("--aim", "best"), "--aim"),
    ],
)
def test_bad_input_is_one_sentence(
    case: Path, more: tuple[str, ...], says: str
) -> None:
    assert says in one_sentence(chosen(case, *more))
    assert not (case / "out").exists()


@pytest.mark.slow
def test_two_scenarios_are_uncertain(case: Path) -> None:
    (case / "scenarios.toml").write_text(TWO, "utf-8")
    assert "(new-server, other); name one" in one_sentence(chosen(case))
    assert document(chosen(case, "--scenario", "other", "--json"))["resource"] == (
        "server-3"
    )


@pytest.mark.slow
def test_no_scenario_is_uncertain(case: Path) -> None:
    certain = "2017-09-15"
    text = SCENARIOS.split("from =")[0] + f"from = {certain}\n"
    (case / "scenarios.toml").write_text(text, "utf-8")
    assert "on an uncertain date" in one_sentence(chosen(case))
    listed = ("--scenario", "new-server", *LISTED, "--json")
    assert document(chosen(case, *listed))["seed"] is None


def test_an_office_without_shifts(case: Path) -> None:
    (case / "office.toml").write_text(OFFICE, "utf-8")
    assert "has no shifts to choose among" in one_sentence(chosen(case))


def test_its_options_go_with_it(case: Path) -> None:
    plan = ("plan", "backlog.csv", "--office", "office.toml", "--out", "out")
    done = run(*plan, *FROM, "--dates", "5", cwd=case)
    assert one_sentence(done).startswith("--dates goes with --against")


@pytest.mark.parametrize(
    "given",
    [
        ("--engine", "auto"),
        ("--format", "csv"),
        ("--no-xlsx",),
        ("--all-sheets",),
        ("--no-report",),
        ("--what-if-dropped",),
    ],
)
def test_what_is_about_a_plan_of_cards_is_refused(
    case: Path, given: tuple[str, ...]
) -> None:
    said = one_sentence(chosen(case, *given))
    assert said == (
        f"{given[0]} is about a plan of cards, and --against makes none; leave one of "
        "the two out"
    )
    assert not (case / "out").exists()


@pytest.mark.slow
def test_what_reads_searches_and_shows_is_honoured(case: Path) -> None:
    search = ("--time-limit", "60", "--workers", "2")
    files = ("--max-rejects", "0", "--provisional", "--force")
    found = document(chosen(case, *LISTED, *search, *files, "--json"))
    assert found["status"] == "optimal"


RULES = {
    "quotas": (
        '[[quotas]]\nper = "week"\nurgency = "routine"\nat_most = 9\n',
        "quotas: ",
        "plan single dates",
    ),
    "crossing": (
        "[cards.KTP-el]\ndefault = true\n[cards.KIA]\nstock = 1\n",
        "cards.KIA.stock",
        "printers and servers of its own or enough stock, or plan single dates",
    ),
    "expiring": (
        "[cards.KTP-el]\ndefault = true\nstock = 30\nexpires_on = 2017-09-12\n"
        "[cards.KIA]\n",
        "cards.KTP-el",
        "take expires_on",
    ),
}


@pytest.mark.parametrize("days", [(), ("--days", "9")])
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_no_network_counts_is_refused_with_what_helps(
    case: Path, rule: str, days: tuple[str, ...]
) -> None:
    text, place, advice = RULES[rule]
    (case / "office.toml").write_text(OFFICE + SHIFTS + text, "utf-8")
    rows = [f"A{n},2017-01-11,,{'KIA' if n % 2 else 'KTP-el'}" for n in range(1, 9)]
    heading = "application_id,waiting_since,urgency,card"
    (case / "backlog.csv").write_text("\n".join([heading, *rows]) + "\n", "utf-8")
    said = one_sentence(chosen(case, "--dates", "2017-09-14,2017-09-20", *days))
    assert said.startswith(place)
    assert advice in said
    assert "--days" not in said
