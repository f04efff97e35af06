"""Putting files and folders in place: the new one whole, or the old one as it was.

What is to be in place is first written in a workplace, a folder beside with a
name of its own.  Then the new and the old change places in one step, where
the system can do that.  Where it cannot, the workplace itself says how far
the moving had come: it holds ``old`` and ``new`` at once only while the target
is not there.  Whoever next makes a workplace in the same folder first completes
what was begun so, and removes what commands left there that were killed.

A workplace is locked as long as its process lives, so that nobody takes away
what another one is writing.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import shutil
import stat
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPORARY: Final = ".ektp-sched-"
"""How the names of workplaces begin."""

DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})
"""What a system answers to those who may not write somewhere."""

_NAME: Final = re.compile(
    rf"{re.escape(TEMPORARY)}(?:(?P<target>.+)-)?[a-z0-9_]{{8}}(?P<gone>-gone)?", re.S
)
_OWN: Final = frozenset({"new", "old", "moves", "moves.json", "lock"})
"""All that ever lies in a workplace."""

_CANNOT_EXCHANGE: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
_HERE: Final = -100  # AT_FDCWD: paths as they are
_EXCHANGE: Final = 2  # RENAME_EXCHANGE
_MANY: Final = 1_000  # files from which on one call for all is cheaper
_PATIENCE: Final = 2.0  # seconds
_MOVING: Final = threading.Lock()
_BEGUN: Final[list[Workplace]] = []


@dataclass(slots=True, eq=False)
class Workplace:
    """A folder in which something is written until it is put in place.

    Parameters
    ----------
    path
        The folder.
    target
        Where `new` will be.
    made
        Folders above the target that were not there before.
    lock
        Open as long as it is in use; None where the system cannot lock it.
    """

    path: Path
    target: Path
    made: list[Path] = field(default_factory=list)
    lock: int | None = None

    @property
    def new(self) -> Path:
        """Return the file or folder to be written."""
        return self.path / "new"

    @property
    def old(self) -> Path:
        """Return where the old one waits until the new one is in place."""
        return self.path / "old"


@contextmanager
def workplace(target: Path, *, inside: bool = False) -> Iterator[Workplace]:
    """Yield a workplace for a target, and remove it at the end.

    Parameters
    ----------
    target
        The file or folder to be; folders above it are made.
    inside
        Work in the target, a folder that cannot be moved itself.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    made = _make_parents(target)
    place: Workplace | None = None
    try:
        place = _opened(target, inside, made)
        _BEGUN.append(place)
        yield place
    finally:
        with _MOVING:
            _tidy(made if place is None else place)


def put_in_place(*places: Workplace) -> None:
    """Put all that was written where it belongs, or leave all as it was.

    Parameters
    ----------
    places
        In the order in which they are put in place.

    Raises
    ------
    OSError
        If one of them cannot be; then the others are where they were.
    """
    with _MOVING:
        with ExitStack() as undo:
            for place in places:
                undo.callback(_swap(place))
            undo.pop_all()  # all are in place
        for place in places:
            place.made.clear()
            _sync_folder(place.target.parent)


