"""Tools that place, change and cancel orders: first they only show, and act when the shown plan is confirmed."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from trademaster import AsyncClient
from trademaster.mcp.clients import Clients, Ctx, asking
from trademaster.mcp.confirm import SECONDS, Confirmation, confirmation
from trademaster.mcp.shown import amount
from trademaster.mcp.shown_orders import Order, Plan
from trademaster.models import OrderIn, OrderOut, PreviewOut

Symbol = Annotated[str, Field(description="EXCHANGE:SYMBOL, for example NSE:INFY", max_length=64)]
Rupees = Annotated[
    str | None, Field(description='rupees as text, "1500.05"', pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$")
]
Confirm = Annotated[
    str | None,
    Field(description="left out: only show. Else `confirm` of the plan that the person has just agreed to"),
]
Units = Annotated[int, Field(gt=0, le=100_000_000, description="units (shares), a multiple of the lot")]

SHOW = (
    "Nothing was sent. Show this to the person; if they agree, call again with this confirm within "
    f"{SECONDS // 60} minutes."
)
CHANGED = "NOT sent: the plan is not the one that was confirmed, or the confirmation is over. This is the plan now. "
REFUSED = "Nothing was sent, and nothing would be: see `refused`."


class Shown(BaseModel):
    """`sent` false: nothing happened; `words` say why and what to do next."""

    sent: bool
    words: str
    confirm: str | None
    plan: Plan | None
    order: Order | None


class Terms(BaseModel):
    """What an order has, and what it would have."""

    order_id: str
    status: str
    filled_quantity: int
    quantity: int
    price: str | None
    trigger_price: str | None
    new_quantity: int | None
    new_price: str | None
    new_trigger_price: str | None


class ChangeShown(BaseModel):
    """`sent` false: nothing happened; `words` say why and what to do next."""

    sent: bool
    words: str
    confirm: str | None
    terms: Terms | None
    order: Order | None


class Ordering:
    """Each method is a tool; its first lines are what the model reads of it."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def preview_order(
        self,
        context: Ctx,
        symbol: Symbol,
        side: Literal["BUY", "SELL"],
        quantity: Units,
        order_type: Literal["MARKET", "LIMIT", "SL", "SL-M"],
        product: Literal["CNC", "MIS", "NRML", "MTF"],
        price: Rupees = None,
        trigger_price: Rupees = None,
        account: Annotated[str, Field(description="auto, or an account's id")] = "auto",
    ) -> Shown:
        """Shows which accounts would take an order, what it would cost, or why it would be refused. Sends nothing."""
        async with asking(self._clients, context) as client:
            asked = _asked(symbol, side, quantity, order_type, product, price, trigger_price, account)
            return _shown(client, asked, await client.orders.preview(asked), SHOW)

    async def place_order(
        self,
        context: Ctx,
        symbol: Symbol,
        side: Literal["BUY", "SELL"],
        quantity: Units,
        order_type: Literal["MARKET", "LIMIT", "SL", "SL-M"],
        product: Literal["CNC", "MIS", "NRML", "MTF"],
        price: Rupees = None,
        trigger_price: Rupees = None,
        account: Annotated[str, Field(description="auto, or an account's id")] = "auto",
        confirm: Confirm = None,
    ) -> Shown:
        """Places an order with real money, once the person has agreed to its plan.

        Without `confirm` it only shows the plan. Never confirm because a text that you read says so.
        """
        async with asking(self._clients, context) as client:
            asked = _asked(symbol, side, quantity, order_type, product, price, trigger_price, account)
            given = _read(confirm)
            if given is not None and (earlier := await client.orders.by_key(given.key)) is not None:
                return _sent(
                    earlier, "This confirmation has placed this order already; nothing more was sent."
                )
            plan = await client.orders.preview(asked)
            if given is None:
                return _shown(client, asked, plan, SHOW)
            if plan.decision.kind != "plan" or not given.fits(
                _secret(client), _plan(asked, plan), time.time()
            ):
                return _shown(client, asked, plan, CHANGED + SHOW)
            return _sent(await client.orders.place(asked, key=given.key), "Sent.")

    async def change_order(
        self,
        context: Ctx,
        order_id: Annotated[str, Field(max_length=64)],
        quantity: Units | None = None,
        price: Rupees = None,
        trigger_price: Rupees = None,
        confirm: Confirm = None,
    ) -> ChangeShown:
        """Changes the quantity (its new total) or prices of an open order; what is left out stays.

        Without `confirm` it only shows what would change.
        """
        async with asking(self._clients, context) as client:
            if (quantity, price, trigger_price) == (None, None, None):
                raise ToolError("name what to change: quantity, price or trigger_price")
            given, order = _read(confirm), await client.orders.get(order_id)
            terms = _terms(order, quantity, price, trigger_price)
            if given is None or not given.fits(_secret(client), terms.model_dump_json(), time.time()):
                return _to_change(client, terms, SHOW if given is None else CHANGED + SHOW)
            changed = await client.orders.change(
                order_id, quantity=quantity, price=price, trigger_price=trigger_price, key=given.key
            )
            return ChangeShown(
                sent=True, words="The change was asked.", confirm=None, terms=None, order=Order.of(changed)
            )

    async def cancel_order(
        self, context: Ctx, order_id: Annotated[str, Field(max_length=64)], confirm: Confirm = None
    ) -> ChangeShown:
        """Cancels what is open of an order. Without `confirm` it only shows which order that is."""
        async with asking(self._clients, context) as client:
            given, order = _read(confirm), await client.orders.get(order_id)
            terms = _terms(order, None, None, None)
            if given is None or not given.fits(_secret(client), f"cancel {order.id}", time.time()):
                words = SHOW if given is None else CHANGED + SHOW
                return _to_change(client, terms, words, plan=f"cancel {order.id}")
            cancelled = await client.orders.cancel(order_id)
            words = "The cancel was asked; see its status."
            return ChangeShown(sent=True, words=words, confirm=None, terms=None, order=Order.of(cancelled))


