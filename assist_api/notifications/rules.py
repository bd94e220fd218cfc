"""Which notifications there are and whom each reaches. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assist_api.http.permissions import PERMISSIONS, Permission, Role

_KIND = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
Parameters = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class NotificationRule:
    """One kind of notification, declared by the module that sends it.

    Attributes:
        kind: `noun.past_participle`, such as `import.failed`; the page has its text under this name.
        parameters: Names of the values that the text needs.
        to_owner: Whether it reaches the person whose object it is.
        to_roles: Roles that it reaches besides.
        to_holders_of: Permission whose holders it reaches besides; None for nobody.
    """

    kind: str
    parameters: frozenset[str] = frozenset()
    to_owner: bool = True
    to_roles: frozenset[Role] = frozenset()
    to_holders_of: Permission | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role that it reaches."""
        holders = {role for role in Role if self.to_holders_of in PERMISSIONS[role]}
        return tuple(sorted(self.to_roles | holders))


class NotificationRules:
    """The rules of every module, by kind."""

    def __init__(self, rules: Iterable[NotificationRule] = ()) -> None:
        self._rules: dict[str, NotificationRule] = {}
        for rule in rules:
            self.add(rule)

    def add(self, rule: NotificationRule) -> None:
        """Declare a kind.

        Raises:
            ValueError: Its name is no `noun.past_participle`, or another rule has it.
        """
        if not _KIND.fullmatch(rule.kind) or rule.kind in self._rules:
            raise ValueError(f"the notification kind {rule.kind!r} is declared twice or not a noun.past_participle")
        self._rules[rule.kind] = rule

    def __iter__(self) -> Iterator[NotificationRule]:
        return iter(self._rules.values())

    def get(self, kind: str, parameters: Parameters) -> NotificationRule:
        """Return the rule of a kind.

        Raises:
            ValueError: Nobody declared the kind, or the parameters are not those of its text.
        """
        rule = self._rules.get(kind)
        if rule is None:
            raise ValueError(f"no module declares the notification kind {kind!r}")
        if rule.parameters != parameters.keys():
            raise ValueError(f"the notification {kind} needs the parameters {sorted(rule.parameters)}")
        return rule
