"""A child takes no module from the folder that somebody works in."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from ektp_sched.children import child_environment
from ektp_sched.office.trial import Trial
from ektp_sched.output.report import converter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BAR = {"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {}}


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work where modules lie that tell when they are run; return the telling file."""
    told = tmp_path / "told"
    for name in ("json", "vl_convert", "io", "polars", "fastexcel", "resource"):
        text = f"open({str(told)!r}, 'a').write({name!r})\n"
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    converter._stop()
    yield told
    converter._stop()


@pytest.mark.slow
def test_a_chart_is_drawn_beside_poisoned_modules(poisoned: Path) -> None:
    pytest.importorskip("vl_convert")
    assert converter.to_svg(vl_spec=BAR).startswith("<svg")
    assert not poisoned.exists()


@pytest.mark.slow
def test_a_file_is_tried_beside_poisoned_modules(
    poisoned: Path, tmp_path: Path
) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "a.parquet")
    assert Trial("parquet", (tmp_path / "a.parquet").read_bytes()).survived() is True
    assert Trial("parquet", b"no Parquet").survived() is False
    assert not poisoned.exists()


def test_the_path_of_a_child_is_that_of_its_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    told = child_environment("polars", "no_such_package", MORE="1")
    assert told["MORE"] == "1"
    homes = told["PYTHONPATH"].split(os.pathsep)
    assert homes == [str(os.path.dirname(os.path.dirname(pl.__file__)))]


def test_a_chart_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    converter._stop()
    monkeypatch.setattr(converter, "_CHILD", "import time; time.sleep(600)")
    monkeypatch.setattr(converter, "_SECONDS", 0.5)
    begun = time.monotonic()
    with pytest.raises(converter.ChartsError) as caught:
        converter.to_svg(vl_spec={})
    assert time.monotonic() - begun < 60
    sentence: Any = caught.value.args[0]
    assert "(its process ended)" in sentence
    assert "(prosesnya berhenti)" in sentence.indonesian
    converter._stop()
