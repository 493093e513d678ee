"""Leaving many orders, one position, all of them; and converting positions."""

from __future__ import annotations

from fastapi import APIRouter, Response

from adapters.broker import Conversion
from adapters.guard import Guarded
from domain.order import OrderIntent, OrderType
from domain.routing import Denied
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import TradingCaller
from orchestrator.orders import sweep
from orchestrator.orders.approval_answer import waits
from orchestrator.orders.approval_schemas import ApprovalOut
from orchestrator.orders.permit import outside_policy, without_effect
from orchestrator.orders.place import DryRun
from orchestrator.orders.preview_schemas import DryRunOut
from orchestrator.orders.requests import account_of, ask_once, within_policy
from orchestrator.orders.room import Key, Room, answer, fingerprint_of, refusal
from orchestrator.orders.schemas import OrderOut
from orchestrator.orders.sweep_schemas import (
    CancelManyIn,
    CancelManyOut,
    ConvertIn,
    ExitAllIn,
    ExitAllOut,
    ExitIn,
    FlatOut,
    RequestOut,
    named,
)
from orchestrator.orders.waiting import Waiting

router = APIRouter(prefix="/v1", tags=["orders"])


@router.post("/orders/cancel", responses=problems(401, 422))
async def cancel_orders(which: CancelManyIn, caller: TradingCaller, trading: Room) -> CancelManyOut:
    """Ask every fitting open order to be cancelled. `ended` are proven; the others are followed like any order."""
    done = await sweep.cancel_many(trading, user_id=caller.user_id, wanted=which.wants, caller=caller)
    return CancelManyOut.of(done)


@router.post(
    "/positions/exit",
    status_code=201,
    response_model=OrderOut,
    responses=problems(401, 404, 409, 422)
    | {
        200: {"model": OrderOut | DryRunOut, "description": "Placed before by this key; or a dry run"},
        202: {"model": ApprovalOut, "description": "Not sent: it waits for its user"},
    },
)
async def exit_position(
    position: ExitIn, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> Response:
    """Leave a position at the market: what is held, as just read, less what is on its way out already."""
    connection = account_of(trading, caller, position.account)
    asked = sweep.Exit(
        connection.account.id,
        named(position.exchange, position.symbol),
        position.product,
        position.quantity,
    )
    outcome = await sweep.exit_position(trading, connection, asked, key=idempotency_key, caller=caller)
    if isinstance(outcome, DryRun) and outcome.seen is not None:
        return answer(DryRunOut.of(*outcome.seen))
    if isinstance(outcome, Waiting) and outcome.approval is not None:
        return waits(outcome.approval)
    if isinstance(outcome, Denied):
        raise refusal(outcome)
    stored, replayed = outcome
    if replayed:
        return answer(OrderOut.of(stored), headers={"Idempotency-Replayed": "true"})
    return answer(OrderOut.of(stored), status=201)


@router.post("/positions/exit-all", responses=problems(401, 422))
async def exit_all_positions(
    confirmed: ExitAllIn, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> ExitAllOut:
    """Cancel every open order, leave every position, and say which accounts are proven flat."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    orders, accounts = await sweep.exit_all(
        trading, user_id=caller.user_id, key=idempotency_key, caller=caller
    )
    return ExitAllOut(
        flat=all(one.flat for one in accounts),
        accounts=[FlatOut.of(one) for one in accounts],
        orders=[OrderOut.of(stored) for stored in orders],
    )


@router.post("/positions/convert", responses=problems(401, 404, 409, 422))
async def convert_position(
    body: ConvertIn, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> RequestOut:
    """Move a part of a position to another product, as far as the broker lets it."""
    connection = account_of(trading, caller, body.account)
    name = named(body.exchange, body.symbol)
    for product in (body.old, body.new):
        within_policy(trading, caller, OrderIntent(name, body.side, body.quantity, OrderType.MARKET, product))
    if not connection.terms.converts:
        text = f"{connection.terms.name} converts positions on its own pages only"
        raise Problem(409, "conversion_unsupported", text, field="account")
    if body.old is body.new:
        raise Problem(422, "invalid_input", "the two products are the same", field="new")
    conversion = Conversion(name, body.side, body.quantity, body.old, body.new, body.overnight)

    async def call(broker: Guarded) -> None:
        await broker.convert(conversion)

    request, _ = await ask_once(
        trading,
        connection,
        caller=caller,
        kind="convert",
        body=body.model_dump_json(),
        key=caller.own(idempotency_key),
        fingerprint=fingerprint_of("convert", body),
        call=call,
    )
    return RequestOut.of(request)
