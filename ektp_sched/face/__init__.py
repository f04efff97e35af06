"""The face: results of the library that save, draw and show themselves.

The rooms below know figures alone; only here, on top of them all, does a result
know how it is written.
"""

__all__: list[str] = []
