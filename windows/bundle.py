"""A folder for a stick: the desk for Windows, set up without a network.

    python windows/bundle.py OUT [PYTHON]

It holds the wheels that the lock names, for Windows on x86-64 and one version of
Python, the program's own wheel, and ``meja-kerja.cmd``, which sets up a private
environment from them and opens the desk.  Nothing here can run the result; so what a
Windows machine would install is resolved from the wheels' own metadata before the
folder is put in place.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
EXTRAS: Final = ("desk", "report", "postgresql")
PYTHON: Final = "3.12"
COMMAND: Final = "meja-kerja.cmd"
_NONE: Final = Version("0")
_PINNED: Final = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+)")


def bundle(out: Path, python: str = PYTHON) -> None:
    """Make the folder; one that is there already is made anew.

    Raises
    ------
    ValueError
        A Windows machine could not install what the folder would hold.
    subprocess.CalledProcessError
        The index has not what the lock names.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".bundle-") as place:
        new = Path(place) / out.name
        wheels = new / "wheels"
        wheels.mkdir(parents=True)
        _run("pip", "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, ROOT)
        requirements = new / "requirements.txt"
        requirements.write_text(_locked(python), "utf-8")
        _run(
            *("pip", "download", "--require-hashes", "--no-deps"),
            *("--only-binary=:all:", "--platform", "win_amd64"),
            *("--python-version", python, "--implementation", "cp"),
            *("-d", wheels, "-r", requirements),
        )
        command = (HERE / COMMAND).read_text("ascii").replace("{python}", python)
        (new / COMMAND).write_text(command, "ascii", newline="\r\n")
        shutil.copy(HERE / "BACA-DULU.txt", new)
        if lacking := [*missing(wheels, python)]:
            raise ValueError(f"not in {wheels.name}/: {', '.join(lacking)}")
        shutil.rmtree(out, ignore_errors=True)
        new.rename(out)


def missing(wheels: Path, python: str) -> Iterator[str]:
    """Yield what a Windows machine would ask for and not find among some wheels."""
    at_hand: dict[str, tuple[Version, Path]] = {}
    tags = {*_tags(python)}
    for path in wheels.glob("*.whl"):
        name, version, _, of_wheel = parse_wheel_filename(path.name)
        if tags & of_wheel:
            at_hand[name] = version, path
    windows = _windows(python)
    asked = [(Requirement(f"ektp-sched[{','.join(EXTRAS)}]"), "nothing")]
    done = set()
    while asked:
        requirement, by = asked.pop()
        name = canonicalize_name(requirement.name)
        version, path = at_hand.get(name, (_NONE, wheels))
        if path == wheels or not requirement.specifier.contains(version, True):
            asked_for = f"{requirement.name}{requirement.specifier}"
            yield f"{asked_for} (asked for by {by})"
            continue
        for extra in ("", *requirement.extras):
            if (name, extra) not in done:
                done.add((name, extra))
                asked += [(r, str(name)) for r in _of(path, windows | {"extra": extra})]


def _of(wheel: Path, environment: Mapping[str, str]) -> Iterator[Requirement]:
    """Yield what a wheel asks for in an environment."""
    with zipfile.ZipFile(wheel) as package:
        name = next(n for n in package.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(package.read(name))
    for text in metadata.get_all("Requires-Dist") or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or marker.evaluate({**environment}):
            yield requirement


def _windows(python: str) -> dict[str, str]:
    """Return what markers see on the machine that the folder is for."""
    return {key: str(value) for key, value in default_environment().items()} | {
        "implementation_name": "cpython",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_system": "Windows",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "win32",
    }


def _tags(python: str) -> Iterator[object]:
    major, minor = map(int, python.split("."))
    yield from cpython_tags((major, minor), platforms=["win_amd64"])
    yield from compatible_tags((major, minor), platforms=["win_amd64"])


def _locked(python: str) -> str:
    """Return the part of the lock, with its hashes, that Windows needs."""
    lock = (ROOT / "requirements-dev.txt").read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    pins = {m[1]: m[2] for entry in entries if (m := _PINNED.match(entry))}
    with TemporaryDirectory() as place:
        constraints, resolved = Path(place) / "pins.txt", Path(place) / "resolved.txt"
        constraints.write_text("".join(f"{n}=={v}\n" for n, v in pins.items()), "utf-8")
        _run(
            *("uv", "pip", "compile", "--quiet", ROOT / "pyproject.toml"),
            *(part for extra in EXTRAS for part in ("--extra", extra)),
            *("--python-platform", "x86_64-pc-windows-msvc"),
            *("--python-version", python, "--no-header", "--no-annotate"),
            *("--no-emit-index-url", "--no-emit-find-links"),
            *("-c", constraints, "-o", resolved),
        )
        needed = {m[1] for m in _PINNED.finditer(resolved.read_text("utf-8"))}
    # Without markers: all of it is for one machine.
    return "".join(
        re.sub(r" ; [^\\\n]*", " ", entry).rstrip() + "\n"
        for entry in entries
        if (m := _PINNED.match(entry)) and m[1] in needed
    )


def _run(module: str, *arguments: object) -> None:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    bundle(Path(sys.argv[1]), *sys.argv[2:3])
    print(sys.argv[1])
