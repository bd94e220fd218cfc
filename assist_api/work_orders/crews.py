"""Crews: one link for one order, without an account. One unit of work; the caller commits."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor, program
from assist_api.http.core import AuditTrail
from assist_api.work_orders.crew_token import is_genuine, link_of, sign
from assist_api.work_orders.models import CrewLink, WorkOrder, WorkOrderPhoto
from assist_api.work_orders.photos import photo_type
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.schemas import CrewLinkView, CrewOrder, OrderPhotoView, VisitSlots
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import FINAL, OrderAction, OrderState, legal_actions
from assist_api.work_orders.views import clocks_of, log_of
from kit.clock import Clock
from kit.errors import ConflictError, NotFoundError
from kit.files import write_atomically

LINK_LIFETIME = timedelta(hours=24)
"""One shift and what may follow it; a crew that needs longer is sent a new link."""
MAX_PHOTOS = 10
CREW = program("crew")
_CREW_ACTIONS = frozenset(
    {OrderAction.TAKE, OrderAction.ARRIVE, OrderAction.FINISH, OrderAction.RETURN, OrderAction.APPOINT}
)


class CrewService:
    """What a crew sees and does by its link."""

    def __init__(
        self, session: AsyncSession, clock: Clock, audit: AuditTrail, orders: WorkOrderService, folder: Path
    ) -> None:
        self._session = session
        self._rows = WorkOrderRepository(session)
        self._clock = clock
        self._audit = audit
        self._orders = orders
        self._folder = folder

    async def make_link(self, actor: Actor, order_id: UUID) -> CrewLinkView:
        """Return a new link for an order that was dispatched; earlier links of the order end.

        Raises:
            ConflictError: `work_order_not_dispatched`.
        """
        order = await self._rows.find(order_id, is_locked=True)
        if order is None or order.unit_id is None or OrderState(order.state) in FINAL:
            text = "Dispatch the order to a unit first."
            raise ConflictError(text, code="work_order_not_dispatched")
        now = self._clock.now()
        link = CrewLink(
            id=uuid4(), order_id=order.id, created_at=now, expires_at=now + LINK_LIFETIME,
            signing_key=secrets.token_hex(32),
        )  # fmt: skip
        await self._rows.replace_link(link)
        self._audit.record(self._session, actor, "work_order.linked", "work_order", order.id)
        token = sign(link.id, link.expires_at, link.signing_key)
        return CrewLinkView(token=token, path=f"/crew#{token}", expires_at=link.expires_at)

    async def view(self, token: str) -> CrewOrder:
        """Return the order of a link.

        Raises:
            NotFoundError: `crew_link_invalid`: the link is no link, has ended or was replaced.
        """
        return await self._view(await self._order(token))

    async def act(self, token: str, action: OrderAction, result: str = "") -> CrewOrder:
        """Take the order, arrive, or report what was done.

        Raises:
            NotFoundError: `crew_link_invalid`.
            IllegalTransitionError: The action does not fit the state.
        """
        order = await self._order(token, is_locked=True)
        await self._orders.append(CREW, order, action, {"result": result} if result else {})
        return await self._view(order)

    async def slots(self, token: str) -> VisitSlots:
        """Return when the crew's unit can come.

        Raises:
            NotFoundError: `crew_link_invalid`.
        """
        return await self._orders.slots_of(await self._order(token))

    async def appoint(self, token: str, starts_at: datetime, reason: str) -> CrewOrder:
        """Make or move the appointment.

        Raises:
            NotFoundError: `crew_link_invalid`.
            InvalidInputError: `slot_not_found`.
            ConflictError: `slot_taken`.
        """
        order = await self._order(token, is_locked=True)
        await self._orders.appoint(CREW, order, starts_at, reason)
        return await self._view(order)

    async def add_photo(self, token: str, content: bytes) -> OrderPhotoView:
        """Keep a photo of the order.

        Raises:
            NotFoundError: `crew_link_invalid`.
            InvalidInputError: `photo_type_unknown`: the file is no JPEG, PNG or WebP picture.
            ConflictError: `photos_full`.
        """
        order = await self._order(token, is_locked=True)
        media_type = photo_type(content)
        if len(await self._rows.photos_of(order.id)) >= MAX_PHOTOS:
            raise ConflictError(f"An order has at most {MAX_PHOTOS} photos.", code="photos_full", most=MAX_PHOTOS)
        photo = WorkOrderPhoto(
            id=uuid4(), order_id=order.id, media_type=media_type, size_bytes=len(content),
            created_at=self._clock.now(),
        )  # fmt: skip
        await to_thread.run_sync(_keep, self.path_of(photo.id), content)
        self._rows.add_photo(photo)
        self._audit.record(self._session, CREW, "work_order.photographed", "work_order", order.id)
        await self._session.flush()
        return OrderPhotoView.model_validate({name: getattr(photo, name) for name in OrderPhotoView.model_fields})

    async def photo(self, order_id: UUID, photo_id: UUID) -> tuple[Path, str]:
        """Return the file and the media type of a photo of an order.

        Raises:
            NotFoundError: There is no such photo.
        """
        photo = await self._rows.find_photo(photo_id)
        if photo is None or photo.order_id != order_id:
            raise NotFoundError("There is no such photo.", code="photo_not_found")
        return self.path_of(photo.id), photo.media_type

    def path_of(self, photo_id: UUID) -> Path:
        """Return where a photo lies."""
        return self._folder / photo_id.hex

    async def _order(self, token: str, *, is_locked: bool = False) -> WorkOrder:
        return await order_of_token(self._rows, self._clock, token, is_locked=is_locked)

    async def _view(self, order: WorkOrder) -> CrewOrder:
        log = log_of(await self._rows.events_of(order.id))
        state = OrderState(order.state)
        copied = CrewOrder.model_fields.keys() - {"clocks", "time_zone", "photos", "legal_actions"}
        return CrewOrder.model_validate(
            {
                **{name: getattr(order, name) for name in copied},
                "clocks": clocks_of(log, self._clock.now(), self._orders.zone),
                "time_zone": self._orders.zone.key,
                "photos": len(await self._rows.photos_of(order.id)),
                "legal_actions": [
                    action for action in legal_actions(state, order.business_type) if action in _CREW_ACTIONS
                ],
            }
        )


async def order_of_token(rows: WorkOrderRepository, clock: Clock, token: str, *, is_locked: bool = False) -> WorkOrder:
    """Return the order that a crew link is for.

    Raises:
        NotFoundError: `crew_link_invalid`: the token is none of ours, has ended or was replaced.
    """
    link_id = link_of(token)
    link = None if link_id is None else await rows.find_link(link_id)
    order = None
    if link is not None and clock.now() < link.expires_at:
        is_ours = is_genuine(token, link.id, link.expires_at, link.signing_key)
        order = await rows.find(link.order_id, is_locked=is_locked) if is_ours else None
    if order is None:
        text = "This link has ended; ask the dispatcher for a new one."
        raise NotFoundError(text, code="crew_link_invalid")
    return order


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as file:
        file.write(content)
