"""What a curator may do to a taxonomy pack: every change a value, applied without a database. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.taxonomy.pack import (
    GroupCode,
    GroupItem,
    IdeaItem,
    Name,
    SituationCode,
    SituationItem,
    TaxonomyPack,
    check_pack,
)
from kit.errors import ConflictError, InvalidInputError


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AddGroup(_Change):
    """A new group at the end of the menu."""

    kind: Literal["add_group"]
    code: GroupCode
    zh: Name
    en: Name


class AddSituation(_Change):
    """A new situation at the end of a group."""

    kind: Literal["add_situation"]
    group: GroupCode
    code: SituationCode
    zh: Name
    en: Name


class Rename(_Change):
    """Other names for a group or situation; its code stays."""

    kind: Literal["rename"]
    code: str = Field(max_length=64)
    zh: Name
    en: Name


class Move(_Change):
    """A situation moves to the end of another group of its pack; its code stays."""

    kind: Literal["move"]
    code: SituationCode
    group: GroupCode


class Retire(_Change):
    """Nothing new is filed under the situation; what is there stays. `is_retired` false takes it back."""

    kind: Literal["retire"]
    code: SituationCode
    is_retired: bool


class Merge(_Change):
    """The situation goes away; entries, cases and agents' choices follow to another of its pack."""

    kind: Literal["merge"]
    code: SituationCode
    into: SituationCode


class Recode(_Change):
    """The situation gets another code; everything follows, and the old code still leads to it."""

    kind: Literal["recode"]
    code: SituationCode
    to: SituationCode


class AddIdea(_Change):
    """A solution idea that entries of the situation are offered."""

    kind: Literal["add_idea"]
    code: SituationCode
    idea: Name


class RenameIdea(_Change):
    """Another name for an idea; entries follow. The name of an idea that exists merges the two."""

    kind: Literal["rename_idea"]
    code: SituationCode
    idea: Name
    to: Name


class AddMeans(_Change):
    """A solution means under an idea."""

    kind: Literal["add_means"]
    code: SituationCode
    idea: Name
    means: Name


class RenameMeans(_Change):
    """Another name for a means; entries follow."""

    kind: Literal["rename_means"]
    code: SituationCode
    idea: Name
    means: Name
    to: Name


TaxonomyChange = Annotated[
    AddGroup | AddSituation | Rename | Move | Retire | Merge | Recode | AddIdea | RenameIdea | AddMeans | RenameMeans,
    Field(discriminator="kind"),
]


def apply_change(pack: TaxonomyPack, change: TaxonomyChange) -> TaxonomyPack:
    """Return the pack after a change.

    Raises:
        InvalidInputError: A code is not of this pack, or the pack would contradict itself.
        ConflictError: `taxonomy_unchanged`: nothing would be different.
    """
    changed = _apply(pack, change)
    if changed == pack:
        raise ConflictError("The taxonomy is as this change wants it already.", code="taxonomy_unchanged")
    check_pack(changed)
    return changed


def _apply(pack: TaxonomyPack, change: TaxonomyChange) -> TaxonomyPack:
    match change:
        case AddGroup():
            group = GroupItem(code=change.code, zh=change.zh, en=change.en)
            return pack.model_copy(update={"groups": (*pack.groups, group)})
        case AddSituation():
            return _append(pack, change.group, SituationItem(code=change.code, zh=change.zh, en=change.en))
        case Rename():
            return _rename(pack, change)
        case Move():
            return _append(_without(pack, change.code), change.group, find_situation(pack, change.code))
        case Retire():
            return _with_situation(pack, change.code, lambda item: _copy(item, retired=change.is_retired))
        case Merge():
            return _merge(pack, change)
        case Recode():
            renamed = _with_situation(pack, change.code, lambda item: _copy(item, code=change.to))
            merged = {key: value for key, value in pack.merged.items() if key != change.to}
            return renamed.model_copy(update={"merged": merged | {change.code: change.to}})
        case AddIdea():
            return _with_situation(pack, change.code, lambda item: _with_idea(item, change.idea, ()))
        case RenameIdea():
            return _with_situation(pack, change.code, lambda item: _rename_idea(item, change.idea, change.to))
        case AddMeans():
            return _with_situation(pack, change.code, lambda item: _with_idea(item, change.idea, (change.means,)))
        case RenameMeans():
            return _with_situation(pack, change.code, lambda item: _rename_means(item, change))


