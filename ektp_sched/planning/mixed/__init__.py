"""Rules that break the network: quotas, and blanks that cross on printers.

A mixed-integer program settles how many cards of each kind every column
takes; with these numbers the rest is a network, solved exactly.
"""

__all__: list[str] = []
