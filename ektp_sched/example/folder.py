"""Write the files that a planner starts from, never over somebody's work."""

from __future__ import annotations

import contextlib
import os
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ektp_sched.errors import FolderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.office import Office

__all__ = ["EXAMPLES", "write_key", "write_start"]

EXAMPLES: Final = ("kupang",)
"""Names of the examples."""

_KEY = "identity.key"

OfficeFormat = Literal["toml", "xlsx"]


def write_start(
    folder: Path,
    *,
    example: str | None = None,
    source: Path | None = None,
    office_format: OfficeFormat = "toml",
    language: Literal["id", "en"] = "id",
    force: bool = False,
) -> tuple[Path, ...]:
    """Write an office, and for an example its backlog and scenarios.

    Parameters
    ----------
    folder
        Where to; made if absent.
    example
        Name of an example; None: a small office to fill in, and the key file
        for identity numbers unless there is one already.
    source
        An office in either form that is converted; not with ``example``.
    office_format
        Form of the office file that is written.
    language
        Of the small office's remarks.
    force
        Whether files that exist may be replaced.  An ``identity.key`` never is:
        every queue number would change with it.

    Returns
    -------
    tuple of Path
        The files written, in order.

    Raises
    ------
    FolderError
        If a file exists, or the folder cannot be written.
    UsageError
        If there is no such example.
    OfficeError
        If ``source`` is not an office.
    """
    if example is not None and source is not None:
        message = "an example and an office to convert exclude each other"
        raise UsageError(message)
    if source is not None:
        writers = _converted(source, office_format)
    elif example is None:
        writers = _office(f"office.{language}.toml", office_format)
    elif example in EXAMPLES:
        writers = _office(f"{example}.toml", office_format) | _example_files()
    else:
        message = f"there is no example {example!r}; there is: {', '.join(EXAMPLES)}"
        raise UsageError(message)
    targets = [folder / name for name in writers]
    _refuse_existing(targets, force=force)
    _make(folder)
    for path in targets:
        _write_whole(path, writers[path.name])
    if example is None and source is None and not (folder / _KEY).exists():
        targets.append(write_key(folder))
    return tuple(targets)


def write_key(folder: Path) -> Path:
    """Write a new ``identity.key`` that its owner alone can read.

    Raises
    ------
    FolderError
        If there is one, which would change every queue number.
    """
    from ektp_sched.backlog import make_key

    path = folder / _KEY
    _make(folder)
    try:
        made = make_key(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    if not made:
        message = "the key exists and is kept: another would change every number"
        raise FolderError(message, file=str(path))
    return path


def _office(
    name: str, office_format: OfficeFormat
) -> dict[str, Callable[[Path], None]]:
    resource = files("ektp_sched.example") / "files" / name
    if office_format == "toml":
        content = resource.read_bytes().replace(b"\r\n", b"\n")
        return {"office.toml": lambda path: _write_bytes(path, content)}
    from ektp_sched.office import Office

    with as_file(resource) as path:
        office = Office.load(path)
    return {"office.xlsx": _workbook(office)}


def _converted(
    source: Path, office_format: OfficeFormat
) -> dict[str, Callable[[Path], None]]:
    from ektp_sched.office import Office, to_toml

    office = Office.load(source)
    if office_format == "xlsx":
        return {"office.xlsx": _workbook(office)}
    content = to_toml(office).encode()
    return {"office.toml": lambda path: _write_bytes(path, content)}


def _workbook(office: Office) -> Callable[[Path], None]:
    from ektp_sched.office import write_workbook

    return lambda path: write_workbook(office, path)


def _example_files() -> dict[str, Callable[[Path], None]]:
    from ektp_sched.example.kupang import kupang_backlog

    scenarios = files("ektp_sched.example") / "files" / "scenarios.toml"
    content = scenarios.read_bytes().replace(b"\r\n", b"\n")
    return {
        "backlog.csv": lambda path: kupang_backlog().write_csv(path),
        "scenarios.toml": lambda path: _write_bytes(path, content),
    }


def _refuse_existing(targets: list[Path], *, force: bool) -> None:
    present = [path.name for path in targets if path.exists()]
    if present and not force:
        names = " and ".join(present)
        message = f"holds {names} already; name another folder, or use --force"
        raise FolderError(message, file=str(targets[0].parent))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target first, so that it is there whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def _unwritable(path: Path, error: OSError) -> FolderError:
    reason = error.strerror or type(error).__name__
    return FolderError(f"cannot be written ({reason})", file=str(path))
