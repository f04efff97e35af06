"""checker.py on the folder of a second morning, and `verify` on the same."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from builders import make_office, renewed
from test_checker import run

import ektp_sched as ek
from ektp_sched.backlog.known import GIVEN
from ektp_sched.errors import InputError
from ektp_sched.output import check_folder, load, save
from ektp_sched.trust import checker, checker_choice, verify
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

FIRST, START = date(2017, 9, 18), date(2017, 9, 19)
TITLES = ["application_id", "waiting_since", "ready_on", "urgency", "area"]
TITLES += ["promised_on", "status"]


def wrong(folder: Path) -> set[str]:
    """Renew a folder's digests and check it; return the codes of what is wrong."""
    renewed(folder)
    check = checker.Folder(folder)
    try:
        check.run()
    except checker.UNREADABLE:
        return {"refused"}
    return {code for code, _ in check.wrong}


def office(**changes: Any) -> Office:
    """Return two equal printers, and one for a district."""
    return make_office(
        servers=[{"id": "s", "cards_per_day": 9}],
        printers=[
            {"id": "p1", "cards_per_day": 2},
            {"id": "p2", "cards_per_day": 2},
            {"id": "p3", "cards_per_day": 1, "areas": ["North"]},
        ],
        urgency={
            "routine": {"target_days": 30, "default": True},
            "urgent": {"target_days": 10},
        },
        status={"printable": ["PRR"], "done": ["PRINTED"]},
        plan={"batch_size": 2, "freeze_days": 1},
        **changes,
    )


