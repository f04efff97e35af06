"""Replacing a file of rules, whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from ektp_sched.places import replace_file

if TYPE_CHECKING:
    from pathlib import Path

WINDOWS = sys.platform == "win32"


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(WINDOWS, reason="rights there are no bits")
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_rights_of_any_new_file(
    tmp_path: Path, mask: int, expected: int
) -> None:
    before = os.umask(mask)
    try:
        replace_file(tmp_path / "office.toml", b"name")
    finally:
        os.umask(before)
    assert rights(tmp_path / "office.toml") == expected
    assert (tmp_path / "office.toml").read_bytes() == b"name"


@pytest.mark.skipif(WINDOWS, reason="rights there are no bits")
@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_rights(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(b"before")
    path.chmod(mode)
    replace_file(path, b"after")
    assert (rights(path), path.read_bytes()) == (mode, b"after")


def test_what_cannot_be_replaced_stays_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.mkdir()
    (path / "mine").write_bytes(b"kept")
    with pytest.raises(OSError, match=r"office\.toml"):
        replace_file(path, b"after")
    assert os.listdir(tmp_path) == ["office.toml"]
    assert (path / "mine").read_bytes() == b"kept"
