"""Who waits at an office: nobody whose card is printed, or stands on a sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from cli_cases import HEADING, OFFICE, ROWS

from ektp_sched.days import open_office
from ektp_sched.days.notes import record_counts, record_told
from ektp_sched.days.record import record, record_all
from ektp_sched.days.signature import Signature
from ektp_sched.errors import FolderError
from ektp_sched.morning import today
from ektp_sched.morning.waiting import waiting

if TYPE_CHECKING:
    from pathlib import Path

TUESDAY = date(2017, 9, 12)
WEDNESDAY = TUESDAY + timedelta(days=1)
STOCKED = f"{OFFICE}[cards.KTP-el]\nstock = 100\ndefault = true\n"


def test_who_is_printed_or_on_a_sheet_waits_no_longer(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(STOCKED)
    office = open_office(tmp_path)
    with pytest.raises(FolderError):
        waiting(office, TUESDAY)
    (tmp_path / "exports").mkdir()
    export = tmp_path / "exports" / "backlog.csv"
    export.write_text("\n".join([HEADING, *ROWS, ""]))
    everybody = waiting(office, TUESDAY)
    ids = set(everybody.backlog.frame["application_id"])
    assert everybody.start == TUESDAY
    assert not office.ledger.exists

    plan = today(office, on=TUESDAY, by="Sri").plan
    on_sheets = set(plan.assignments.filter(day=TUESDAY)["application_id"])
    assert on_sheets
    assert ids - on_sheets
    now = waiting(office, TUESDAY)
    assert now.start == WEDNESDAY
    assert set(now.backlog.frame["application_id"]) == ids - on_sheets
    assert now.office.cards["KTP-el"].stock == 100 - len(on_sheets)

    signature = Signature(by="Sri", day=TUESDAY, confirmed=True)
    record_all(office, [], signature)
    record_counts(
        office, {None: 90}, Signature(by="Sri", day=WEDNESDAY, confirmed=True)
    )
    later = waiting(office, WEDNESDAY)
    assert later.start == WEDNESDAY
    assert set(later.backlog.frame["application_id"]) == ids - on_sheets
    assert later.office.cards["KTP-el"].stock == 90

    # A spoilt card waits again, and a date told is known.
    spoilt = sorted(on_sheets)[0]
    handed_in = tmp_path / "handed-in"
    handed_in.mkdir()
    (handed_in / "spoilt.csv").write_text(
        f"application_id,result,date\n{spoilt},spoilt,{TUESDAY}\n"
    )
    record(office, [handed_in / "spoilt.csv"], signature)
    still = sorted(ids - on_sheets)[0]
    (handed_in / "told.csv").write_text(
        f"application_id,ready_by\n{still},2017-10-02\n{sorted(on_sheets)[1]},2017-10-02\n"
    )
    record_told(
        office,
        handed_in / "told.csv",
        Signature(by="Sri", day=WEDNESDAY, confirmed=True),
    )
    again = waiting(office, WEDNESDAY)
    assert set(again.backlog.frame["application_id"]) == ids - on_sheets | {spoilt}
    assert again.told.rows() == [(still, date(2017, 10, 2))]
