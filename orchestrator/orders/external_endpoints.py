"""Orders placed past the product, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrator.errors import problems
from orchestrator.identity.access import ReadingCaller, TradingCaller
from orchestrator.orders import external
from orchestrator.orders.external_schemas import ExternalOrderOut, ExternalOrdersOut
from orchestrator.orders.permit import outside_policy, without_effect
from orchestrator.orders.requests import account_of
from orchestrator.orders.room import Room

router = APIRouter(prefix="/v1/orders/external", tags=["orders"])


@router.get("", responses=problems(401))
async def list_external_orders(caller: ReadingCaller, trading: Room) -> ExternalOrdersOut:
    """Today's orders at my brokers that were not placed here, as their books show now."""
    return ExternalOrdersOut.of(await external.listed(trading, caller))


@router.delete("/{account}/{broker_order_id}", responses=problems(401, 404, 409, 502, 503))
async def cancel_external_order(
    account: str, broker_order_id: str, caller: TradingCaller, trading: Room
) -> ExternalOrderOut:
    """Ask the broker to cancel such an order. The answer shows it as it is then: cancelled, or not yet."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    connection = account_of(trading, caller, account)
    report = await external.cancel(trading, connection, broker_order_id, caller)
    return ExternalOrderOut.of(connection, report)
