"""What people are told of the desk: what became of what they flagged or asked, and of their drafts.

A captured question is a caller's words, also when it is de-identified. No notification holds it: they name the text
that a curator wrote, or only the kind of the item; the words stand on the desk, behind its permission.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from assist_api.accounts.models import Account
from assist_api.curation.models import CurationItem, ItemKind
from assist_api.curation.repository import CurationRepository
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from kb.entries.models import Revision
from kb.entries.repository import EntryRepository

MOMENT_ANSWERED = NotificationRule("moment.answered", parameters=frozenset({"title"}))
MOMENT_DECLINED = NotificationRule("moment.declined", parameters=frozenset({"item_kind", "title", "reason"}))
DRAFT_PUBLISHED = NotificationRule("draft.published", parameters=frozenset({"title"}))
DRAFT_RETURNED = NotificationRule("draft.returned", parameters=frozenset({"title", "reason"}))
REVIEW_DUE = NotificationRule("entry.review_due", parameters=frozenset({"title"}))
ITEM_ASSIGNED = NotificationRule("item.assigned", parameters=frozenset({"item_kind", "title"}))

_OF_TEXTS = (MOMENT_ANSWERED, DRAFT_PUBLISHED, DRAFT_RETURNED)
"""Named after the text that a curator wrote; the others after what the item is about."""


class CurationNotices:
    """Sends the notifications of the desk."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        for rule in (MOMENT_ANSWERED, MOMENT_DECLINED, DRAFT_PUBLISHED, DRAFT_RETURNED, REVIEW_DUE, ITEM_ASSIGNED):
            notifier.rules.add(rule)

    async def published(self, rows: CurationRepository, item: CurationItem) -> None:
        """Tell the author and everyone whose moments speak for the item that there is an answer now."""
        entry_id = item.draft_entry_id or item.entry_id
        if item.drafted_by is not None:
            await self._send(rows, DRAFT_PUBLISHED, item, item.drafted_by, "entry", entry_id or item.id)
        for account_id in await rows.flaggers(item.id) - {item.drafted_by}:
            await self._send(rows, MOMENT_ANSWERED, item, account_id, "entry", entry_id or item.id)

    async def declined(self, rows: CurationRepository, item: CurationItem, reason: str) -> None:
        """Tell everyone whose moments speak for the item why nothing changes."""
        for account_id, call_id in (await rows.flagged_calls(item.id)).items():
            await self._send(rows, MOMENT_DECLINED, item, account_id, "call", call_id, reason)

    async def returned(self, rows: CurationRepository, item: CurationItem, reason: str) -> None:
        """Tell the author that a second person did not publish the draft."""
        if item.drafted_by is not None:
            await self._send(rows, DRAFT_RETURNED, item, item.drafted_by, "curation_item", item.id, reason)

    async def assigned(self, rows: CurationRepository, item: CurationItem, account_id: UUID) -> None:
        """Tell somebody that an item is theirs."""
        await self._send(rows, ITEM_ASSIGNED, item, account_id, "curation_item", item.id)

    async def reviews_due(self, rows: CurationRepository, texts: Sequence[Revision]) -> None:
        """Remind the owners of texts whose review is overdue, once a text; an owner is known by either name."""
        accounts = await rows.session.scalars(select(Account).where(Account.is_active.is_(True)))
        named = {name: account.id for account in accounts for name in (account.username, account.display_name)}
        for text in texts:
            if text.owner in named:
                await self._notifier.notify(
                    rows.session,
                    REVIEW_DUE.kind,
                    {"title": text.title},
                    object_kind="entry",
                    object_id=text.entry_id,
                    owner_id=named[text.owner],
                    dedup_key=f"{REVIEW_DUE.kind}:{text.id}",
                )

    async def _send(
        self,
        rows: CurationRepository,
        rule: NotificationRule,
        item: CurationItem,
        account_id: UUID,
        object_kind: str,
        object_id: UUID,
        reason: str = "",
    ) -> None:
        title = await _title(rows, item) if rule in _OF_TEXTS else _neutral(item)
        parameters = {"title": title, "item_kind": item.kind, "reason": reason}
        await self._notifier.notify(
            rows.session,
            rule.kind,
            {name: parameters[name] for name in rule.parameters},
            object_kind=object_kind,
            object_id=object_id,
            owner_id=account_id,
            dedup_key=f"{rule.kind}:{item.id}:{item.version}",
        )


async def _title(rows: CurationRepository, item: CurationItem) -> str:
    """Return the title of the draft of an item, else what the item may be called anywhere."""
    ids = [] if item.draft_revision_id is None else [item.draft_revision_id]
    found = await EntryRepository(rows.session).find_revisions(ids)
    return found[0].title if found else _neutral(item)


def _neutral(item: CurationItem) -> str:
    return "" if item.kind == ItemKind.UNANSWERED else item.title
