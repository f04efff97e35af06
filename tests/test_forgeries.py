"""Plan folders falsified by who renews every digest: verify and checker.py see it."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections import defaultdict
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
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


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


Change = tuple[str, tuple[Any, ...]]
"""A file, and the way to a value of summary.json, or row and column of a table."""


def _changes(path: Path) -> dict[tuple[str, ...], list[Change]]:
    """Return every place where one fact could be changed, by what stands there."""
    changes = defaultdict(list)
    for way in _leaves(json.loads((path / "summary.json").read_text("utf-8"))):
        if way and way[0] not in UNSEEN_SUMMARY:
            kind = tuple("#" if isinstance(key, int) else key for key in way)
            changes["summary.json", *kind].append(("summary.json", way))
    for name in (n for n in (*TABLES, *MORE_TABLES) if (path / n).exists()):
        heading, *rows = _rows(path / name)
        for title in (*heading, "row away", "row twice") if rows else ():
            places = [(name, (row, title)) for row in range(1, len(rows) + 1)]
            changes[name, title] += places
    return changes


def _rows(path: Path) -> list[list[str]]:
    return [*csv.reader(io.StringIO(path.read_text("utf-8")))]


def _forge(path: Path, change: Change, rng: random.Random) -> bool:
    """Change one fact of a folder; return whether verify holds it."""
    name, way = change
    if name == "summary.json":
        return _forge_summary(path / name, way, rng)
    rows = _rows(path / name)
    row, title = way
    if title == "row away":
        del rows[row]
    elif title == "row twice":
        rows.insert(row, [*rows[row]])
    else:
        column = rows[0].index(title)
        rows[row][column] = _another_text(rows[row][column], rng)
    text = "".join(",".join(cells) + "\n" for cells in rows)
    (path / name).write_text(text, "utf-8")
    away = (name, title) == ("prices.csv", "row away")
    return title not in UNSEEN_COLUMNS and not away


def _forge_summary(path: Path, way: tuple[Any, ...], rng: random.Random) -> bool:
    document = json.loads(path.read_text("utf-8"))
    place = document
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = _another(place[way[-1]], rng)
    path.write_text(json.dumps(document), "utf-8")
    return way[0] != "holidays" and not UNSEEN_KEYS & {*map(str, way)}


def meaning(path: Path) -> list[str]:
    """Return tables and summary, zeros at the end of a fraction left out."""
    texts = [(path / n).read_text("utf-8") for n in (*TABLES, "summary.json")]
    return [re.sub(r"(\.\d*?)0+(?=[,\n])", r"\1", text) for text in texts]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_single_change_passes_both_or_crashes(name: str, tmp_path: Path) -> None:
    """Whoever edits one fact and renews all digests is seen, or it is not held.

    No kind of fact is changed twice in a folder.
    """
    rng = random.Random(name)
    genuine(name, tmp_path / "honest")
    changes, before = _changes(tmp_path / "honest"), meaning(tmp_path / "honest")
    kinds = sorted(changes)
    rng.shuffle(kinds)
    for kind in kinds[: max(8, settings().max_examples // 3)]:
        change = rng.choice(changes[kind])
        case = genuine(name, path := tmp_path / "forged")
        held = _forge(path, change, rng)
        changed = meaning(path) != before
        renewed(path)
        seen = by_verify(path, case)
        by_checker(path)
        assert seen or not held or not changed, change
        shutil.rmtree(path)
