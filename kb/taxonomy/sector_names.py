"""Finds the sectors that a text names by the words of the taxonomy. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.taxonomy.tree import Taxonomy, load_taxonomy


def named_sectors(text: str, *, suffix: str = "") -> list[str]:
    """Return the sectors that a text names, in order; where names overlap the longest counts."""
    words, pattern = _names(load_taxonomy(), suffix)
    return [words[match.group(1)] for match in pattern.finditer(text)]


@lru_cache(maxsize=8)
def _names(taxonomy: Taxonomy, suffix: str) -> tuple[dict[str, str], re.Pattern[str]]:
    words = {name: branch.code for branch in taxonomy.sectors if branch.code is not None for name in branch.names}
    longest_first = sorted(words, key=len, reverse=True)
    return words, re.compile(f"({'|'.join(map(re.escape, longest_first))}){suffix}")