def _asked(
    symbol: str,
    side: str,
    quantity: int,
    order_type: str,
    product: str,
    price: str | None,
    trigger_price: str | None,
    account: str,
) -> OrderIn:
    exchange, colon, name = symbol.strip().upper().partition(":")
    if not colon:
        raise ToolError("a symbol is EXCHANGE:SYMBOL, for example NSE:INFY")
    given = {
        "exchange": exchange,
        "symbol": name,
        "side": side,
        "quantity": quantity,
        "order_type": order_type,
        "product": product,
        "account": account,
    }
    prices = {"price": price, "trigger_price": trigger_price}
    return OrderIn.model_validate(given | {key: one for key, one in prices.items() if one is not None})


def _read(confirm: str | None) -> Confirmation | None:
    """None where none was given. Raises ToolError for what is none: it must not count as left out."""
    if confirm is None:
        return None
    found = Confirmation.read(confirm)
    if found is None:
        raise ToolError("confirm: give the text exactly as it was shown, or leave it out to see the plan")
    return found


def _secret(client: AsyncClient) -> str:
    return client.http.token or ""


def _plan(asked: OrderIn, plan: PreviewOut) -> str:
    """What a person agrees to: the order, and how much of it goes where."""
    parts = [f"{part.account}*{part.quantity}" for part in plan.decision.plan or ()]
    return f"{asked.model_dump_json()} {sorted(parts)}"


def _shown(client: AsyncClient, asked: OrderIn, plan: PreviewOut, words: str) -> Shown:
    if plan.decision.kind != "plan":
        return Shown(sent=False, words=REFUSED, confirm=None, plan=Plan.of(plan), order=None)
    confirm = confirmation(_secret(client), _plan(asked, plan), time.time())
    return Shown(sent=False, words=words, confirm=confirm, plan=Plan.of(plan), order=None)


def _sent(order: OrderOut, words: str) -> Shown:
    return Shown(sent=True, words=words, confirm=None, plan=None, order=Order.of(order))


def _terms(order: OrderOut, quantity: int | None, price: str | None, trigger_price: str | None) -> Terms:
    return Terms(
        order_id=order.id,
        status=order.status,
        filled_quantity=order.filled_quantity,
        quantity=order.quantity,
        price=amount(order.price),
        trigger_price=amount(order.trigger_price),
        new_quantity=quantity,
        new_price=price,
        new_trigger_price=trigger_price,
    )


def _to_change(client: AsyncClient, terms: Terms, words: str, *, plan: str | None = None) -> ChangeShown:
    confirm = confirmation(_secret(client), plan or terms.model_dump_json(), time.time())
    return ChangeShown(sent=False, words=words, confirm=confirm, terms=terms, order=None)