def replace_file(path: Path, raw: bytes) -> None:
    """Write a file, or replace it, whole or not at all.

    A new file has the rights that the system gives new files; one that is
    replaced keeps its own.

    Raises
    ------
    OSError
        If the folder is not there or cannot be written.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    with workplace(path) as place:
        write_new(place, raw)
        put_in_place(place)


def write_new(place: Workplace, raw: bytes) -> None:
    """Write the file of a workplace, and wait until it is on the disk."""
    with place.new.open("xb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    if place.target.exists():
        place.new.chmod(stat.S_IMODE(place.target.stat().st_mode))


def sync(folder: Path) -> None:
    """Wait until a folder and all in it are on the disk."""
    paths = [folder, *folder.rglob("*")]
    if len(paths) > _MANY and _sync_all(folder):
        return
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(_sync_path, paths):
            pass


def settle(target: Path) -> None:
    """Complete what a killed command was doing to a folder, and clear up after it.

    Also for one who reads it: it may be that it is not there, and its old and
    its new one are.
    """
    _recover(target.absolute().parent)
    if target.is_dir():
        _recover(target)


def is_workplace(path: Path) -> bool:
    """Return whether a folder is a workplace: by its name, and by all in it."""
    if _NAME.fullmatch(path.name) is None or path.is_symlink() or not path.is_dir():
        return False
    return {each.name for each in path.iterdir()} <= _OWN


def abandon() -> None:
    """Remove what is being written, and let nothing more be put in place.

    For one who ends the process while others still write.
    """
    if not _MOVING.acquire(timeout=_PATIENCE):  # never given back
        return  # the next command completes what is being moved
    for place in tuple(_BEGUN):
        # Under another name nobody adds to it by a path.
        gone = place.path.with_name(f"{place.path.name}-gone")
        if not _is_half(place.path):
            with suppress(OSError):
                place.path.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
        _tidy(place)


def _recover(folder: Path) -> None:
    """Complete what killed commands had begun in a folder, and remove the rest.

    Only what lies directly in it is looked at, and of that what nobody works in.
    """
    try:
        with os.scandir(folder) as entries:
            left = [entry.name for entry in entries if _NAME.fullmatch(entry.name)]
    except OSError:
        return
    for name in left:
        with suppress(OSError):
            _clear(folder / name)


def _opened(target: Path, inside: bool, made: list[Path]) -> Workplace:
    """Make a workplace and lock it, once what others left is removed."""
    above = target if inside else target.parent
    prefix = TEMPORARY if inside else f"{TEMPORARY}{target.name}-"
    _recover(above)
    while True:
        try:
            path = Path(tempfile.mkdtemp(prefix=prefix, dir=above))
        except FileNotFoundError:
            # Another process had made the folder above, and took it away again.
            again = [] if inside else _make_parents(target)
            if not again:
                raise
            made += again
            continue
        try:
            lock = _locked(path)
        except FileNotFoundError:
            continue  # somebody took it for a left-over before it was locked
        except BlockingIOError:
            continue
        return Workplace(path, target, made, lock)


def _tidy(place: Workplace | list[Path]) -> None:
    """Remove a workplace, and what was made above its target."""
    made = place
    if isinstance(place, Workplace):
        made = place.made
        if os.name != "posix":
            _unlock(place)  # nothing that is open can be removed there
        _remove(place.path)
        _unlock(place)
        if place in _BEGUN:
            _BEGUN.remove(place)
    assert isinstance(made, list)
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


def _unlock(place: Workplace) -> None:
    if place.lock is not None:
        os.close(place.lock)
        place.lock = None


if sys.platform == "win32":

    def _locked(path: Path) -> int | None:
        """Keep a file open, which nobody else can remove meanwhile."""
        return os.open(path / "lock", os.O_CREAT | os.O_RDWR)

else:

    def _locked(path: Path) -> int | None:
        """Lock a workplace for as long as the process lives.

        Raises
        ------
        FileNotFoundError
            If another process removed it.
        BlockingIOError
            If another process has it.
        """
        import fcntl

        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(lock), path.stat()):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        except (BlockingIOError, FileNotFoundError):
            os.close(lock)
            raise
        except OSError:  # a file system without locks
            os.close(lock)
            return None
        return lock


def _clear(path: Path) -> None:
    """Complete and remove a workplace, unless somebody works in it."""
    entry = path.lstat()
    ours = os.name != "posix" or entry.st_uid == os.geteuid()
    if not stat.S_ISDIR(entry.st_mode) or not ours:
        return
    if not {each.name for each in path.iterdir()} <= _OWN:
        return  # a folder of somebody's own, whatever its name
    if sys.platform == "win32":
        (path / "lock").unlink()
        lock = None
    else:
        lock = _locked(path)
        if lock is None:
            return
    try:
        with _MOVING:
            _remove(path)
    finally:
        if lock is not None:
            os.close(lock)


def _remove(path: Path) -> None:
    """Remove a workplace, once what was begun with it is completed."""
    name = _NAME.fullmatch(path.name)
    assert name is not None
    if _is_half(path):
        with suppress(OSError):
            if name["target"] is None:
                _move_entries(path)
            else:
                (path / "new").rename(path.with_name(name["target"]))
    if not _is_half(path):
        shutil.rmtree(path, ignore_errors=True)


def _is_half(path: Path) -> bool:
    """Return whether the old was moved away and the new is not in place yet."""
    name = _NAME.fullmatch(path.name)
    if name is None or name["gone"]:
        return False
    if name["target"] is None:
        return (path / "moves.json").exists()
    both = all(os.path.lexists(path / each) for each in ("old", "new"))
    return both and not os.path.lexists(path.with_name(name["target"]))


def _swap(place: Workplace) -> Callable[[], object]:
    """Put the new one in place; return what puts the old one back."""
    new, old, target = place.new, place.old, place.target
    if place.path.parent == target:
        return _swap_entries(place)
    if new.is_dir() and target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    if not os.path.lexists(target):
        new.rename(target)
        return lambda: target.rename(new)
    if new.is_dir() != target.is_dir():
        code = errno.EISDIR if target.is_dir() else errno.ENOTDIR
        raise OSError(code, os.strerror(code), str(target))
    if _exchange(new, target):
        return lambda: _exchange(new, target)
    if not new.is_dir():
        shutil.copy2(target, old, follow_symlinks=False)
        new.replace(target)
        return lambda: old.replace(target)
    # From here to the end of the second step, the workplace says what to do.
    _sync_folder(place.path)
    try:
        target.rename(old)
        new.rename(target)
    except BaseException:
        if not os.path.lexists(target):
            old.rename(target)
        raise

    def back() -> None:
        target.rename(new)
        old.rename(target)

    return back


def _swap_entries(place: Workplace) -> Callable[[], object]:
    """Exchange what lies in a folder that cannot be moved itself."""
    here = [entry.name for entry in place.target.iterdir()]
    leaving = sorted(name for name in here if not _NAME.fullmatch(name))
    coming = sorted(entry.name for entry in place.new.iterdir())
    place.old.mkdir()
    moves = place.path / "moves"
    with moves.open("x", encoding="utf-8") as file:
        json.dump({"leaving": leaving, "coming": coming}, file)
        file.flush()
        os.fsync(file.fileno())

    def back() -> None:
        for name in reversed(coming):
            if not os.path.lexists(place.new / name):
                (place.target / name).rename(place.new / name)
        for name in reversed(leaving):
            if os.path.lexists(place.old / name):
                (place.old / name).rename(place.target / name)
        (place.path / "moves.json").unlink(missing_ok=True)

    try:
        moves.rename(place.path / "moves.json")
        _sync_folder(place.path)
        _move_entries(place.path)
    except BaseException:
        back()
        raise
    return back


def _move_entries(path: Path) -> None:
    """Move old entries away and new ones in, from wherever that had come to."""
    moves = json.loads((path / "moves.json").read_bytes())
    old, new = path / "old", path / "new"
    for name in moves["leaving"]:
        if not os.path.lexists(old / name):
            (path.parent / name).rename(old / name)
    for name in moves["coming"]:
        if os.path.lexists(new / name):
            (new / name).rename(path.parent / name)
    (path / "moves.json").unlink()


def _exchange(left: Path, right: Path) -> bool:
    """Let two paths change places in one step; False where no system can."""
    call = _renameat2()
    if call is None:
        return False
    names = os.fsencode(left), os.fsencode(right)
    if call(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(right))


@cache
def _renameat2() -> Any:
    """Return Linux's call, which its C library has since 2018; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        path, number = ctypes.c_char_p, ctypes.c_int
        call.argtypes = [number, path, number, path, ctypes.c_uint]
    return call


def _sync_all(folder: Path) -> bool:
    """Wait for all that is unwritten of a file system, in one call."""
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if call(handle):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(handle)
    return True


def _sync_path(path: Path) -> None:
    if path.is_dir():
        _sync_folder(path)
        return
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where a system has that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above the target; return those that are new."""
    missing = []
    for folder in target.parents:
        if folder.exists():
            break
        missing.append(folder)
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            made.append(folder)
    except OSError:
        for folder in reversed(made):
            folder.rmdir()
        raise
    return made
