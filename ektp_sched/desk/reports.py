"""Pages that the program wrote before, shown in the desk as they are."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ektp_sched.errors import FolderError
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; style-src {styles}; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def report_answer(path: Path) -> Response:
    """Return a page of this program's, which may look as it does and nothing else.

    It carries its style within; the policy of the answer allows that one by its digest,
    no script, no form and no other file.

    Raises
    ------
    ektp_sched.errors.FolderError
        It is not there.
    """
    settle(path.parent)
    if not path.is_file():
        message = said("is not there; make it again", "tidak ada; buatlah sekali lagi")
        raise FolderError(message, file=path.name)
    raw = path.read_bytes()
    digests = (hashlib.sha256(style).digest() for style in _STYLE.findall(raw))
    styles = [f"'sha256-{base64.b64encode(each).decode()}'" for each in digests]
    policy = _POLICY.format(styles=" ".join(styles) or "'none'")
    return Response(
        raw, media_type="text/html", headers={"content-security-policy": policy}
    )
