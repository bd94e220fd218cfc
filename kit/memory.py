"""Memory that was freed goes back to the machine."""

from __future__ import annotations

import ctypes


def give_back_freed_memory() -> bool:
    """Have glibc hand back what it keeps of freed memory; return whether this C library can be asked to.

    Models are built from copies of their weights. The threads that build them leave heaps behind that glibc keeps for
    itself: a server held 1.86 GB after its start, and 1.42 GB after this.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another C library, or none to be found by this name
        return False
    trim(0)
    return True
