"""Agents with a confirmed skill: queues that ask for the skill ring them as well. Pure.

The confirmed proposal of the trainer's room is the only place that says who has a skill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from assist_api.routing.book import Member, Queue, RoutingBook

Skilled = Mapping[str, Collection[str]]
"""Numbers of the agents by their skill, as `comparable_skill` writes it."""
NOBODY: Skilled = {}


def comparable_skill(skill: str) -> str:
    """Return a skill without what people write differently: case and spaces."""
    return "".join(skill.split()).casefold()


def with_skill(queue: Queue, skilled: Skilled) -> Collection[str]:
    """Return who has the skill that a queue asks for; nobody where it asks for none."""
    skill = comparable_skill(queue.skill)
    return skilled.get(skill, ()) if skill else ()


def joined_members(queue: Queue, skilled: Skilled, phones: Collection[str]) -> Iterator[Member]:
    """Yield the agents who join a queue by its skill; they are rung with the least able of those that the book names.

    Args:
        queue: Of the book; one without a skill is joined by nobody.
        skilled: Who has a skill.
        phones: Agents who have a telephone.
    """
    named = {member.agent for member in queue.members}
    penalty = max((member.penalty for member in queue.members), default=0)
    for agent in sorted(with_skill(queue, skilled)):
        if agent in phones and agent not in named:
            yield Member(agent=agent, penalty=penalty)


def joined_queues(book: RoutingBook, skilled: Skilled, phones: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the queues that each agent joins by a skill."""
    found: dict[str, list[str]] = defaultdict(list)
    for queue in book.queues:
        for member in joined_members(queue, skilled, phones):
            found[member.agent].append(queue.name)
    return found
