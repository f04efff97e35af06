"""The desk: a planner's day in the browser, over the verbs that the library has.

Server-rendered pages on 127.0.0.1 that work without JavaScript.  No rule and no figure
is worked out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.desk.app import desk_app as desk_app
    from ektp_sched.desk.serving import serve as serve
    from ektp_sched.desk.visit import Desk as Desk

__getattr__ = lazily(
    __name__, {"app": ("desk_app",), "serving": ("serve",), "visit": ("Desk",)}
)
