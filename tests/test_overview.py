"""How a day stands: what the sheets say of it, and never otherwise than the ledger."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from cli_cases import HEADING, OFFICE, ROWS, run

from ektp_sched.days import open_office
from ektp_sched.days.corrections import undo
from ektp_sched.days.notes import record_counts, record_outage, record_told
from ektp_sched.days.overview import overview
from ektp_sched.days.record import record
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import Down
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.morning.rest import rest
from ektp_sched.telling.overview import overview_told

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from ektp_sched.days.overview import Overview
    from ektp_sched.days.sheets import Sheet

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY, THURSDAY = (date(2017, 9, day) for day in (12, 13, 14))
STOCKED = f"{OFFICE}[cards.KTP-el]\nstock = 100\ndefault = true\n"


def drop(folder: Path, day: date, rows: list[str]) -> None:
    path = folder / "exports" / f"{day}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([HEADING, *rows, ""]))
    noon = 43_200 + 86_400 * (day.toordinal() - date(1970, 1, 1).toordinal())
    os.utime(path, (noon, noon))


def signed(day: date, **more: Any) -> Signature:
    return Signature(by="Sri", day=day, confirmed=True, **more)


def stands(folder: Path, day: date) -> Overview:
    """Return how a day stands, which the whole ledger must say too."""
    office = open_office(folder)
    now = overview(office, day)
    with office.ledger.reading() as reader:
        state = state_of(reader)
    places = state.unknown(day).select("day", "printer").rows()
    assert unknown(now.earlier) == Counter(places)
    if now.plan is not None:
        standing = state.standing(day).select("day", "printer").rows()
        assert unknown(now.sheets) == Counter(standing)
    for sheet in (*now.earlier, *now.sheets):
        known = sheet.printed + sheet.spoilt + sheet.unprinted + sheet.open
        assert sheet.cards == known + sheet.unknown
        assert sheet.path is not None
        assert sheet.path.is_file()
    return now


def unknown(sheets: tuple[Sheet, ...]) -> Counter[tuple[date, str]]:
    counts: Counter[tuple[date, str]] = Counter()
    for sheet in sheets:
        counts[sheet.day, sheet.printer] += sheet.unknown
    return +counts


def on_sheets(folder: Path, day: date, plan: str = "") -> list[str]:
    rows = pl.read_csv(folder / "plans" / str(day) / plan / "plan.csv")
    return rows.filter(day=str(day))["application_id"].to_list()


def test_a_course_of_days_stands_as_the_ledger_has_it(
    tmp_path: Path, ledger_url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ledger_url.render_as_string(hide_password=False)
    monkeypatch.setenv("EKTP_LEDGER", address)
    (tmp_path / "office.toml").write_text(STOCKED)
    office = open_office(tmp_path)
    assert overview(office, TUESDAY).export is None
    drop(tmp_path, TUESDAY, ROWS)
    nothing = overview(office, TUESDAY)
    assert not nothing.begun
    assert nothing.export is not None
    assert not nothing.export.taken_in

    given: dict[str, Any] = {"by": "Sri", "days": 10, "report": False}
    today(office, on=TUESDAY, **given)
    made = stands(tmp_path, TUESDAY)
    assert made.plan is not None
    assert made.export is not None
    assert made.export.taken_in
    assert (made.earlier, made.came_since) == ((), False)
    assert sum(sheet.unknown for sheet in made.sheets) == 4
    (blanks,) = made.blanks
    assert (blanks.counted, blanks.expected) == (100, 100)

    # A printer stops at noon, with one card printed and one spoilt.
    first, *_, second = on_sheets(tmp_path, TUESDAY)
    lists = tmp_path / "lists"
    lists.mkdir()
    done = lists / "noon.csv"
    done.write_text(f"application_id,result\n{first},printed\n{second},spoilt\n")
    record(office, [done], signed(TUESDAY))
    record_outage(office, Down("printer-1", TUESDAY, None, 0), signed(TUESDAY))
    noon = stands(tmp_path, TUESDAY)
    assert noon.came_since
    assert [each.resource for each in noon.outages] == ["printer-1"]
    assert sum(sheet.printed for sheet in noon.sheets) == 1
    assert sum(sheet.spoilt for sheet in noon.sheets) == 1
    rest(office, on=TUESDAY, **given)
    later = stands(tmp_path, TUESDAY)
    assert not later.came_since
    assert [s.printer for s in later.sheets if s.void] == ["printer-1"]
    assert any(sheet.plan == 2 for sheet in later.sheets)

    # In the morning a card of which nobody knows is left open, and then is known.
    stands(tmp_path, WEDNESDAY)
    drop(tmp_path, WEDNESDAY, ROWS)
    waits = stands(tmp_path, WEDNESDAY)
    assert waits.plan is None
    assert waits.earlier
    asked = sum(unknown(waits.earlier).values())
    assert asked == 2
    today(office, on=WEDNESDAY, open="exclude", **given)
    left = stands(tmp_path, WEDNESDAY)
    assert sum(sheet.open for sheet in left.earlier) == asked
    with office.ledger.reading() as reader:
        state = state_of(reader)
    left_open = state.results.filter(result="open").join(state.people, on="person")
    ids = left_open["application_id"].to_list()
    done.write_text(
        "\n".join(["application_id,date", *(f"{i},2017-09-12" for i in ids)])
    )
    act = record(office, [done], signed(WEDNESDAY)).act
    assert stands(tmp_path, WEDNESDAY).earlier == ()
    assert act is not None
    second_name = signed(WEDNESDAY, reason="misclick", approved_by="Maria")
    undo(office, act, second_name)
    assert sum(s.open for s in stands(tmp_path, WEDNESDAY).earlier) == asked
    record_counts(office, {None: 80}, signed(WEDNESDAY))
    (blanks,) = stands(tmp_path, WEDNESDAY).blanks
    assert (blanks.counted, blanks.counted_on) == (80, WEDNESDAY)

    # Somebody gets ahead in the export, and a date told is not kept.
    planned = pl.read_csv(tmp_path / "plans" / str(WEDNESDAY) / "plan.csv")
    last = planned.sort("day")["application_id"][-1]
    told = lists / "told.csv"
    told.write_text(f"application_id,promised_on\n{last},{WEDNESDAY}\n")
    record_told(office, told, signed(WEDNESDAY))
    ahead = [
        row.replace(",2017-", ",2016-") if row.startswith(f"{last},") else row
        for row in ROWS
    ]
    drop(tmp_path, THURSDAY, ahead)
    today(office, on=THURSDAY, open="plan", **given)
    end = stands(tmp_path, THURSDAY)
    assert end.earlier == ()
    assert end.withheld["application_id"].unique().to_list() == [last]
    assert end.slipped.select("application_id", "is_new").rows() == [(last, True)]

    # What is said of it is the same, in both languages and for programs.
    said = overview_told(end)
    assert all(each.indonesian != each for each in said.sentences)
    shown = run("status", tmp_path, "--on", THURSDAY, "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout) == said.document
    plain = run("status", "--on", THURSDAY, "--lang", "id", cwd=tmp_path)
    assert len(plain.stdout.splitlines()) == len(said.sentences)
