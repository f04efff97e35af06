"""Drawing charts in a process of their own, whose end costs the charts alone.

The converter is a browser's engine: where memory is short it ends the process
that it runs in, without a word that Python could hear.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import threading
from typing import Any, Final

from ektp_sched.children import child_command, child_environment
from ektp_sched.errors import EktpSchedError
from ektp_sched.words import said, system_reason

_CHILD: Final = """
import json, sys
import vl_convert
for line in sys.stdin:
    try:
        answer = {"svg": vl_convert.vegalite_to_svg(**json.loads(line))}
    except Exception as error:
        answer = {"error": type(error).__name__}
    print(json.dumps(answer), flush=True)
"""
_SECONDS: Final = 120.0
"""A chart takes one or two; a child that is silent for so long has stopped."""
_ALONE: Final = threading.Lock()
_RUNNING: Final[list[subprocess.Popen[str]]] = []


class ChartsError(EktpSchedError):
    """The library that draws charts failed; everything else can go on."""


def to_svg(**options: Any) -> str:
    """Return a drawing.

    Parameters
    ----------
    options
        Of ``vl_convert.vegalite_to_svg``, as plain values.

    Raises
    ------
    ChartsError
        If the library failed, or its process ended or gave no answer in time.
    """
    line = json.dumps(options)
    with _ALONE:
        process = _process()
        # Ended, it answers with nothing, and can be told nothing more.
        limit = threading.Timer(_SECONDS, process.kill)
        limit.daemon = True
        limit.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        except (OSError, ValueError):
            _stop()
            answer = {"error": said("its process ended", "prosesnya berhenti")}
        finally:
            limit.cancel()
    if "svg" not in answer:
        message = said(
            "the charts could not be drawn ({why}), so there is no page with them; "
            "more memory may help",
            "grafik tidak dapat digambar ({why}) sehingga halamannya tidak ada; memori "
            "yang lebih besar mungkin menolong",
            why=answer["error"],
        )
        raise ChartsError(message)
    return str(answer["svg"])


def _process() -> subprocess.Popen[str]:
    """Return the process that draws, begun with the first chart."""
    if _RUNNING and _RUNNING[0].poll() is None:
        return _RUNNING[0]
    _stop()
    try:
        process = subprocess.Popen(
            child_command("-c", _CHILD),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=child_environment("vl_convert", PYTHONIOENCODING="utf-8"),
            start_new_session=True,  # an interruption is the command's to answer
        )
    except OSError as error:
        message = said(
            "the charts could not be drawn ({why}), so there is no page with them",
            "grafik tidak dapat digambar ({why}) sehingga halamannya tidak ada",
            why=system_reason(error),
        )
        raise ChartsError(message) from error
    _RUNNING.append(process)
    return process


def _stop() -> None:
    """End the process that draws, whatever it is doing."""
    while _RUNNING:
        process = _RUNNING.pop()
        process.kill()
        process.communicate()


atexit.register(_stop)
