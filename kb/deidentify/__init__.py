"""De-identification: what points at a person is found and masked in Chinese and English text. Pure."""

from __future__ import annotations

from kb.deidentify.masking import check_recognisers, deidentify, find_personal, mask
from kb.deidentify.spans import PersonalKind, PersonalSpan

__all__ = ["PersonalKind", "PersonalSpan", "check_recognisers", "deidentify", "find_personal", "mask"]
