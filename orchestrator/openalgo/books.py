"""Orders, trades, positions, holdings and money in the shapes that OpenAlgo's programs read, over all accounts.

null is what is not known; it is never told as zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.calendar import IST
from orchestrator.openalgo.desk import Desk, Json, Refused, number, refusal, stamp
from orchestrator.openalgo.placing import asked
from orchestrator.openalgo.requests import Body, HeldBody, MarginBody, OrderBody

STATUS = {
    "SUBMITTING": "open",
    "UNKNOWN": "unknown",
    "OPEN": "open",
    "TRIGGER_PENDING": "pending",
    "PARTIALLY_FILLED": "open",
    "FILLED": "complete",
    "CANCELLED": "cancelled",
    "REJECTED": "rejected",
    "EXPIRED": "cancelled",
}


async def order_status(desk: Desk, which: OrderBody) -> Json:
    return {"status": "success", "data": _order(desk, await desk.read(f"/v1/orders/{which.orderid}"))}


async def order_book(desk: Desk, _: Body) -> Json:
    """Of today, the newest first."""
    orders = [_order(desk, one) for one in await _today(desk, "/v1/orders")]

    def count(name: str, word: str) -> int:
        return sum(1 for one in orders if one[name] == word)

    return {
        "status": "success",
        "data": {
            "orders": orders,
            "statistics": {
                "total_buy_orders": count("action", "BUY"),
                "total_sell_orders": count("action", "SELL"),
                "total_completed_orders": count("order_status", "complete"),
                "total_open_orders": count("order_status", "open") + count("order_status", "pending"),
                "total_rejected_orders": count("order_status", "rejected"),
            },
        },
    }


def _order(desk: Desk, one: Json) -> Json:
    name = desk.name(one["exchange"], one["symbol"])
    return {
        "orderid": one["id"],
        "symbol": name.symbol,
        "exchange": name.exchange,
        "action": one["side"],
        "quantity": str(one["quantity"]),
        "filled_quantity": str(one["filled_quantity"]),
        "price": number(one["price"] or "0"),
        "trigger_price": number(one["trigger_price"] or "0"),
        "average_price": number(one["average_price"] or "0"),
        "pricetype": one["order_type"],
        "product": one["product"],
        "order_status": STATUS[one["status"]],
        "rejection_reason": one["status_reason"] if one["status"] == "REJECTED" else "",
        "timestamp": stamp(one["created_at"]),
    }


async def trade_book(desk: Desk, _: Body) -> Json:
    """Of today. `orderid` is ours where the trade is of an order of ours, else the broker's."""
    ours = {
        (child["account"], child["broker_order_id"]): one["id"]
        for one in await _today(desk, "/v1/orders")
        for child in one["children"]
    }
    trades = []
    for one in await _today(desk, "/v1/trades"):
        name = desk.name(one["exchange"], one["symbol"])
        trades.append(
            {
                "action": one["side"],
                "symbol": name.symbol,
                "exchange": name.exchange,
                "orderid": ours.get((one["account"], one["order_id"]), one["order_id"]),
                "product": one["product"],
                "quantity": one["quantity"],
                "average_price": number(one["price"]),
                "trade_value": number(one["value"]),
                "timestamp": stamp(one["at"]),
            }
        )
    return {"status": "success", "data": trades}


async def _today(desk: Desk, path: str) -> list[Json]:
    """Every page of the day's. Raises Refused where there are too many to be told at once."""
    return await desk.pages(path, {"from": f"{desk.now.astimezone(IST).date()}"})


async def position_book(desk: Desk, _: Body) -> Json:
    book = await desk.read("/v1/portfolio/positions")
    rows = []
    for one in book["positions"]:
        name = desk.name(one["exchange"], one["symbol"])
        rows.append(
            {
                "symbol": name.symbol,
                "exchange": name.exchange,
                "product": one["product"],
                "quantity": str(one["quantity"]),
                "average_price": one["average_price"] if one["quantity"] else "0.00",
                "ltp": one["last_price"],
                "pnl": one["pnl"],
            }
        )
    return {"status": "success", "data": rows, **_missing(book)}


