"""Rules an entry or case must meet beyond the types of its fields; each problem names the field and the fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.entries.schemas import CaseDraft, EntryDraft
from kb.taxonomy.tree import SECTORS, Taxonomy, load_taxonomy
from kit.errors import InvalidInputError

MAX_TITLE_CHARACTERS = 100
MAX_ANSWER_CHARACTERS = 20_000
MAX_SCRIPT_CHARACTERS = 1_000
"""About four minutes of reading aloud; longer text belongs into the answer."""
MAX_VARIANTS = 50
MAX_VARIANT_CHARACTERS = 200
MAX_SOURCES = 20
MAX_FACTS = 30
MAX_NAME_CHARACTERS = 100
MAX_NOTE_CHARACTERS = 500

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes:
        field: Name of the field, with the index for one of a list (`variants.2`).
        code: Stable and translatable.
        message: English sentence that says how to mend it.
    """

    field: str
    code: str
    message: str


def check_entry(draft: EntryDraft, taxonomy: Taxonomy | None = None, *, needs_script: bool = True) -> None:
    """Refuse an entry that breaks a rule.

    Args:
        draft: The whole text.
        taxonomy: The one in use when None.
        needs_script: False for text that came from a document, which nobody has put into words to say (ADR 9).

    Raises:
        InvalidInputError: For the first problem; `details["errors"]` lists every one.
    """
    raise_problems(list(find_entry_problems(draft, taxonomy or load_taxonomy(), needs_script=needs_script)))


def check_case(draft: CaseDraft, taxonomy: Taxonomy | None = None) -> None:
    """Refuse a case that breaks a rule.

    Raises:
        InvalidInputError: For the first problem; `details["errors"]` lists every one.
    """
    raise_problems(list(find_case_problems(draft, taxonomy or load_taxonomy())))


def check_filter(value: str | None, field: str) -> None:
    """Refuse a filter that no stored text can match and that a database may choke on.

    Raises:
        InvalidInputError: It has control characters.
    """
    raise_problems(list(_text(value or "", field, MAX_NOTE_CHARACTERS, is_required=False)))


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise the first problem with all of them in its details; nothing when there is none."""
    if not problems:
        return
    errors = [{"field": item.field, "code": item.code, "message": item.message} for item in problems]
    raise InvalidInputError(problems[0].message, field=problems[0].field, code=problems[0].code, errors=errors)


def find_text_problems(value: str, field: str, limit: int) -> Iterator[Problem]:
    """Yield what is wrong with a text of its own: empty, too long, or not printable."""
    yield from _text(value, field, limit)


def find_entry_problems(draft: EntryDraft, taxonomy: Taxonomy, *, needs_script: bool = True) -> Iterator[Problem]:
    """Yield every rule the entry breaks, in the order of the form."""
    yield from _text(draft.title, "title", MAX_TITLE_CHARACTERS)
    yield from _text(draft.script, "script", MAX_SCRIPT_CHARACTERS, is_required=needs_script)
    yield from _text(draft.answer, "answer", MAX_ANSWER_CHARACTERS)
    yield from _variants(draft.variants)
    yield from _classification(draft.sector, draft.situation, draft.business_type, taxonomy)
    yield from _facets(draft)
    yield from _text(draft.region or "", "region", 32, is_required=False)
    yield from _text(draft.owner, "owner", MAX_NAME_CHARACTERS, is_required=False)
    yield from _text(draft.change_note, "change_note", MAX_NOTE_CHARACTERS, is_required=False)
    yield from _audiences(draft)
    yield from _validity(draft)
    yield from _sources(draft)


def find_case_problems(draft: CaseDraft, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield every rule the case breaks."""
    yield from _text(draft.title, "title", MAX_TITLE_CHARACTERS)
    yield from _text(draft.problem, "problem", MAX_ANSWER_CHARACTERS)
    yield from _text(draft.solution, "solution", MAX_ANSWER_CHARACTERS)
    yield from _classification(draft.sector, draft.situation, draft.business_type, taxonomy)
    yield from _text(draft.area, "area", MAX_NAME_CHARACTERS, is_required=False)
    yield from _text(draft.equipment, "equipment", MAX_NAME_CHARACTERS, is_required=False)
    if len(draft.facts) > MAX_FACTS:
        yield Problem("facts", "too_many", f"A case has at most {MAX_FACTS} facts; keep those that decided it.")
    for name, value in draft.facts.items():
        yield from _text(name, "facts", MAX_NAME_CHARACTERS)
        yield from _text(value, "facts", MAX_NOTE_CHARACTERS, is_required=False)


