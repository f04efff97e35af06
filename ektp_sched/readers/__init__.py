"""Exports of other registry systems: what reads them, each a package of its own.

A reader is registered as an entry point of the group ``ektp_sched.readers``; its name
there is the name that people see.  ``docs/readers.md`` shows one in ten lines.
"""

from ektp_sched.readers.installed import Installed, reader_of
from ektp_sched.readers.protocol import Reader, Records

__all__ = ["Installed", "Reader", "Records", "reader_of"]