def find_situation(pack: TaxonomyPack, code: str) -> SituationItem:
    """Return a situation of the pack.

    Raises:
        InvalidInputError: `taxonomy_code_unknown`.
    """
    for group in pack.groups:
        for situation in group.situations:
            if situation.code == code:
                return situation
    raise _unknown(code)


def _unknown(code: str) -> InvalidInputError:
    message = f"{code} is not in this pack; reload the page and choose again."
    return InvalidInputError(message, field="code", code="taxonomy_code_unknown")


def _copy(item: SituationItem, **update: object) -> SituationItem:
    return item.model_copy(update=update)


def _with_situation(pack: TaxonomyPack, code: str, change: Callable[[SituationItem], SituationItem]) -> TaxonomyPack:
    find_situation(pack, code)
    groups = tuple(
        group.model_copy(
            update={"situations": tuple(change(item) if item.code == code else item for item in group.situations)}
        )
        for group in pack.groups
    )
    return pack.model_copy(update={"groups": groups})


def _without(pack: TaxonomyPack, code: str) -> TaxonomyPack:
    find_situation(pack, code)
    groups = tuple(
        group.model_copy(update={"situations": tuple(item for item in group.situations if item.code != code)})
        for group in pack.groups
    )
    return pack.model_copy(update={"groups": groups})


def _append(pack: TaxonomyPack, group_code: str, situation: SituationItem) -> TaxonomyPack:
    if all(group.code != group_code for group in pack.groups):
        raise _unknown(group_code)
    groups = tuple(
        group.model_copy(update={"situations": (*group.situations, situation)}) if group.code == group_code else group
        for group in pack.groups
    )
    return pack.model_copy(update={"groups": groups})


def _rename(pack: TaxonomyPack, change: Rename) -> TaxonomyPack:
    names = {"zh": change.zh, "en": change.en}
    if all(group.code != change.code for group in pack.groups):
        return _with_situation(pack, change.code, lambda item: _copy(item, **names))
    groups = tuple(group.model_copy(update=names) if group.code == change.code else group for group in pack.groups)
    return pack.model_copy(update={"groups": groups})


def _merge(pack: TaxonomyPack, change: Merge) -> TaxonomyPack:
    if change.code == change.into:
        message = "A situation cannot be merged into itself; choose another."
        raise InvalidInputError(message, field="into", code="taxonomy_code_unknown")
    if find_situation(pack, change.into).retired:
        message = f"{change.into} was retired; merge into a situation that is in use."
        raise InvalidInputError(message, field="into", code="situation_retired")
    ideas = find_situation(pack, change.code).ideas
    shrunk = _without(pack, change.code)
    shrunk = _with_situation(shrunk, change.into, lambda item: _with_ideas(item, ideas))
    return shrunk.model_copy(update={"merged": {**pack.merged, change.code: change.into}})


def _with_ideas(item: SituationItem, ideas: Sequence[IdeaItem]) -> SituationItem:
    return reduce(lambda before, idea: _with_idea(before, idea.zh, idea.means), ideas, item)


def _with_idea(item: SituationItem, name: str, means: tuple[str, ...]) -> SituationItem:
    known = {idea.zh: idea.means for idea in item.ideas}
    known[name] = tuple(dict.fromkeys((*known.get(name, ()), *means)))
    return _copy(item, ideas=tuple(IdeaItem(zh=zh, means=its) for zh, its in known.items()))


def _rename_idea(item: SituationItem, name: str, to: str) -> SituationItem:
    renamed = _copy(item, ideas=())
    for idea in item.ideas:
        renamed = _with_idea(renamed, to if idea.zh == name else idea.zh, idea.means)
    # An idea that only entries name becomes one that is offered, so that the new name is known.
    return _with_idea(renamed, to, ())


def _rename_means(item: SituationItem, change: RenameMeans) -> SituationItem:
    renamed = _copy(item, ideas=())
    for idea in item.ideas:
        means = tuple(change.to if idea.zh == change.idea and name == change.means else name for name in idea.means)
        renamed = _with_idea(renamed, idea.zh, means)
    return _with_idea(renamed, change.idea, (change.to,))