def _text(value: str, field: str, limit: int, *, is_required: bool = True) -> Iterator[Problem]:
    if is_required and not value.strip():
        yield Problem(field, "text_empty", f"{field} is empty; write at least one sentence.")
    if len(value) > limit:
        yield Problem(field, "text_too_long", f"{field} has {len(value)} characters; shorten it to {limit}.")
    if FORBIDDEN.search(value):
        yield Problem(field, "text_not_printable", f"{field} contains control characters; remove them.")


def _variants(variants: Sequence[str]) -> Iterator[Problem]:
    if len(variants) > MAX_VARIANTS:
        yield Problem("variants", "too_many", f"An entry has at most {MAX_VARIANTS} variants; drop the closest ones.")
    seen: dict[str, int] = {}
    for index, variant in enumerate(variants):
        field = f"variants.{index}"
        yield from _text(variant, field, MAX_VARIANT_CHARACTERS)
        first = seen.setdefault(comparable(variant), index)
        if first != index:
            message = f"Variant {index + 1} says the same as variant {first + 1}; remove one of them."
            yield Problem(field, "variant_duplicate", message)


def comparable(text: str) -> str:
    """Return the text without punctuation, blanks and case, to tell whether two texts are the same."""
    return _NOT_WORD.sub("", text).casefold()


def _classification(
    sector: str | None, situation_code: str, business_type: str, taxonomy: Taxonomy
) -> Iterator[Problem]:
    if sector is not None and sector not in SECTORS:
        message = f"Sector {sector!r} is not known; use one of {', '.join(SECTORS)}, or none for all."
        yield Problem("sector", "sector_unknown", message)
        return
    situation = taxonomy.situations.get(taxonomy.resolve(situation_code))
    if situation is None:
        message = f"Situation {situation_code!r} is not in the taxonomy; choose one of its codes."
        yield Problem("situation", "situation_unknown", message)
    elif situation.sector is not None and situation.sector != sector:
        message = f"Situation {situation_code} belongs to {situation.sector}; choose that sector or another situation."
        yield Problem("situation", "situation_of_other_sector", message)
    if business_type not in taxonomy.business_types:
        message = f"Business type {business_type!r} is not known; use one of {', '.join(taxonomy.business_types)}."
        yield Problem("business_type", "business_type_unknown", message)


def _facets(draft: EntryDraft) -> Iterator[Problem]:
    yield from _text(draft.idea, "idea", MAX_NAME_CHARACTERS, is_required=False)
    yield from _text(draft.means, "means", MAX_NAME_CHARACTERS, is_required=False)
    if draft.means and not draft.idea:
        yield Problem("idea", "idea_missing", "A solution means needs the solution idea it belongs to; name it.")


def _audiences(draft: EntryDraft) -> Iterator[Problem]:
    if not draft.audiences:
        yield Problem("audiences", "audience_missing", "No one may see the entry; choose at least one audience.")
    if len(set(draft.audiences)) != len(draft.audiences):
        yield Problem("audiences", "audience_duplicate", "An audience is listed twice; remove one.")


def _validity(draft: EntryDraft) -> Iterator[Problem]:
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        message = "The last day of validity lies before the first; correct one of the two dates."
        yield Problem("valid_until", "validity_reversed", message)


def _sources(draft: EntryDraft) -> Iterator[Problem]:
    if len(draft.sources) > MAX_SOURCES:
        yield Problem("sources", "too_many", f"An entry has at most {MAX_SOURCES} sources.")
    for index, source in enumerate(draft.sources):
        yield from _text(source.title, f"sources.{index}.title", MAX_TITLE_CHARACTERS)
        yield from _text(source.detail, f"sources.{index}.detail", MAX_NOTE_CHARACTERS, is_required=False)
