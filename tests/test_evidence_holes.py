"""What a plan folder may hold, whatever its summary lists."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from output_cases import SHIFTS, make
from test_output_placing import made, other, quick  # noqa: F401 - fixtures

from ektp_sched.documents.seal import seal
from ektp_sched.errors import FolderError
from ektp_sched.output import load
from ektp_sched.output.evidence import (
    _same_cell,
    _where_false,
    check_evidence,
    check_folder,
    not_checked,
)
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ektp_sched.planning import Plan


@pytest.fixture
def out(made: Plan, tmp_path: Path) -> Path:  # noqa: F811
    """A folder with a plan."""
    quick(made, tmp_path / "out")
    return tmp_path / "out"


def renew(out: Path) -> None:
    """List everything in the folder, with its digest."""
    summary = json.loads((out / "summary.json").read_bytes())
    summary["files"] = seal(out, summary)
    (out / "summary.json").write_text(json.dumps(summary), "utf-8")


@pytest.mark.parametrize(
    "name",
    ["rencana final.csv", "shifts.csv", "~$plan baru.csv", ".ektp-sched-plan.csv"],
)
def test_a_listed_foreign_file_is_a_violation(out: Path, name: str) -> None:
    assert check_folder(load(out)) == []
    (out / name).write_text("x")
    renew(out)
    assert name in {violation.file for violation in check_folder(load(out))}


@pytest.mark.parametrize(
    "name",
    [
        "data.csv",
        "~$notes.txt",
        "~$plan.xlsx",
        ".ektp-sched-backup",
        ".ektp-sched-abcdefgh/mine.txt",
        "batches/2016-03-09/printer-1.csv",
    ],
)
def test_what_is_listed_is_not_therefore_ours(
    made: Plan,  # noqa: F811
    out: Path,
    name: str,
) -> None:
    (out / name).parent.mkdir(exist_ok=True, parents=True)
    (out / name).write_text("mine")
    renew(out)
    with pytest.raises(FolderError, match="which no plan of this program left"):
        quick(made, out, force=True)
    assert (out / name).read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
@pytest.mark.parametrize("name", ["summary.json", "rejects.csv"])
def test_a_pipe_is_not_waited_for(
    made: Plan,  # noqa: F811
    tmp_path: Path,
    name: str,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    os.mkfifo(out / name)
    with pytest.raises(FolderError, match=name):
        quick(made, out, force=True)


@pytest.mark.parametrize("name", ["summary.json", "certificate.json"])
def test_a_key_stands_once(out: Path, name: str) -> None:
    text = (out / name).read_text("utf-8")
    (out / name).write_text(text.replace("{", '{"days": 10,', 1), "utf-8")
    with pytest.raises(FolderError, match=f"{name}.*a key stands in it twice"):
        load(out)


def test_a_missing_certificate_is_a_violation(out: Path) -> None:
    (out / "certificate.json").unlink()
    saved = load(out)
    assert "certificate.json" in {each.file for each in check_folder(saved)}
    renew(out)
    saved = load(out)
    assert verify(saved, saved.backlog, saved.office)


def test_sheets_are_read_as_spreadsheets_save_them() -> None:
    import polars as pl

    frame = pl.DataFrame({"nomor": ["a"], "tanggal": ["2026-02-18"]})
    for day in ("2026-02-18", "18/02/2026", "18-2-2026"):
        text = f"nomor\ttanggal\r\na\t{day}\r\n"
        assert _where_false(text.encode("utf-16"), frame) is None
        assert _where_false(text.encode(), frame) is None
    assert _where_false(b"nomor;tanggal\na;19/02/2026\n", frame) is not None
    assert not _same_cell("31/02/2026", "2026-02-28")
    assert _where_false(b"id;tanggal\na;18/02/2026\n", frame) is None
    assert _where_false(b"id;tanggal\nb;18/02/2026\n", frame) is not None
    assert _where_false(b"tanggal\n18/02/2026\n", frame) is not None
    ticked = frame.with_columns(diserahkan=pl.lit(None, pl.String))
    assert _where_false(b"nomor;tanggal\na;18/02/2026\n", ticked) is None


DEAR = """
[[shifts]]
id = "night"
days = ["thu"]
share = 0.5
cost_idr = 9000000
"""


def test_a_later_version_may_word_it_otherwise(tmp_path: Path) -> None:
    """Codes and figures are the evidence; sentences belong to a version."""
    rules = SHIFTS.replace("[budget]", f"{DEAR}[budget]")
    plan = make(tmp_path / "case", rules=rules)
    quick(plan, tmp_path / "out")
    path = tmp_path / "out/summary.json"

    def accused(key: str, edit: Callable[[Any], None]) -> bool:
        summary = json.loads(written)
        edit(summary[key])
        path.write_text(json.dumps(summary), "utf-8")
        renew(tmp_path / "out")
        saved = load(tmp_path / "out")
        found = [
            *check_folder(saved),
            *check_evidence(saved, plan.backlog, plan.office),
        ]
        assert [each for each in found if key not in each.message] == []
        assert (f"{key} text" in not_checked(saved)) == bool(summary[key])
        return bool(found)

    written = path.read_text("utf-8")
    (warned,) = json.loads(written)["warnings"]
    assert warned["code"] == "shift-too-dear"
    assert warned["figures"]
    assert not accused("engine_reason", lambda stated: stated.update(text="x"))
    assert not accused("warnings", lambda stated: stated[0].update(text="x"))
    assert accused("engine_reason", lambda stated: stated.update(rules=[]))
    assert accused("warnings", lambda stated: stated[0].update(code="shift-never"))
    assert accused("warnings", lambda stated: stated[0]["figures"].update(idr=1))
    assert accused("warnings", list.clear)
