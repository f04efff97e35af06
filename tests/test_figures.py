"""The figures of readme and docs are those of one file that one command makes.

``EKTP_DOCS=write`` writes the pages anew.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from benchmarks.figures import CURVE, PAGES, curve, read, tables, write, written
from benchmarks.subjects import SUBJECTS

if TYPE_CHECKING:
    from pathlib import Path

MARKED = [page for page in PAGES if "<!-- = " in page.read_text("utf-8")]


@pytest.mark.parametrize("page", MARKED, ids=lambda page: page.name)
def test_a_page_has_the_figures_that_were_measured(page: Path) -> None:
    if os.environ.get("EKTP_DOCS") == "write":
        write()
    text = page.read_text("utf-8")
    assert written(text, read()) == text


def test_every_subject_is_shown() -> None:
    shown = "".join(page.read_text("utf-8") for page in MARKED)
    assert set(read()) <= set(SUBJECTS)
    assert [name for name in SUBJECTS if f"<!-- = {name}" not in shown] == []


def test_figures_say_what_they_were_made_on_and_nobody_s_machine() -> None:
    figures = read()
    for name, subject in figures.items():
        assert subject["command"] == f"python -m benchmarks {name}"
        assert {"cores", "load", "load_after", "python", "libraries"} <= set(subject)
    assert not re.search(r"/(home|work|tmp|root|Users)\b", json.dumps(figures))


def test_the_curve_shows_these_figures() -> None:
    with Image.open(CURVE) as picture:
        assert json.loads(picture.info["figures"]) == curve(read())


def test_a_loss_is_said_as_plainly_as_a_win() -> None:
    def row(label: str, cpu: float) -> dict[str, object]:
        return {"label": label, "seconds": cpu, "cpu": cpu, "peak_mb": 10, "runs": 1}

    rows = [row("ektp_sched", 2.0), row("quick", 1.0), row("slow", 3.0)]
    table = {"title": "A case", "against": "÷ ours", "says": "", "rows": rows}
    figures = {"peers": {"tables": {"case": table}}}
    page = written("<!-- = losses --><!-- / -->", figures)
    assert "A case: quick is 2.00 times quicker" in page
    assert "slow" not in page
    assert "| slow | 3.00 | 3.00 | 10.0 | 1.5 × |" in tables(figures["peers"])