async def open_position(desk: Desk, which: HeldBody) -> Json:
    """Units held net, "0" for none. Refused while an account cannot be read: it might hold some."""
    one = desk.instrument(which.exchange, which.symbol)
    book = await desk.read("/v1/portfolio/positions")
    if book["gaps"]:
        gap = book["gaps"][0]
        raise Refused(503, f"the positions of {gap['label']} are not known now ({gap['reason']})")
    held = sum(
        row["quantity"]
        for row in book["positions"]
        if (row["exchange"], row["symbol"], row["product"]) == (one.id.exchange, one.id.symbol, which.product)
    )
    return {"status": "success", "quantity": str(held)}


async def holdings(desk: Desk, _: Body) -> Json:
    book = await desk.read("/v1/portfolio")
    rows = [
        {
            "symbol": one["symbol"],
            "exchange": one["exchange"],
            "product": "CNC",
            "quantity": one["quantity"],
            "average_price": number(one["average_price"]),
            "ltp": number(one["last_price"]),
            "pnl": number(one["pnl"]),
            "pnlpercent": number(one["pnl_percent"]),
        }
        for one in book["holdings"]
    ]
    totals = book["totals"]
    percent = _percent(totals["pnl"], totals["invested"])
    statistics = {
        "totalholdingvalue": number(totals["value"]),
        "totalinvvalue": number(totals["invested"]),
        "totalprofitandloss": number(totals["pnl"]),
        "totalpnlpercentage": percent,
    }
    return {"status": "success", "data": {"holdings": rows, "statistics": statistics}, **_missing(book)}


def _percent(part: str | None, whole: str | None) -> float | None:
    if part is None or whole is None or not Decimal(whole):
        return None
    return number(str(round(Decimal(part) * 100 / Decimal(whole), 2)))


async def funds(desk: Desk, _: Body) -> Json:
    """`availablecash` is what new orders may use. Brokers tell collateral only as a part of it: null."""
    book = await desk.read("/v1/portfolio")
    data = {
        "availablecash": _sum(one["margin_available"] for one in book["funds"]),
        "collateral": None,
        "m2mrealized": _sum(one["realised"] for one in book["positions"]),
        "m2munrealized": _sum(one["unrealised"] for one in book["positions"]),
        "utiliseddebits": _sum(one["margin_used"] for one in book["funds"]),
    }
    return {"status": "success", "data": data, **_missing(book)}


def _sum(parts: Any) -> str | None:
    found = list(parts)
    return None if None in found else f"{sum(map(Decimal, found), Decimal('0.00')):.2f}"


def _missing(book: Json) -> Json:
    """Accounts whose numbers are old or lacking; left out when there are none."""
    gaps = [f"{gap['label']}: {gap['reason']}" for gap in book["gaps"]]
    return {"gaps": gaps} if gaps else {}


async def margin(desk: Desk, basket: MarginBody) -> Json:
    """What these orders need together at the account where that is least; the others beside it."""
    orders = [asked(desk, one).body() for one in basket.positions]
    answer = await desk.api.ask("POST", "/v1/orders/margins", body={"orders": orders})
    if not answer.ok:
        raise refusal(answer)
    known = [one for one in answer.body["accounts"] if one["required"] is not None]
    if not known:
        raise Refused(503, "no account can say now what these orders need")
    least = min(known, key=lambda one: Decimal(one["required"]))
    by_account = {one["account_label"]: number(one["required"]) for one in known}
    needed = {"total_margin_required": number(least["required"]), "account": least["account_label"]}
    return {
        "status": "success",
        "data": {**needed, "estimated": least["margin_estimated"], "accounts": by_account},
    }
