"""Orders over HTTP."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import Connection

from domain.order import OrderId
from domain.routing import Denied
from orchestrator.errors import not_found, problems
from orchestrator.identity.access import ReadingCaller, ReadingUser, TradingCaller
from orchestrator.orders import cancel as cancelling
from orchestrator.orders import finding, looking
from orchestrator.orders import modify as modifying
from orchestrator.orders import place as placing
from orchestrator.orders.approval_answer import waits
from orchestrator.orders.approval_schemas import ApprovalOut
from orchestrator.orders.basket_schemas import BasketIn, BasketOut
from orchestrator.orders.baskets import price_basket
from orchestrator.orders.permit import visible
from orchestrator.orders.preview_schemas import DryRunOut, PreviewOut
from orchestrator.orders.room import Key, Room, answer, refusal
from orchestrator.orders.schemas import (
    ModifyIn,
    OrderIn,
    OrderOut,
    OrderPage,
)
from orchestrator.orders.sought import Sought, seen_by, sought
from orchestrator.orders.waiting import Waiting

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.post("/preview", responses=problems(401, 404, 422))
async def preview_order(order: OrderIn, caller: ReadingCaller, trading: Room) -> PreviewOut:
    """The routing decision for this order as of now, or why it would be refused. Nothing is sent.

    For a personal token: within its policy, as it would be if it placed the order.
    """
    seen = await placing.preview(
        trading, user_id=caller.user_id, intent=order.intent(), policy=order.chosen, caller=caller
    )
    return PreviewOut.of(*seen)


@router.post("/margins", responses=problems(401, 404, 422))
async def price_orders(basket: BasketIn, user: ReadingUser, trading: Room) -> BasketOut:
    """What these orders would need together at each account, sent in their order, buys first. Nothing is sent."""
    intents = [replace(order.intent(), account=None) for order in basket.orders]
    return BasketOut.of(*await price_basket(trading, user_id=user, intents=intents))


@router.post(
    "",
    status_code=201,
    response_model=OrderOut,
    responses=problems(401, 404, 409, 422)
    | {
        200: {"model": OrderOut | DryRunOut, "description": "Placed before by this key; or a dry run"},
        202: {"model": ApprovalOut, "description": "Not sent: it waits for its user"},
    },
)
async def place_order(
    order: OrderIn,
    caller: TradingCaller,
    trading: Room,
    idempotency_key: Key,
) -> Response:
    """Place an order. Answers when every broker has answered or its deadline has passed.

    A child without a clear answer is UNKNOWN: it is looked for, and never sent again. A personal token that only tries
    things gets 200 with `dry_run: true` and no id: nothing was sent. What is outside the policy of a token that asks
    its user gets 202 with the approval: the order is placed by this key once that is given.
    """
    intent = order.intent()
    asked = intent if order.chosen is None else (intent, order.chosen)
    outcome = await placing.place(
        trading,
        user_id=caller.user_id,
        intent=intent,
        key=idempotency_key,
        fingerprint=hashlib.sha256(repr(asked).encode()).hexdigest(),
        policy=order.chosen,
        caller=caller,
    )
    if isinstance(outcome, placing.DryRun) and outcome.seen is not None:
        return answer(DryRunOut.of(*outcome.seen))
    if isinstance(outcome, Waiting) and outcome.approval is not None:
        return waits(outcome.approval)
    if isinstance(outcome, Denied):
        raise refusal(outcome)
    stored, replayed = outcome
    if replayed:
        return answer(OrderOut.of(stored), headers={"Idempotency-Replayed": "true"})
    return answer(OrderOut.of(stored), status=201)


@router.get("", response_model=OrderPage, responses=problems(401, 422))
async def list_orders(
    caller: ReadingCaller,
    trading: Room,
    wanted: Annotated[Sought, Depends(sought)],
    status: Annotated[Literal["open", "done", "all"], Query()] = "all",
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Newest first; `cursor` is the `next_cursor` of the page before."""
    before = OrderId(cursor) if cursor else None
    look = seen_by(caller, wanted)

    def work(conn: Connection) -> tuple[list[str], OrderId | None]:
        found = finding.page_rows(
            conn, caller.user_id, status=status, before=before, limit=limit + 1, sought=look
        )
        last = found[limit - 1].order.id if len(found) > limit else None
        return [trading.written.text(one) for one in found[:limit]], last

    items, next_cursor = await trading.db.read(work)
    page = f'{{"items":[{",".join(items)}],"next_cursor":{json.dumps(next_cursor)}}}'
    return Response(page, media_type="application/json")


