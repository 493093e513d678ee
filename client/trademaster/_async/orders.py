"""Orders: what they would cost, placing them once, following, changing and cancelling them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import httpx

from trademaster._async.http import AsyncHTTP, parsed, understood
from trademaster._async.waiting import sleep
from trademaster.amounts import Amount
from trademaster.errors import (
    DryRun,
    OutcomeUnknown,
    ServerFault,
    TradeMasterError,
    Unreachable,
    WaitsForApproval,
)
from trademaster.models import (
    ApprovalOut,
    BasketIn,
    BasketOut,
    CancelManyIn,
    CancelManyOut,
    ConvertIn,
    DryRunOut,
    ExitAllIn,
    ExitAllOut,
    ExitIn,
    ExternalOrdersOut,
    ModifyIn,
    OrderChargesOut,
    OrderIn,
    OrderOut,
    OrderPage,
    PreviewOut,
    RequestOut,
)
from trademaster.notation import new_key, order

Wanted = Literal["open", "done", "all"]
Order = OrderIn | str  # or in one line, as `trademaster.order` reads it
RESENT = 2  # times that placing is sent again with its key, once the API has said that it knows no such order
ENDED = frozenset({"FILLED", "CANCELLED", "REJECTED", "EXPIRED"})


class Orders:
    """`client.orders`."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def preview(self, asked: Order) -> PreviewOut:
        """Where it would go, what it would cost there and elsewhere, or why it would be refused. Nothing is sent."""
        answer = await self._http.ask_once("POST", "/v1/orders/preview", _order(asked))
        return parsed(PreviewOut, answer)

    async def margins(self, orders: Sequence[Order]) -> BasketOut:
        """What these orders would need together at each account. Nothing is sent."""
        body = BasketIn(orders=[_order(one) for one in orders])
        return await self._http.send("POST", "/v1/orders/margins", BasketOut, body)

    async def place(self, asked: Order, *, key: str | None = None) -> OrderOut:
        """Place it once. Answers when every broker has answered or its deadline has passed.

        `key` is your own id of this order; one is made when it is left out. When no clear answer comes, the API is
        asked for the order of this key, and only when it knows none is the same request sent again with the same key,
        which it does once however often it comes. Raises OutcomeUnknown with the key when that does not tell either:
        call again with it. Also Denied, TokenPolicy, WaitsForApproval, DryRun, Problem, Unreachable (it never left).
        """
        body, key, left = _order(asked), key or new_key(), False
        for again in range(RESENT + 1):
            try:
                return placed(await self._http.ask_once("POST", "/v1/orders", body, key=key), key)
            except OutcomeUnknown as error:
                left, last = True, error
                found = await self._of_key(key)
                if found is not None:
                    return found
            except ServerFault as error:
                found = await self._of_key(key)
                if found is not None:
                    return found
                if not left:  # what is not recorded was not sent
                    raise
                raise OutcomeUnknown("the order was sent and got no clear answer", key) from error
            except Unreachable as error:
                if not left:
                    raise
                raise OutcomeUnknown("the order was sent and got no clear answer", key) from error
            if again < RESENT:
                await sleep(0.2 * 2**again)
        raise last

    async def _of_key(self, key: str) -> OrderOut | None:
        try:
            return await self.by_key(key)
        except TradeMasterError as error:
            raise OutcomeUnknown("the order was sent, and asking for it failed", key) from error

    async def by_key(self, key: str) -> OrderOut | None:
        """The order that this key has made; None while none is recorded."""
        return await self._http.found(f"/v1/orders/by-key/{quote(key, safe='')}", OrderOut)

    async def get(self, order_id: str) -> OrderOut:
        """One order with its parts, its decision and its timeline."""
        return await self._http.get(f"/v1/orders/{_id(order_id)}", OrderOut)

    async def page(
        self,
        *,
        status: Wanted = "all",
        cursor: str | None = None,
        limit: int = 50,
        account: str | None = None,
        symbol: str | None = None,
        side: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> OrderPage:
        """Newest first; `next_cursor` of one page is the `cursor` of the next."""
        asked = {"account": account, "symbol": symbol, "side": side, "from": since, "to": until}
        return await self._http.get(
            "/v1/orders", OrderPage, status=status, cursor=cursor, limit=limit, **asked
        )

    async def each(
        self, *, status: Wanted = "all", limit: int = 200, **asked: Any
    ) -> AsyncIterator[OrderOut]:
        """Every order, newest first, page by page; `asked` as of `page`."""
        cursor: str | None = None
        while True:
            page = await self.page(status=status, cursor=cursor, limit=limit, **asked)
            for one in page.items:
                yield one
            cursor = page.next_cursor
            if cursor is None:
                return

    async def wait(self, order_id: str, *, seconds: float = 30.0) -> OrderOut:
        """The order once it has ended, or as it is when the time is over; `client.stream` tells without asking."""
        passed, step = 0.0, 0.25
        while True:
            seen = await self.get(order_id)
            if seen.status in ENDED or passed >= seconds:
                return seen
            await sleep(step)
            passed, step = passed + step, min(step * 1.5, 3.0)

    async def change(
        self,
        order_id: str,
        *,
        quantity: int | None = None,
        price: Amount | None = None,
        trigger_price: Amount | None = None,
        order_type: str | None = None,
        disclosed_quantity: int | None = None,
        key: str | None = None,
    ) -> OrderOut:
        """New terms of what is open; what is left out stays. `quantity` is the new total. Sent once."""
        terms = {
            "quantity": quantity,
            "price": price,
            "trigger_price": trigger_price,
            "order_type": order_type,
        }
        terms["disclosed_quantity"] = disclosed_quantity
        body = ModifyIn.model_validate({name: one for name, one in terms.items() if one is not None})
        key = key or new_key()
        return placed(await self._http.ask_once("PATCH", f"/v1/orders/{_id(order_id)}", body, key=key), key)

    async def cancel(self, order_id: str) -> OrderOut:
        """Ask every live part to be cancelled; what became of it comes with the order's later states."""
        return await self._http.send("DELETE", f"/v1/orders/{_id(order_id)}", OrderOut)

    async def cancel_many(self, body: CancelManyIn) -> CancelManyOut:
        """Cancel those named, or every open one."""
        return await self._http.send("POST", "/v1/orders/cancel", CancelManyOut, body)

    async def charges(self, order_id: str) -> OrderChargesOut:
        """What it cost, line by line, as far as it is filled."""
        return await self._http.get(f"/v1/orders/{_id(order_id)}/charges", OrderChargesOut)

    async def external(self) -> ExternalOrdersOut:
        """Today's orders that were placed elsewhere, in a broker's own app."""
        return await self._http.get("/v1/orders/external", ExternalOrdersOut)

    async def exit(self, body: ExitIn, *, key: str | None = None) -> OrderOut:
        """Close a position, or part of it. Sent once."""
        key = key or new_key()
        return placed(await self._http.ask_once("POST", "/v1/positions/exit", body, key=key), key)

    async def exit_all(self, body: ExitAllIn, *, key: str | None = None) -> ExitAllOut:
        """Close many positions at once. Sent once."""
        return await self._http.send("POST", "/v1/positions/exit-all", ExitAllOut, body, key=key or new_key())

    async def convert(self, body: ConvertIn, *, key: str | None = None) -> RequestOut:
        """Change the product of a position. Sent once."""
        return await self._http.send("POST", "/v1/positions/convert", RequestOut, body, key=key or new_key())


def placed(answer: httpx.Response, key: str) -> OrderOut:
    """The order of an answer. Raises WaitsForApproval, DryRun for what is none, OutcomeUnknown."""
    if answer.status_code == httpx.codes.ACCEPTED:
        raise WaitsForApproval(understood(ApprovalOut, answer, key), key)
    if answer.status_code == httpx.codes.OK and b'"dry_run"' in answer.content:
        raise DryRun(understood(DryRunOut, answer, key))
    return understood(OrderOut, answer, key)


def _order(asked: Order) -> OrderIn:
    return order(asked) if isinstance(asked, str) else asked


def _id(text: str) -> str:
    return quote(text, safe="")
