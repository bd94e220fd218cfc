"""The de-identified view of a case; pure."""

from __future__ import annotations

from kb.deidentify import deidentify
from kb.entries.schemas import CaseDetail


def deidentified(case: CaseDetail) -> CaseDetail:
    """Return the case with everything personal in its texts masked; a masked one comes back as it is."""
    if case.is_deidentified:
        return case
    texts = {name: deidentify(getattr(case, name)) for name in ("title", "problem", "solution", "area", "equipment")}
    facts = {name: deidentify(value) for name, value in case.facts.items()}
    return case.model_copy(update={**texts, "facts": facts, "is_deidentified": True})