@router.get("/by-key/{key:path}", responses=problems(401, 404))
async def find_order(
    key: Annotated[str, Path(min_length=1, max_length=64)], caller: ReadingCaller, trading: Room
) -> OrderOut:
    """The order that a request with this Idempotency-Key made; 404 while none is recorded. Asking sends nothing.

    Every personal token has keys of its own: it finds what it placed itself.
    """
    earlier = await trading.db.read(lambda conn: finding.replayed(conn, caller.user_id, caller.own(key)))
    if earlier is None or not earlier[0].startswith("ord_"):
        raise not_found("order of this key")
    return await get_order(earlier[0], caller, trading)


@router.get("/{order_id}", responses=problems(401, 404))
async def get_order(order_id: str, caller: ReadingCaller, trading: Room) -> OrderOut:
    """One order: its parts at the brokers, the decision behind them, and its timeline."""
    stored = await trading.db.read(lambda conn: finding.load(conn, caller.user_id, OrderId(order_id)))
    if stored is None or not visible(caller, stored.order):
        raise not_found("order")
    return OrderOut.of(stored)


@router.patch("/{order_id}", response_model=OrderOut, responses=problems(401, 404, 409, 422))
async def modify_order(
    order_id: str, change: ModifyIn, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> Response:
    """New terms for what is still open. Answers when every broker has answered or its deadline has passed.

    More goes to the accounts that carry the order already, as far as their margin lets it. A part whose change has no
    clear answer says so in `changing` and is read until it is known. Where a broker cannot change an order, it is
    cancelled, and what is left is placed anew once it has provably ended.
    """
    terms = change.terms()
    outcome = await modifying.modify(
        trading,
        user_id=caller.user_id,
        order_id=OrderId(order_id),
        terms=terms,
        key=idempotency_key,
        fingerprint=hashlib.sha256(f"{order_id} {terms!r}".encode()).hexdigest(),
        caller=caller,
    )
    if isinstance(outcome, Denied):
        raise refusal(outcome, title="The order was not changed")
    stored, replayed = outcome
    return answer(OrderOut.of(stored), headers={"Idempotency-Replayed": "true"} if replayed else None)


@router.post("/{order_id}/parts/{child_id}/look", responses=problems(401, 404, 409, 503))
async def look_for_part(order_id: str, child_id: str, caller: TradingCaller, trading: Room) -> OrderOut:
    """Ask the broker now for a part without a clear answer. What is found is learnt; what is not is looked for on, and
    counts as absent only by looks over the broker's quiet window. Nothing is ever sent in its place."""
    order = await get_order(order_id, caller, trading)
    live = await looking.unclear_part_of(trading, caller.user_id, order.id, child_id)
    await looking.look(trading, live, caller.actor)
    return await get_order(order_id, caller, trading)


@router.delete("/{order_id}", status_code=202, responses=problems(401, 404, 409))
async def cancel_order(order_id: str, caller: TradingCaller, trading: Room) -> OrderOut:
    """Ask every live part to be cancelled. What became of it comes with the order's later states."""
    return OrderOut.of(
        await cancelling.cancel(trading, user_id=caller.user_id, order_id=OrderId(order_id), caller=caller)
    )
