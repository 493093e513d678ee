"""Orders over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Header, Query, Response
from starlette.requests import HTTPConnection

from domain.order import OrderId
from domain.routing import Denied
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.orders import cancel as cancelling
from orchestrator.orders import modify as modifying
from orchestrator.orders import place as placing
from orchestrator.orders import repository
from orchestrator.orders.plan import notional
from orchestrator.orders.schemas import (
    DecisionOut,
    ModifyIn,
    OrderIn,
    OrderOut,
    OrderPage,
    OwnOrdersOut,
    PreviewOut,
    ReasonOut,
)
from orchestrator.orders.trading import Trading
from orchestrator.schemas import Out

router = APIRouter(prefix="/v1/orders", tags=["orders"])


async def _trading(connection: HTTPConnection) -> Trading:
    return cast(Trading, connection.app.state.trading)


Room = Annotated[Trading, Depends(_trading)]
Key = Annotated[
    str,
    Header(
        min_length=1,
        max_length=64,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own id of this request: the same key does it once, however often it is sent.",
    ),
]


@router.post("/preview", responses=problems(401, 404, 422))
async def preview_order(order: OrderIn, user: CurrentUser, trading: Room) -> PreviewOut:
    """The routing decision for this order as of now, or why it would be refused. Nothing is sent."""
    situation, decision, verdict = await placing.preview(trading, user_id=user, intent=order.intent())
    return PreviewOut(
        decision=DecisionOut.of(decision),
        notional=notional(situation),
        own_orders=OwnOrdersOut.of(verdict) if verdict and verdict.conflicts else None,
        as_of=situation.now,
    )


@router.post("", status_code=201, response_model=OrderOut, responses=problems(401, 404, 409, 422))
async def place_order(
    order: OrderIn,
    user: CurrentUser,
    trading: Room,
    idempotency_key: Key,
) -> Response:
    """Place an order. Answers when every broker has answered or its deadline has passed.

    A child without a clear answer is UNKNOWN: it is looked for, and never sent again.
    """
    intent = order.intent()
    fingerprint = hashlib.sha256(repr(intent).encode()).hexdigest()
    outcome = await placing.place(
        trading, user_id=user, intent=intent, key=idempotency_key, fingerprint=fingerprint
    )
    if isinstance(outcome, Denied):
        raise _refusal(outcome)
    stored, replayed = outcome
    if replayed:
        return _answer(OrderOut.of(stored), headers={"Idempotency-Replayed": "true"})
    return _answer(OrderOut.of(stored), status=201)


@router.get("", response_model=OrderPage, responses=problems(401, 422))
async def list_orders(
    user: CurrentUser,
    trading: Room,
    status: Annotated[Literal["open", "done", "all"], Query()] = "all",
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Newest first; `cursor` is the `next_cursor` of the page before."""
    before = OrderId(cursor) if cursor else None
    stored = await trading.db.read(
        lambda conn: repository.page(conn, user, status=status, before=before, limit=limit + 1)
    )
    more = len(stored) > limit
    page = OrderPage(
        items=[OrderOut.of(one) for one in stored[:limit]],
        next_cursor=stored[limit - 1].order.id if more else None,
    )
    return _answer(page)


@router.get("/{order_id}", responses=problems(401, 404))
async def get_order(order_id: str, user: CurrentUser, trading: Room) -> OrderOut:
    stored = await trading.db.read(lambda conn: repository.load(conn, user, OrderId(order_id)))
    if stored is None:
        raise not_found("order")
    return OrderOut.of(stored)


@router.patch("/{order_id}", response_model=OrderOut, responses=problems(401, 404, 409, 422))
async def modify_order(
    order_id: str, change: ModifyIn, user: CurrentUser, trading: Room, idempotency_key: Key
) -> Response:
    """New terms for what is still open. Answers when every broker has answered or its deadline has passed.

    More goes to the accounts that carry the order already, as far as their margin lets it. A part whose change has no
    clear answer says so in `changing` and is read until it is known. Where a broker cannot change an order, it is
    cancelled, and what is left is placed anew once it has provably ended.
    """
    terms = change.terms()
    outcome = await modifying.modify(
        trading,
        user_id=user,
        order_id=OrderId(order_id),
        terms=terms,
        key=idempotency_key,
        fingerprint=hashlib.sha256(f"{order_id} {terms!r}".encode()).hexdigest(),
    )
    if isinstance(outcome, Denied):
        raise _refusal(outcome, title="The order was not changed")
    stored, replayed = outcome
    return _answer(OrderOut.of(stored), headers={"Idempotency-Replayed": "true"} if replayed else None)


@router.delete("/{order_id}", status_code=202, responses=problems(401, 404, 409))
async def cancel_order(order_id: str, user: CurrentUser, trading: Room) -> OrderOut:
    """Ask every live part to be cancelled. What became of it comes with the order's later states."""
    return OrderOut.of(await cancelling.cancel(trading, user_id=user, order_id=OrderId(order_id)))


def _answer(body: Out, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON at once: an answer made of checked models need not be checked again on the way of an order."""
    return Response(body.model_dump_json(), status, headers, media_type="application/json")


def _refusal(denied: Denied, *, title: str = "The order was not sent") -> Problem:
    first = denied.reasons[0]
    return Problem(
        409,
        first.code,
        first.message,
        title=title,
        field=first.field,
        rule=first.message,
        fix=first.fix,
        reasons=[ReasonOut.of(reason).model_dump(mode="json") for reason in denied.reasons],
        decision=DecisionOut.of(denied).model_dump(mode="json"),
    )