def export(path: Path, rows: dict[str, dict[str, str]]) -> Path:
    """Write an export; rows are by id."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, TITLES, lineterminator="\n")
        table.writeheader()
        for name, row in rows.items():
            table.writerow({"application_id": name, **row})
    return path


def person(number: int, **changes: str) -> dict[str, str]:
    """Return a row; lower numbers wait longer."""
    row = {
        "waiting_since": str(date(2017, 8, 1) + timedelta(number)),
        "urgency": "routine",
        "area": ("North", "South")[number % 2],
        "status": "PRR",
    }
    return row | changes


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Backlog]:
    """Return the folder of a second morning, and its backlog read anew.

    On the first day a0 to a4 stood on sheets.  a0 is printed and the export does not
    know it, a1 is spoilt, a2 was not printed, nobody knows of a3, and a4 is printed and
    dropped.  a5 is held now, a6 gone, a7 rejected, a8 not ready, and a9 promised.
    """
    root = tmp_path_factory.mktemp("mornings")
    people = {f"a{n}": person(n) for n in range(20)}
    first = ek.read_backlog(export(root / "1.csv", people), office())
    yesterday = ek.plan(first, office(), start=FIRST, days=4)
    save(yesterday, root / "1", xlsx=False, report=False)
    assert set(yesterday.assignments["application_id"][:5]) == {*list(people)[:5]}
    done = root / "done.csv"
    done.write_text(
        "application_id,result,reason\na0,printed,\na1,spoilt,smudged\n"
        "a2,unprinted,\nx,printed,\n",
        encoding="utf-8",
    )
    del people["a4"], people["a6"]
    people["a5"]["status"] = "SFE"
    people["a7"]["waiting_since"] = "kemarin"
    people["a8"]["ready_on"] = "2017-09-20"
    people["a9"]["promised_on"] = "2017-09-18"
    people["a19"]["promised_on"] = "2017-09-20"
    people |= {f"n{n}": person(n, urgency="urgent") for n in (3, 30)}
    today = office(outages=[{"resource": "p2", "from": START, "to": START}])
    second = ek.read_backlog(export(root / "2.csv", people), today, max_rejects=0.5)
    known: dict[str, Any] = {
        "previous": root / "1",
        "done": done,
        "open": "exclude",
        "gone": "accept",
    }
    plan = ek.plan(second, today, start=START, days=3, **known)
    save(plan, root / "2", xlsx=False, report=False)
    return root / "2", with_yesterday(second, today, start=START, **known)


@pytest.fixture
def folder(morning: tuple[Path, Backlog], tmp_path: Path) -> Path:
    return shutil.copytree(morning[0], tmp_path / "2")


def table(folder: Path, name: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO((folder / name).read_text("utf-8")))]


def write(folder: Path, name: str, rows: list[list[str]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def summary(folder: Path) -> Any:
    return json.loads((folder / "summary.json").read_text("utf-8"))


def state(folder: Path, **values: Any) -> None:
    text = json.dumps(summary(folder) | values)
    (folder / "summary.json").write_text(text, "utf-8")


# True folders


@pytest.mark.slow
def test_a_second_morning_passes(morning: tuple[Path, Backlog], folder: Path) -> None:
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    assert "nothing wrong was found" in result.stdout
    assert "frozen = " in result.stdout
    counts = summary(folder)["previous"]
    assert {row[1] for row in table(folder, "carried.csv")[1:]} == {"printed", "open"}
    reasons = {row[4] for row in table(folder, "changes.csv")[1:]}
    assert reasons >= {"gone", "held", "rejected", "not-ready", "earlier"}
    assert table(folder, "slipped.csv")[1:]
    assert table(folder, "done_rejects.csv")[1:]
    for key in ("printed", "open", "waiting", "held", "gone", "new", "spoilt"):
        assert counts[key], key
    path, backlog = morning
    plan = load(path)
    assert verify(plan, backlog, plan.office) == []
    assert check_folder(plan) == []


def test_marks_on_sheets_are_no_damage(folder: Path) -> None:
    for path in folder.glob("batches/*/*.csv"):
        heading, *lines = path.read_text("utf-8-sig").splitlines()
        marked = [f"{line[:-1]}x" for line in lines]
        path.write_text("\n".join([heading, *marked]) + "\n", "utf-8")
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    assert "batches" in result.stdout


# Damage

Damage = tuple[str, "Callable[[Path], None]"]
DAMAGES: dict[str, Damage] = {}


def damage(code: str) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    def add(function: Callable[[Path], None]) -> Callable[[Path], None]:
        DAMAGES[function.__name__] = code, function
        return function

    return add


def of(rows: list[list[str]], *values: str) -> list[str]:
    """Return the first row that holds all of these values."""
    return next(row for row in rows if {*values} <= {*row})


def restate(folder: Path, name: str, word: str, at: int, value: str) -> None:
    """Change a cell of the first row that holds a word."""
    rows = table(folder, name)
    of(rows, word)[at] = value
    write(folder, name, rows)


def hide(folder: Path, name: str, word: str) -> None:
    """Take away the first row that holds a word."""
    rows = table(folder, name)
    rows.remove(of(rows, word))
    write(folder, name, rows)


@damage("again")
def somebody_printed_is_planned(folder: Path) -> None:
    """The list says printed of one who is planned."""
    rows = table(folder, "carried.csv")
    rows[1][0] = "a10"
    write(folder, "carried.csv", rows)


@damage("claim")
def one_handed_on_is_dropped(folder: Path) -> None:
    write(folder, "carried.csv", table(folder, "carried.csv")[:-1])


@damage("claim")
def one_open_is_called_printed(folder: Path) -> None:
    restate(folder, "carried.csv", "open", 1, "printed")


@damage("claim")
def one_is_printed_tomorrow(folder: Path) -> None:
    restate(folder, "carried.csv", "printed", 2, "2017-09-20")


@damage("claim")
def those_handed_on_are_not_in_order(folder: Path) -> None:
    heading, *rows = table(folder, "carried.csv")
    write(folder, "carried.csv", [heading, *reversed(rows)])


@damage("claim")
def one_that_is_gone_is_handed_on(folder: Path) -> None:
    restate(folder, "carried.csv", "open", 0, "a6")


@damage("file")
def nobody_is_handed_on(folder: Path) -> None:
    (folder / "carried.csv").unlink()


@damage("claim")
def a_change_is_hidden(folder: Path) -> None:
    hide(folder, "changes.csv", "earlier")


@damage("claim")
def a_change_is_invented(folder: Path) -> None:
    heading, *rows = table(folder, "changes.csv")
    kept = ({row[0] for row in table(folder, "plan.csv")} - {r[0] for r in rows}).pop()
    rows.append([kept, "2017-09-19", "2017-09-20", "1", "others"])
    write(folder, "changes.csv", [heading, *sorted(rows)])


@damage("claim")
def a_change_has_another_reason(folder: Path) -> None:
    restate(folder, "changes.csv", "earlier", 4, "capacity")


@damage("claim")
def somebody_gone_is_hidden(folder: Path) -> None:
    hide(folder, "changes.csv", "gone")


@damage("claim")
def somebody_held_is_called_gone(folder: Path) -> None:
    restate(folder, "changes.csv", "held", 4, "gone")


@damage("once")
def somebody_planned_is_called_gone(folder: Path) -> None:
    rows = table(folder, "changes.csv")
    of(rows, "gone")[0] = "a10"
    write(
        folder, "changes.csv", sorted(rows, key=lambda row: (row[0] != rows[0][0], row))
    )


@damage("file")
def changes_are_hidden(folder: Path) -> None:
    (folder / "changes.csv").unlink()


@damage("claim")
def a_slip_is_hidden(folder: Path) -> None:
    write(folder, "slipped.csv", table(folder, "slipped.csv")[:-1])


@damage("claim")
def a_slip_is_shorter(folder: Path) -> None:
    rows = table(folder, "slipped.csv")
    rows[1][3] = str(int(rows[1][3] or 9) - 1)
    write(folder, "slipped.csv", rows)


@damage("file")
def slips_are_hidden(folder: Path) -> None:
    (folder / "slipped.csv").unlink()


def give(folder: Path, name: str, **values: str) -> None:
    """Change where the previous plan printed somebody."""
    rows = table(folder, "applications.csv")
    row = of(rows, name)
    for key, value in values.items():
        row[rows[0].index(key)] = value
    write(folder, "applications.csv", rows)


@damage("claim")
def a_given_day_is_another(folder: Path) -> None:
    moved = of(table(folder, "changes.csv"), "earlier")
    give(folder, moved[0], given_on=moved[2])


@damage("place")
def a_given_place_is_another(folder: Path) -> None:
    rows = table(folder, "applications.csv")
    at = {title: n for n, title in enumerate(rows[0])}
    kept = [
        row
        for row in table(folder, "plan.csv")[1:]
        if [row[1], row[2], row[4], row[5]]
        == [of(rows, row[0])[at[key]] for key in GIVEN]
    ]
    sheets = Counter((row[1], row[2]) for row in kept)
    whole = Counter((row[1], row[2]) for row in table(folder, "plan.csv"))
    alone = [row for row in kept if sheets[row[1], row[2]] == 1]
    row = next(row for row in alone if whole[row[1], row[2]] == 2)
    give(folder, row[0], given_position=str(3 - int(row[5])))


@damage("row")
def a_given_place_is_not_whole(folder: Path) -> None:
    give(folder, "a10", given_batch="")


@damage("row")
def a_given_day_is_past(folder: Path) -> None:
    give(folder, "a10", given_on="2017-09-15")


@damage("row")
def a_spoilt_card_is_given_another_day(folder: Path) -> None:
    give(folder, "a1", given_on="2017-09-20")


@damage("refused")
def given_columns_are_missing(folder: Path) -> None:
    rows = table(folder, "applications.csv")
    write(folder, "applications.csv", [row[:-1] for row in rows])


@damage("claim")
def moved_is_fewer(folder: Path) -> None:
    tiers = summary(folder)["tiers"]
    assert tiers[-1]["name"] == "moved"
    tiers[-1] |= {"value": 0, "bound": 0, "exact": "0"}
    state(folder, tiers=tiers)


@damage("claim")
def moved_is_left_out(folder: Path) -> None:
    state(folder, tiers=summary(folder)["tiers"][:-1])


@damage("claim")
def frozen_stands_behind_pressure(folder: Path) -> None:
    tiers = summary(folder)["tiers"]
    names = [tier["name"] for tier in tiers]
    at = names.index("frozen")
    assert names[at + 1] == "pressure"
    tiers[at : at + 2] = reversed(tiers[at : at + 2])
    state(folder, tiers=tiers)


@damage("table")
def it_is_called_a_first_morning(folder: Path) -> None:
    rest = {key: value for key, value in summary(folder).items() if key != "previous"}
    (folder / "summary.json").write_text(json.dumps(rest), "utf-8")


@damage("claim")
def rejects_of_sheets_are_hidden(folder: Path) -> None:
    (folder / "done_rejects.csv").unlink()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found(name: str, folder: Path) -> None:
    code, apply = DAMAGES[name]
    apply(folder)
    assert code in wrong(folder)


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_by_verify(
    name: str, morning: tuple[Path, Backlog], folder: Path
) -> None:
    DAMAGES[name][1](folder)
    renewed(folder)
    try:
        plan = load(folder)
    except InputError:
        return
    assert [*verify(plan, morning[1], plan.office), *check_folder(plan)]


COUNTS = ["planned_before", "printed", "open", "waiting", "held", "gone", "new"]
COUNTS += ["carried_printed", "carried_open", "taken_out"]


@pytest.mark.parametrize("key", COUNTS)
@pytest.mark.parametrize("more", [1, -1])
def test_every_count_adds_up(key: str, more: int, folder: Path) -> None:
    counts = summary(folder)["previous"]
    state(folder, previous=counts | {key: counts[key] + more})
    assert "claim" in wrong(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start", "2017-09-20"),
        ("spoilt", 19),
        ("unprinted", 0),
        ("replanned", 3),
        ("returned", 4),
        ("overdue_registry", 1),
        ("promises_joined", 3),
        ("open_choice", "plan"),
        ("open_choice", None),
        ("gone", True),
        ("more", 1),
        ("readings", []),
    ],
)
def test_what_cannot_be_is_found(key: str, value: Any, folder: Path) -> None:
    state(folder, previous=summary(folder)["previous"] | {key: value})
    assert "claim" in wrong(folder)


@pytest.mark.slow
def test_the_office_may_name_moved(tmp_path: Path) -> None:
    """Then it stands there, and on a first morning nowhere."""
    tiers = ("unprinted", "moved", "pressure")
    named = office().model_copy(
        update={"plan": office().plan.model_copy(update={"tiers": tiers})}
    )
    people = {f"a{n}": person(n) for n in range(20)}
    backlog = ek.read_backlog(export(tmp_path / "e.csv", people), named)
    first = ek.plan(backlog, named, start=FIRST, days=4)
    again = ek.plan(
        backlog, named, start=START, days=3, previous=first, open="plan", gone="accept"
    )
    for plan, names in (
        (first, ["unprinted", "pressure"]),
        (again, ["unprinted", "moved", "frozen", "pressure"]),
    ):
        path = tmp_path / str(plan.start)
        save(plan, path, xlsx=False, report=False)
        assert [tier["name"] for tier in summary(path)["tiers"]] == names
        assert wrong(path) == set()


@pytest.mark.slow
def test_a_day_that_is_left_without_need_is_seen_without_a_certificate(
    tmp_path: Path,
) -> None:
    """A move to a later day helps one who was given it, where that has room."""
    named = make_office(
        plan={"tiers": ["unprinted", "moved", "pressure"]},
        quotas=[{"per": "plan", "at_most": 9, "area": "North"}],
    )
    people = {f"a{n}": person(n) for n in range(4)}
    backlog = ek.read_backlog(export(tmp_path / "e.csv", people), named)
    first = ek.plan(backlog, named, start=FIRST, days=4)
    again = ek.plan(backlog, named, start=FIRST, days=4, previous=first)
    save(again, tmp_path / "2", xlsx=False, report=False)
    folder = tmp_path / "2"
    (folder / "certificate.json").unlink()  # Earlier versions wrote none.
    state(folder)
    assert wrong(folder) == set()
    late = again.assignments.row(-1, named=True)
    other = str(late["day"] + timedelta(2))
    give(folder, late["application_id"], given_on=other)
    rows = table(folder, "changes.csv")
    rows.append([late["application_id"], other, str(late["day"]), "-2", "earlier"])
    write(folder, "changes.csv", rows)
    tiers = summary(folder)["tiers"]
    tiers[1] |= {"value": 1, "bound": 1, "exact": "1"}
    state(folder, tiers=tiers)
    assert wrong(folder) == {"better"}


def test_a_tier_that_falls_with_the_day_is_least_at_nothing(
    morning: tuple[Path, Backlog],
) -> None:
    """What `moved` costs on the first day is no bound below it."""
    folder = checker.Folder(morning[0])
    folder.read_people()
    choice = checker_choice.Choice.__new__(checker_choice.Choice)
    choice.folder = folder
    cohorts = [cohort for cohort, _ in folder.people.values()]
    choice.size = Counter(cohorts)
    tier = ("moved", None, None)
    assert sum(folder.cost(tier, cohort, 0) for cohort in cohorts) > 0
    assert choice.lost(tier) == 0
