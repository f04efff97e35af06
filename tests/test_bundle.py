"""The stick for Windows: what it would install, and the command that installs it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from windows.bundle import COMMAND, HERE, ROOT, missing

if TYPE_CHECKING:
    from pathlib import Path


def wheel(folder: Path, name: str, tag: str = "py3-none-any", *needs: str) -> None:
    lines = [f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {n}" for n in needs)]
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as package:
        package.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n\n")


def test_what_a_windows_machine_would_not_find_is_named(tmp_path: Path) -> None:
    needs = 'a>=1 ; extra == "desk"', 'b ; sys_platform == "win32"', "c[x]"
    wheel(tmp_path, "ektp_sched", "py3-none-any", *needs)
    wheel(tmp_path, "a")
    wheel(tmp_path, "b", "cp312-cp312-win_amd64", 'never ; os_name == "posix"')
    wheel(tmp_path, "c", "py3-none-any", 'd ; extra == "x"', 'e ; extra == "y"')
    assert [*missing(tmp_path, "3.12")] == ["d (asked for by c)"]
    wheel(tmp_path, "d", "cp312-cp312-manylinux_2_28_x86_64")
    assert [*missing(tmp_path, "3.12")] == ["d (asked for by c)"]
    wheel(tmp_path, "d", "cp38-abi3-win_amd64", "a<1")
    assert [*missing(tmp_path, "3.12")] == ["a<1 (asked for by d)"]
    assert "b (asked for by ektp-sched)" in [*missing(tmp_path, "3.13")]


def test_the_command_says_what_windows_can_read() -> None:
    text = (HERE / COMMAND).read_bytes().decode("ascii")
    labels = {line[1:] for line in text.splitlines() if line.startswith(":")}
    asked = {
        words[words.index("goto") + 1]
        for line in text.splitlines()
        if "goto" in (words := line.split())
    }
    assert asked <= labels
    assert "--no-index" in text
    assert "--require-hashes" in text


@pytest.mark.slow
def test_the_program_runs_from_its_wheel(tmp_path: Path) -> None:
    """Templates, style and script are in it, and the desk answers."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    build += ["--no-build-isolation", "-w", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (package,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(package) as files:
        names = {*files.namelist()}
        files.extractall(tmp_path / "site")
    source = ROOT / "ektp_sched"
    kinds = (".j2", ".jinja", ".css", ".js", ".toml", ".mako")
    data = [p for p in source.rglob("*") if p.suffix in kinds and p.is_file()]
    assert {p.relative_to(ROOT).as_posix() for p in data} <= names
    command = [sys.executable, "-P", "-m", "ektp_sched", "desk", "--no-browser"]
    elsewhere = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    with subprocess.Popen(
        [*command, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=elsewhere
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with urlopen(address.partition("/open")[0] + "/style.css") as style:
            assert b".bar" in style.read()
        process.terminate()
        process.stdout.read()
