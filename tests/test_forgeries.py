"""Plan folders falsified by who renews every digest: verify and checker.py see it."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from builders import renewed
from folder_damages import (
    FOLDERS,
    FORGERIES,
    Forgery,
    by_checker,
    by_verify,
    genuine,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", FOLDERS)
def test_an_honest_folder_passes_both(name: str, tmp_path: Path) -> None:
    case = genuine(name, tmp_path / "out [1]")
    assert by_verify(tmp_path / "out [1]", case) == set()
    assert by_checker(tmp_path / "out [1]") == set()


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda f: f.name)
def test_a_forgery_is_seen(forgery: Forgery, tmp_path: Path) -> None:
    case = forgery.forged(tmp_path / "out")
    assert forgery.seen in by_verify(tmp_path / "out", case)
    found = by_checker(tmp_path / "out")
    assert found == set() if forgery.checker is None else forgery.checker in found


def _leaves(place: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value of a document."""
    if isinstance(place, dict) and place:
        return [way for key in place for way in _leaves(place[key], (*at, key))]
    if isinstance(place, list) and place:
        return [way for n, each in enumerate(place) for way in _leaves(each, (*at, n))]
    return [at]


def _another(value: Any, rng: random.Random) -> Any:
    """Return another value that a liar might write."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, value * 7 + 3, 10**30, -1])
    if isinstance(value, float):
        return rng.choice([value + 1, value * 1.01 + 0.01, -1.0])
    if isinstance(value, str):
        return _another_text(value, rng)
    return rng.choice([1, "x", [1], {"x": 1}])


def _another_text(text: str, rng: random.Random) -> str:
    near = [text + "1", text[:-1], "x", "0", "2017-09-13", "p1", "p2", "s1", "a03"]
    near += ["NaN", "-1", "99999999999999999999", str(len(text))]
    return rng.choice([each for each in near if each != text])


UNSEEN_SUMMARY = {"engine", "language", "seconds", "source", "status", "files"} | {
    "digests",
    "read_as",
}
"""Keys whose change may harm nobody, or that docs/files.md lists as not checked.

Office and people are made in code here, and have no file to compare a digest with.
"""

UNSEEN_KEYS = {"saves", "person_days", "wasted_trips", "wasted_trips_exact", "bound"}
UNSEEN_COLUMNS = {"one_more", "one_less", "needed_for_rules"}
TABLES = ("plan.csv", "unprinted.csv", "applications.csv", "held.csv", "rejects.csv")
MORE_TABLES = ("prices.csv", "shifts.csv", "quotas.csv")


def _forge_summary(path: Path, rng: random.Random) -> str | None:
    """Change one value of summary.json; return what, or None if it is not held."""
    found = json.loads((path / "summary.json").read_text("utf-8"))
    way = rng.choice([w for w in _leaves(found) if w and w[0] not in UNSEEN_SUMMARY])
    place = found
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = _another(place[way[-1]], rng)
    (path / "summary.json").write_text(json.dumps(found), "utf-8")
    dates = way[0] == "holidays"
    return None if dates or UNSEEN_KEYS & {*map(str, way)} else repr(way)


def _forge_table(path: Path, rng: random.Random) -> str | None:
    """Change one cell of a table, take a row away, or double one."""
    names = [n for n in (*TABLES, *MORE_TABLES) if (path / n).exists()]
    name = rng.choice(names)
    rows = [*csv.reader(io.StringIO((path / name).read_text("utf-8")))]
    if len(rows) == 1:
        return None
    row, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
    title = rows[0][column]
    what = rng.random()
    if what < 0.7:
        rows[row][column] = _another_text(rows[row][column], rng)
    elif what < 0.85:
        del rows[row]
        title = "row away"
    else:
        rows.insert(row, [*rows[row]])
        title = "row twice"
    text = "".join(",".join(cells) + "\n" for cells in rows)
    (path / name).write_text(text, "utf-8")
    away = name == "prices.csv" and title == "row away"
    return None if title in UNSEEN_COLUMNS or away else f"{name} {row} {title}"


def meaning(path: Path) -> list[str]:
    """Return tables and summary, zeros at the end of a fraction left out."""
    texts = [(path / n).read_text("utf-8") for n in (*TABLES, "summary.json")]
    return [re.sub(r"(\.\d*?)0+(?=[,\n])", r"\1", text) for text in texts]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_single_change_passes_both_or_crashes(name: str, tmp_path: Path) -> None:
    """Whoever edits one fact and renews all digests is seen, or it is not held."""
    rng = random.Random(name)
    tries = {"quick": 15, "ci": 200}.get(os.environ.get("EKTP_PROFILE", ""), 40)
    for number in range(200 if os.environ.get("CI") else tries):
        path = tmp_path / str(number)
        case = genuine(name, path)
        try:
            before = meaning(path)
            forge = rng.choice([_forge_summary, _forge_table])
            what = forge(path, rng)
            after = meaning(path)
            renewed(path)
            seen = by_verify(path, case)
            by_checker(path)
            assert seen or what is None or before == after, (number, what)
        finally:
            shutil.rmtree(path)
