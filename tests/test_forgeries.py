"""Plan folders falsified by who renews every digest: verify and checker.py see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
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
