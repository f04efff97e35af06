"""The ledger: what the office did, act by act, in a chain that nobody can edit."""

from ektp_sched.ledger.chain import Break, breaks, short_head
from ektp_sched.ledger.database import address
from ektp_sched.ledger.ledger import (
    Act,
    Ledger,
    NewAct,
    Personal,
    Reader,
    Writer,
    newest_of,
    personal,
    refs_of,
)

__all__ = [
    "Act",
    "Break",
    "Ledger",
    "NewAct",
    "Personal",
    "Reader",
    "Writer",
    "address",
    "breaks",
    "newest_of",
    "personal",
    "refs_of",
    "short_head",
]
