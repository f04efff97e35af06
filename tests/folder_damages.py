"""Ways to falsify a plan folder and to renew its digests, and who must see each.

`seen` is the code of ``verify`` with the raw files ("refused": the folder is not
read); `checker` that of ``checker.py``, None where the folder alone cannot show it.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from builders import (
    EVERY_DAY,
    Case,
    Slot,
    day,
    make_backlog,
    make_office,
    make_plan,
    planned,
    renewed,
    write_folder,
)
from damages import base, slots_of

from ektp_sched.errors import InputError
from ektp_sched.output import check_evidence, check_folder, load, save
from ektp_sched.trust import checker, verify

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDERS = ("reserve", "shifts", "quotas", "ribbons", "stock", "idle")


@cache
def _case(name: str) -> Case:
    if name in ("reserve", "shifts", "stock"):
        return base(name)[0]
    rules: dict[str, Any] = {
        "calendar": {"workdays": EVERY_DAY},
        "servers": [{"id": "s", "cards_per_day": 2}],
        "printers": [{"id": "p", "cards_per_day": 2}],
    }
    if name in ("quotas", "helped"):
        rules["quotas"] = [{"per": "plan", "area": "North", "at_most": 5}]
    if name == "helped":
        rules["calendar"] = {"workdays": EVERY_DAY[:4]}
        rules["shifts"] = [{"id": "saturday", "days": ["sat"], "cost_idr": 3}]
    elif name == "ribbons":
        rules["printers"][0] |= {"cards_per_ribbon": 1000, "ribbons": 10}
    elif name == "idle":
        rules["calendar"] = {"workdays": EVERY_DAY[:4]}
        rules["shifts"] = [{"id": "saturday", "days": ["sat"], "cost_idr": 3}]
        rules["servers"][0]["cards_per_day"] = rules["printers"][0]["cards_per_day"] = 8
    office = make_office(**rules)
    rows = [
        {"application_id": f"a{i}", "waiting_since": i // 2 - 9}
        | {"area": ("North", "South")[i % 2]}
        for i in range(8)
    ]
    return Case(office, make_backlog(rows, office), 6)


@cache
def _saved(name: str) -> Path:
    path = Path(mkdtemp()) / "out"
    save(planned(_case(name)), path, xlsx=False, report=False)
    return path


def genuine(name: str, path: Path) -> Case:
    """Put an honest folder of that name to a path; return what it was made from."""
    shutil.copytree(_saved(name), path)
    return _case(name)


def by_verify(path: Path, case: Case) -> set[str]:
    """Return the codes that ``verify`` finds, the raw files being at hand."""
    try:
        plan = load(path)
    except InputError:
        return {"refused"}
    found = [*verify(plan, case.backlog, case.office), *check_folder(plan)]
    found += check_evidence(plan, case.backlog, case.office)
    return {each.code for each in found} - {"changed-sheet"}


def by_checker(path: Path) -> set[str]:
    """Return the codes that ``checker.py`` finds; "refused" where it ends with 2."""
    try:
        check = checker.Folder(path)
        check.run()
    except (*checker.UNREADABLE,):
        return {"refused"}
    return {code for code, _ in check.wrong}


@dataclass(frozen=True)
class Forgery:
    """One way to falsify a folder."""

    name: str
    folder: str
    seen: str
    checker: str | None
    apply: Callable[[Path, Case], None]

    def forged(self, path: Path) -> Case:
        case = genuine(self.folder, path)
        self.apply(path, case)
        renewed(path)
        return case


FORGERIES: list[Forgery] = []


def _forgery(
    folder: str, seen: str, checker_code: str | None
) -> Callable[[Callable[[Path, Case], None]], None]:
    def add(function: Callable[[Path, Case], None]) -> None:
        name = function.__name__
        FORGERIES.append(Forgery(name, folder, seen, checker_code, function))

    return add


def _summary(path: Path, **values: Any) -> None:
    found = json.loads((path / "summary.json").read_text("utf-8")) | values
    (path / "summary.json").write_text(json.dumps(found), "utf-8")


def _read(path: Path) -> Any:
    return json.loads((path / "summary.json").read_text("utf-8"))


def _rows(path: Path) -> list[list[str]]:
    return [*csv.reader(io.StringIO(path.read_text("utf-8")))]


def _write(path: Path, rows: list[list[str]]) -> None:
    path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")


def _replan(path: Path, case: Case, slots: list[Slot], keep: bool = False) -> None:
    """Put another plan of the same people in a folder, every figure of it right."""
    status, engine = _read(path)["status"], _read(path)["engine"]
    certificate = (path / "certificate.json").read_bytes() if keep else None
    shutil.rmtree(path)
    write_folder(make_plan(case, slots), case, path)
    found = _read(path)
    for tier in found["tiers"]:
        tier |= {"proven": True, "bound": tier["value"]}
    reason = {"code": "mixed", "rules": [], "text": ""} if engine == "milp" else None
    _summary(path, tiers=found["tiers"], status=status, engine=engine)
    if engine == "milp":
        _summary(path, engine_reason=reason)
    if certificate:
        (path / "certificate.json").write_bytes(certificate)


def _slots(path: Path, case: Case) -> list[Slot]:
    return slots_of(case, load(path))


@_forgery("reserve", "refused", "file")
def another_table_of_the_plan_lies_beside(path: Path, case: Case) -> None:
    load(path).assignments.reverse().write_parquet(path / "plan.parquet")


@_forgery("reserve", "false-sheet", "sheet")
def a_sheet_is_taken_away(path: Path, case: Case) -> None:
    next(path.glob("batches/*/*.csv")).unlink()


@_forgery("reserve", "false-sheet", "sheet")
def a_sheet_is_added(path: Path, case: Case) -> None:
    one = next(path.glob("batches/*/*.csv"))
    shutil.copy(one, one.with_name("p9.csv"))


@_forgery("reserve", "false-sheet", "sheet")
def a_sheet_tells_another_order(path: Path, case: Case) -> None:
    sheets = [
        p for p in path.glob("batches/*/*.csv") if p.read_bytes().count(b"\n") > 2
    ]
    lines = sheets[0].read_bytes().splitlines(keepends=True)
    sheets[0].write_bytes(b"".join([lines[0], *lines[:0:-1]]))


@_forgery("quotas", "stated-figure", "claim")
def the_table_of_quotas_is_taken_away(path: Path, case: Case) -> None:
    (path / "quotas.csv").unlink()


@_forgery("quotas", "stated-figure", "claim")
def the_table_of_quotas_says_more(path: Path, case: Case) -> None:
    rows = _rows(path / "quotas.csv")
    rows[1][4] = "3"
    _write(path / "quotas.csv", rows)


@_forgery("ribbons", "status", "claim")
def a_certificate_is_taken_away_where_nothing_runs_out(path: Path, case: Case) -> None:
    _summary(path, engine="milp")
    _replan(path, case, _slots(path, case)[::-1])


@_forgery("quotas", "better-exchange", "better")
def a_queue_is_reversed_beside_a_harmless_quota(path: Path, case: Case) -> None:
    _replan(path, case, _slots(path, case)[::-1])


@_forgery("quotas", "status", "claim")
def a_queue_is_reversed_and_called_proven_but_not_optimal(
    path: Path, case: Case
) -> None:
    _summary(path, status="feasible")
    _replan(path, case, _slots(path, case)[::-1])


@_forgery("quotas", "free-slot", "better")
def a_slot_is_left_free(path: Path, case: Case) -> None:
    slots = _slots(path, case)
    last = max(range(len(slots)), key=lambda i: (slots[i] or (0,))[0])
    slots[last] = (case.days - 1, "p", "s")
    _replan(path, case, slots)


@_forgery("quotas", "free-slot", "better")
def somebody_is_left_out(path: Path, case: Case) -> None:
    slots = _slots(path, case)
    last = max(range(len(slots)), key=lambda i: (slots[i] or (0,))[0])
    slots[last] = None
    _replan(path, case, slots)
    rows = _rows(path / "unprinted.csv")
    rows[1][3] = "quota"
    _write(path / "unprinted.csv", rows)
    _summary(path, unprinted_by_reason={"quota": 1})


@_forgery("quotas", "tie-break", "tie")
def two_alike_change_places_beside_a_harmless_quota(path: Path, case: Case) -> None:
    slots = _slots(path, case)
    rows = [row["waiting_since"] for row in case.rows()]
    pairs = [
        (i, k)
        for i, one in enumerate(slots)
        for k, other in enumerate(slots)
        if one and other and i < k and rows[i] == rows[k] and one[0] < other[0]
    ]
    if not pairs:  # those alike have one day each: two of one day move on
        slots = [slots[0], *[s and (s[0] + 1, *s[1:]) for s in slots[1:]]]
        i, k = 0, 1
    else:
        i, k = pairs[0]
    slots[i], slots[k] = slots[k], slots[i]
    _replan(path, case, slots)


@_forgery("idle", "idle-shift", "better")
def a_shift_is_worked_for_nothing(path: Path, case: Case) -> None:
    proof = json.loads((path / "certificate.json").read_text("utf-8"))
    proof["decisions"] = None
    (path / "certificate.json").write_text(json.dumps(proof), "utf-8")
    use = {"id": "saturday", "day": str(day(4)), "cost_idr": 3, "saves": []}
    use |= {"person_days": 0, "wasted_trips": 0.0, "wasted_trips_exact": "0"}
    tiers = _read(path)["tiers"]
    for tier in tiers:
        cost = {"cost_idr": 3, "shifts": 1}.get(tier["name"], tier["value"])
        tier |= {"value": cost, "bound": cost}
        tier |= {"exact": str(cost)} if tier["name"] in ("cost_idr", "shifts") else {}
    _summary(path, shifts=[use | {"needed_for_rules": False}], tiers=tiers)
    heading = (path / "shifts.csv").read_text("utf-8").splitlines()[0]
    row = f"saturday,{day(4)},3,,,,,,,false"
    (path / "shifts.csv").write_text(f"{heading}\n{row}\n", "utf-8")


@_forgery("helped", "useful-shift", "better")
def a_shift_that_helps_is_left_out(path: Path, case: Case) -> None:
    slots = _slots(path, case)
    left = {i for i, slot in enumerate(slots) if slot and slot[0] == 4}
    assert left
    _replan(path, case, [None if i in left else s for i, s in enumerate(slots)])


@_forgery("reserve", "false-sheet", "sheet")
def two_printers_change_their_sheets(path: Path, case: Case) -> None:
    days = [sorted(on.glob("*.csv")) for on in sorted((path / "batches").iterdir())]
    first, second = next(sheets for sheets in days if len(sheets) > 1)[:2]
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)


@_forgery("reserve", "false-sheet", "sheet")
def a_sheet_has_two_columns_of_ids(path: Path, case: Case) -> None:
    sheet = next(path.glob("batches/*/*.csv"))
    lines = sheet.read_text("utf-8-sig").splitlines()
    mark = max(";,", key=lines[0].count)
    at = next(n for n, title in enumerate(lines[0].split(mark)) if "ID" in title)
    title, *ids = [line.split(mark)[at] for line in lines]
    ids = [title, *reversed(ids)]
    both = [f"{line}{mark}{i}" for i, line in zip(ids, lines, strict=True)]
    sheet.write_text("\n".join(both) + "\n", "utf-8")


def _key(
    key: str,
    value: Any,
    folder: str = "reserve",
    seen: str = "stated-figure",
    checker_code: str | None = "claim",
) -> None:
    """Add a forgery that states another value of a key of summary.json."""

    def apply(path: Path, case: Case) -> None:
        old = _read(path)[key]
        _summary(path, **{key: value(old) if callable(value) else value})

    FORGERIES.append(
        Forgery(f"another_{key}_is_stated", folder, seen, checker_code, apply)
    )


def _deep(old: Any, *keys: Any, by: int = 1) -> Any:
    """Return a copy of a document with one number in it changed."""
    new = json.loads(json.dumps(old))
    place = new
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = (place[keys[-1]] or 0) + by
    return new


_key("waits", lambda old: _deep(old, "before", "longest_days"))
_key("clearance", lambda old: _deep(old, "by_day", 0, "left", by=-1))
_key("uses", lambda old: _deep(old, 0, "cards"))
_key("by_area", lambda old: _deep(_deep(old, 0, "planned"), 1, "planned", by=-1))
_key("unprinted_by_reason", {"capacity": 1})
_key("held_by_status", {"SFE": 1})
_key("rejected_by_reason", {"missing": 1})
_key("quotas", lambda old: _deep(old, 0, "kept"), "quotas")
_key("tie_break", "lottery")
_key("seed", 7)
_key("office", "Another office")
_key("engine_reason", {"code": "mixed", "rules": [], "text": ""})
_key(
    "holidays",
    {str(day(0)): "Hari libur"},
    seen="stated-holidays",
    checker_code="limit",
)
_key("classified", {"rule": 3}, checker_code=None)
_key("prioritised", 1, checker_code=None)
_key("priority_unmatched", 1, checker_code=None)
_key("provisional", True, checker_code=None)
_key(
    "warnings",
    [{"code": "pinned-before-start", "figures": {"count": 9}, "text": "x"}],
    checker_code=None,
)


def _cell(
    table: str,
    row: int,
    column: int,
    value: str,
    seen: str,
    checker_code: str | None,
    folder: str = "reserve",
) -> None:
    """Add a forgery that states another cell of a table."""

    def apply(path: Path, case: Case) -> None:
        rows = _rows(path / table)
        rows[row][column] = value
        _write(path / table, rows)

    name = f"{rows_name(table)}_{column}_is_{value or 'empty'}"
    FORGERIES.append(Forgery(name, folder, seen, checker_code, apply))


def rows_name(table: str) -> str:
    return table.replace(".", "_")


_cell("plan.csv", 1, 3, "sX", "unknown-server", "rule")
_cell("plan.csv", 1, 2, "pX", "unknown-printer", "rule")
_cell("plan.csv", 1, 1, "2099-01-01", "outside-horizon", "rule")
_cell("plan.csv", 1, 4, "9223372036854775807", "batch", "row")
_cell("plan.csv", 1, 5, "-1", "position", "row")
_cell("plan.csv", 1, 5, "first", "refused", "row")
_cell("plan.csv", 1, 6, "9223372036854775807", "wait-days", "row")
_cell("plan.csv", 1, 7, "nobody", "urgency", "row")
_cell("plan.csv", 1, 8, "NaN", "pressure", "refused")
_cell("plan.csv", 1, 8, "inf", "pressure", "refused")
_cell("unprinted.csv", 1, 2, "nobody", "unprinted-urgency", "row")
_cell("applications.csv", 1, 3, "nobody", "refused", "refused")
_cell("applications.csv", 1, 1, "2017-01-01", "false-evidence", "row")
_cell("shifts.csv", 1, 2, "1", "stated-figure", "claim", "shifts")
_cell("shifts.csv", 1, 7, "1000", "stated-figure", "claim", "shifts")
_cell("prices.csv", 1, 0, "pX", "stated-figure", "claim")
_cell("prices.csv", 1, 2, "promises", "stated-figure", "claim")


@_forgery("reserve", "printed-twice", "once")
def somebody_is_printed_in_place_of_another(path: Path, case: Case) -> None:
    rows = _rows(path / "plan.csv")
    rows[2][0] = rows[1][0]
    _write(path / "plan.csv", rows)


@_forgery("reserve", "false-evidence", "once")
def somebody_printed_is_held_too(path: Path, case: Case) -> None:
    name, old = _rows(path / "plan.csv")[1][0], _read(path)
    (path / "held.csv").write_text(f"application_id,status\n{name},SFE\n", "utf-8")
    area = _deep(old["by_area"], 0, "held")
    counts = {"read": old["read"] + 1, "held": 1, "held_by_status": {"SFE": 1}}
    _summary(path, by_area=area, **counts)


@_forgery("reserve", "false-evidence", "claim")
def a_held_person_is_invented(path: Path, case: Case) -> None:
    (path / "held.csv").write_text("application_id,status\nx,SFE\n", "utf-8")
