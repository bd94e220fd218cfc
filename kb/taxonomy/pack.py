"""A taxonomy pack as a file: YAML in, checked with line and field, YAML out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.packs.file_format import PackSyntaxError, StrictLoader
from kb.taxonomy.tree import GENERAL, PACK_NAMES, SectorBranch, branch_from
from kit.errors import InvalidInputError

MAX_PACK_CHARACTERS = 500_000
GroupCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=48)]
SituationCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class _Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IdeaItem(_Item):
    """A solution idea that entries of a situation are offered."""

    zh: Name
    means: tuple[Name, ...] = ()


class SituationItem(_Item):
    """One situation."""

    code: SituationCode
    zh: Name
    en: Name
    retired: bool = False
    ideas: tuple[IdeaItem, ...] = ()


class GroupItem(_Item):
    """Situations that a menu shows together."""

    code: GroupCode
    zh: Name
    en: Name
    situations: tuple[SituationItem, ...] = ()


class TaxonomyPack(_Item):
    """One sector's part of the taxonomy, as its file has it."""

    sector: str | None
    zh: Name
    en: Name
    names: tuple[Name, ...] = ()
    groups: tuple[GroupItem, ...]
    merged: dict[SituationCode, SituationCode] = {}

    @property
    def name(self) -> str:
        """The sector's code, or `general`."""
        return self.sector or GENERAL

    def branch(self) -> SectorBranch:
        """Return what the taxonomy is made of."""
        return branch_from(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return JSON values; what is empty or false is left out, as in the files."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_taxonomy_pack(text: str) -> TaxonomyPack:
    """Read and check a pack.

    Raises:
        InvalidInputError: `taxonomy_pack_invalid`; message and `errors` name line and field of every problem.
    """
    if len(text) > MAX_PACK_CHARACTERS:
        raise _refused([(1, "", f"The file is longer than {MAX_PACK_CHARACTERS} characters.")])
    try:
        loader = StrictLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise _refused([(1, "", "A taxonomy pack is a mapping with sector, zh, en and groups.")])
        data = loader.construct_document(root)
    except PackSyntaxError as error:
        raise _refused([(error.line, "", error.message)]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refused([(line, "", f"The file is not YAML: {error.problem}.")]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _refused([(1, "", f"The file is not YAML: {error}.")]) from error
    try:
        pack = TaxonomyPack.model_validate(data)
    except ValidationError as error:
        problems = [(item["loc"], item["msg"]) for item in error.errors(include_url=False, include_input=False)]
    else:
        problems = list(find_problems(pack))
        if not problems:
            return pack
    raise _refused([(_line_of(root, place), ".".join(map(str, place)), message) for place, message in problems])


def write_taxonomy_pack(pack: TaxonomyPack) -> str:
    """Return the pack as YAML that `read_taxonomy_pack` reads."""
    plain = {"sector": pack.sector, **pack.plain()}
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def check_pack(pack: TaxonomyPack) -> None:
    """Refuse a pack that contradicts itself.

    Raises:
        InvalidInputError: `taxonomy_pack_invalid`.
    """
    problems = list(find_problems(pack))
    if problems:
        raise _refused([(0, ".".join(map(str, place)), message) for place, message in problems])


Place = tuple[int | str, ...]


def find_problems(pack: TaxonomyPack) -> Iterator[tuple[Place, str]]:
    """Yield what the types cannot say: codes that are used twice, stand in the wrong sector, or lead nowhere."""
    if pack.name not in PACK_NAMES:
        yield ("sector",), f"Sector {pack.sector!r} is not known; use one of {', '.join(PACK_NAMES[:-1])}, or null."
    seen: dict[str, Place] = {}
    for group_at, group in enumerate(pack.groups):
        place: Place = ("groups", group_at)
        yield from _code_problems(pack, group.code, (*place, "code"), seen)
        for at, situation in enumerate(group.situations):
            yield from _code_problems(pack, situation.code, (*place, "situations", at, "code"), seen)
            names = [idea.zh for idea in situation.ideas]
            if len(set(names)) < len(names):
                yield (*place, "situations", at, "ideas"), "An idea stands here twice; remove one."
    situations = {situation.code for group in pack.groups for situation in group.situations}
    for old, new in pack.merged.items():
        if old in situations:
            yield ("merged", old), f"{old} is a situation of this pack; it cannot be merged away as well."
        if new not in situations and new not in pack.merged:
            yield ("merged", old), f"{new} is not a situation of this pack; name the code that took over."


def _code_problems(pack: TaxonomyPack, code: str, place: Place, seen: dict[str, Place]) -> Iterator[tuple[Place, str]]:
    if not code.startswith(f"{pack.name}."):
        yield place, f"{code} must begin with {pack.name}."
    if code in seen:
        yield place, f"{code} stands here twice; codes must be unique."
    seen[code] = place


def _line_of(node: yaml.Node, place: Place) -> int:
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _refused(problems: list[tuple[int, str, str]]) -> InvalidInputError:
    errors = [
        {
            "field": field,
            "code": "taxonomy_pack_invalid",
            "message": f"Line {line}: {field}: {message}" if line else f"{field}: {message}",
            "line": line,
        }
        for line, field, message in problems
    ]
    first = problems[0]
    return InvalidInputError(
        str(errors[0]["message"]),
        field=first[1] or "pack",
        code="taxonomy_pack_invalid",
        line=first[0],
        reason=first[2],
        errors=[{key: item[key] for key in ("field", "code", "message")} for item in errors],
    )
