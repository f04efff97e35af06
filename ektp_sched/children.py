"""How a Python of one's own is started: it takes no module from where one works.

A file ``json.py`` that lies beside somebody's export is theirs, and is not run.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def child_command(*arguments: str) -> list[str]:
    """Return the command of a child, whose path does not begin where one works."""
    return [sys.executable, "-P", *arguments]


def child_environment(*packages: str, **own: str) -> dict[str, str]:
    """Return the environment of a child.

    Parameters
    ----------
    packages
        Names of what it imports; it finds them where this process does.
    own
        What else it is told.
    """
    # The caller's PYTHONPATH may be relative, or empty, which is the folder one
    # works in; it is not handed on.
    homes = dict.fromkeys(home for name in packages for home in _homes(name))
    return os.environ | {"PYTHONPATH": os.pathsep.join(homes), **own}


def _homes(package: str) -> list[str]:
    """Return the folders that a package lies in; none where it is not installed."""
    spec = find_spec(package)
    if spec is None:
        return []
    if spec.submodule_search_locations:
        return [str(Path(p).absolute().parent) for p in spec.submodule_search_locations]
    return [str(Path(spec.origin).absolute().parent)] if spec.origin else []
