"""Conditional orders of the brokers' own, passed through."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrator.errors import Problem, problems
from orchestrator.identity.access import ReadingCaller, TradingCaller
from orchestrator.orders import conditionals
from orchestrator.orders.conditional_schemas import ConditionalIn, ConditionalOut, ConditionalsOut, UnreadOut
from orchestrator.orders.requests import account_of
from orchestrator.orders.room import Key, Room, fingerprint_of
from orchestrator.orders.sweep_schemas import RequestOut

router = APIRouter(prefix="/v1/conditionals", tags=["conditionals"])


@router.get("", responses=problems(401))
async def list_conditionals(caller: ReadingCaller, trading: Room) -> ConditionalsOut:
    """What every connected broker keeps now, with what could not be read and what is not known."""
    lists, requests = await conditionals.listed(trading, caller)
    return ConditionalsOut(
        items=[ConditionalOut.of(one, report) for one in lists for report in one.reports],
        unread=[
            UnreadOut(
                account=one.connection.account.id,
                account_label=one.connection.account.label,
                reason=one.unread,
            )
            for one in lists
            if one.unread is not None
        ],
        unclear=[RequestOut.of(request) for request in requests],
    )


@router.post("", responses=problems(401, 404, 409, 422, 503))
async def place_conditional(
    body: ConditionalIn, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> RequestOut:
    """Ask a broker to keep a conditional order. `outcome` says whether it does; `broker_id` is its id there."""
    connection = account_of(trading, caller, body.account)
    conditionals.check_offered(connection, body.kind)
    intent = body.intent(await conditionals.last_price(trading, body.instrument))
    request = await conditionals.place(
        trading,
        connection,
        intent,
        body=body,
        caller=caller,
        key=caller.own(idempotency_key),
        fingerprint=fingerprint_of("conditional", body),
    )
    return RequestOut.of(request)


@router.patch("/{account}/{conditional_id}", responses=problems(401, 404, 409, 422, 503))
async def modify_conditional(
    account: str,
    conditional_id: str,
    body: ConditionalIn,
    caller: TradingCaller,
    trading: Room,
    idempotency_key: Key,
) -> RequestOut:
    """New triggers, quantities and prices for a conditional order; the whole of it is given anew."""
    if body.account != account:
        text = "a conditional order stays in its account"
        raise Problem(422, "invalid_input", text, field="account", rule=text)
    connection = account_of(trading, caller, account)
    conditionals.check_offered(connection, body.kind)
    intent = body.intent(await conditionals.last_price(trading, body.instrument))
    request = await conditionals.modify(
        trading,
        connection,
        conditional_id,
        intent,
        body=body,
        caller=caller,
        key=caller.own(idempotency_key),
        fingerprint=fingerprint_of("conditional", conditional_id, body),
    )
    return RequestOut.of(request)


@router.delete("/{account}/{conditional_id}", responses=problems(401, 404, 409, 503))
async def cancel_conditional(
    account: str, conditional_id: str, caller: TradingCaller, trading: Room, idempotency_key: Key
) -> RequestOut:
    """Take a conditional order out of its broker's watch."""
    connection = account_of(trading, caller, account)
    request = await conditionals.cancel(
        trading,
        connection,
        conditional_id,
        caller=caller,
        key=caller.own(idempotency_key),
        fingerprint=fingerprint_of("cancel conditional", account, conditional_id),
    )
    return RequestOut.of(request)
