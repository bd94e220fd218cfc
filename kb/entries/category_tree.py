"""The classification tree: situations from the taxonomy, ideas and means from the entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from kb.entries.models import Category, CategoryLevel
from kb.entries.schemas import (
    BusinessTypeNode,
    CategoryTree,
    IdeaNode,
    MeansNode,
    SectorNode,
    SituationGroupNode,
    SituationNode,
)
from kb.taxonomy.tree import Situation, SituationGroup, Taxonomy

NAMESPACE = UUID("6f0d3d36-5b0d-4c8e-9d5c-2f0f5a8c7c11")
LEVELS = (CategoryLevel.SITUATION, CategoryLevel.IDEA, CategoryLevel.MEANS)


def category_node_id(*path: str) -> UUID:
    """Return the id of the node at `situation[, idea[, means]]`; the same in every installation."""
    return uuid5(NAMESPACE, "\x1f".join(path))


def category_rows(taxonomy: Taxonomy, situation_code: str, idea: str, means: str) -> list[dict[str, Any]]:
    """Return the rows from the situation down to the deepest facet that is named, parents first."""
    situation = taxonomy.situations[situation_code]
    path: list[str] = []
    rows: list[dict[str, Any]] = []
    for level, name in zip(LEVELS, (situation_code, idea, means), strict=True):
        if not name:
            break
        path.append(name)
        node_id = category_node_id(*path)
        is_top = level is CategoryLevel.SITUATION
        rows.append(
            {
                "id": node_id,
                "parent_id": rows[-1]["id"] if rows else None,
                "level": level,
                "code": situation_code if is_top else f"{situation_code}:{node_id.hex[:16]}",
                "sector": situation.sector,
                "name_zh": situation.name_zh if is_top else name,
                "name_en": situation.name_en if is_top else "",
            }
        )
    return rows


def build_tree(taxonomy: Taxonomy, rows: Sequence[Category], counts: Mapping[UUID, int]) -> CategoryTree:
    """Join the taxonomy with the ideas and means that published entries use; unused nodes are left out."""
    children: defaultdict[UUID, list[Category]] = defaultdict(list)
    for row in rows:
        if row.parent_id is not None:
            children[row.parent_id].append(row)
    sectors = [
        SectorNode(
            code=branch.code,
            name_zh=branch.name_zh,
            name_en=branch.name_en,
            groups=[_group_node(group, children, counts) for group in branch.groups],
        )
        for branch in taxonomy.sectors
    ]
    types = [
        BusinessTypeNode(code=item.code, name_zh=item.name_zh, name_en=item.name_en)
        for item in taxonomy.business_types.values()
    ]
    return CategoryTree(sectors=sectors, business_types=types)


def _group_node(
    group: SituationGroup, children: Mapping[UUID, list[Category]], counts: Mapping[UUID, int]
) -> SituationGroupNode:
    situations = [_situation_node(item, children, counts) for item in group.situations]
    return SituationGroupNode(code=group.code, name_zh=group.name_zh, name_en=group.name_en, situations=situations)


def _situation_node(
    situation: Situation, children: Mapping[UUID, list[Category]], counts: Mapping[UUID, int]
) -> SituationNode:
    node_id = category_node_id(situation.code)
    ideas = [_idea_node(idea, children, counts) for idea in children.get(node_id, ())]
    used = [idea for idea in ideas if idea.entry_count]
    return SituationNode(
        code=situation.code,
        name_zh=situation.name_zh,
        name_en=situation.name_en,
        entry_count=counts.get(node_id, 0) + sum(idea.entry_count for idea in used),
        ideas=used,
    )


def _idea_node(idea: Category, children: Mapping[UUID, list[Category]], counts: Mapping[UUID, int]) -> IdeaNode:
    means = [
        MeansNode(id=item.id, name_zh=item.name_zh, entry_count=counts[item.id])
        for item in children.get(idea.id, ())
        if counts.get(item.id)
    ]
    total = counts.get(idea.id, 0) + sum(item.entry_count for item in means)
    return IdeaNode(id=idea.id, name_zh=idea.name_zh, entry_count=total, means=means)
