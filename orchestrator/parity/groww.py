"""Groww through the official growwapi."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from growwapi import GrowwAPI
from growwapi.groww.exceptions import GrowwAPIException

from adapters.broker import Endpoints, Session
from domain.instrument import Exchange
from orchestrator.parity.compare import Fields, Reading, Row, row
from orchestrator.parity.oracle import best, some

SEGMENTS = ("CASH", "FNO", "COMMODITY")
# Our segment -> Groww's exchange and segment.
VENUES = {
    Exchange.NSE: ("NSE", "CASH"),
    Exchange.BSE: ("BSE", "CASH"),
    Exchange.NFO: ("NSE", "FNO"),
    Exchange.BFO: ("BSE", "FNO"),
    Exchange.MCX: ("MCX", "COMMODITY"),
    Exchange.CDS: ("NSE", "CURRENCY"),
    Exchange.BCD: ("BSE", "CURRENCY"),
}
PATIENCE_SECONDS = 15  # the SDK has no limit of its own
PAGE = 25  # the SDK does not send another
DEMAT_PARTS = (
    "demat_free_quantity",
    "demat_locked_quantity",
    "groww_locked_quantity",
    "pledge_quantity",
    "repledge_quantity",
)


class _Sdk(GrowwAPI):  # type: ignore[misc]
    """The SDK sets its address itself: here it cannot. It goes the account's way out, and never waits for ever."""

    root = ""
    proxy = ""

    @property
    def domain(self) -> str:
        return f"{self.root}/v1"

    @domain.setter
    def domain(self, _: str) -> None:
        """The SDK's own address is not taken."""

    def _request_get(self, url: str, *, timeout: int | None = None, **more: Any) -> Any:
        proxies = {"http": self.proxy, "https": self.proxy} if self.proxy else None
        return super()._request_get(url=url, timeout=timeout or PATIENCE_SECONDS, proxies=proxies, **more)


class Groww:
    errors: tuple[type[Exception], ...] = (GrowwAPIException, OSError)

    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        pointed = type("Pointed", (_Sdk,), {"root": endpoints.rest, "proxy": endpoints.proxy})
        with contextlib.redirect_stdout(io.StringIO()):  # it greets
            self._sdk: Any = pointed(session.access_token)

    def name(self, exchange: Exchange, order_key: str) -> str:
        venue, segment = VENUES[exchange]
        return f"{venue}:{segment}:{order_key}"

    def read(self, names: Sequence[str]) -> Reading:
        funds = self._sdk.get_available_margin_details()
        found: dict[Row, Fields] = {
            ("profile", ""): row(user_id=self._sdk.get_user_profile()["ucc"]),
            ("funds", ""): row(
                cash=funds["clear_cash"],
                used=abs(funds["net_margin_used"]),
                available=funds["equity_margin_details"]["cnc_balance_available"],
            ),
        }
        for one in self._sdk.get_holdings_for_user()["holdings"]:
            found["holdings", one["isin"]] = _holding(one)
        for segment in SEGMENTS:
            for one in self._sdk.get_positions_for_user(segment=segment)["positions"]:
                found["positions", f"{_instrument(one)} {one['product']}"] = _position(one)
            for one in self._orders(segment):
                found["orders", one["groww_order_id"]] = _order(one)
                if one["filled_quantity"]:
                    found |= self._trades(one["groww_order_id"], segment)
        return found | {("quotes", name): self._quote(name) for name in names}

    def _orders(self, segment: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for page in range(1000):
            rows = self._sdk.get_order_list(segment=segment, page=page)["order_list"]
            found += rows
            if len(rows) < PAGE:
                break
        return found

    def _trades(self, order_id: str, segment: str) -> dict[Row, Fields]:
        answer = self._sdk.get_trade_list_for_order(order_id, segment, page_size=50)
        return {
            ("trades", f"{order_id}/{one['groww_trade_id']}"): row(
                quantity=one["quantity"], price=one["price"]
            )
            for one in answer["trade_list"]
        }

    def _quote(self, name: str) -> Fields:
        venue, segment, symbol = name.split(":", 2)
        one = self._sdk.get_quote(trading_symbol=symbol, exchange=venue, segment=segment)
        day, depth = one.get("ohlc"), one.get("depth") or {}
        fields = row(
            last_price=one["last_price"],
            lower_circuit=some(one.get("lower_circuit_limit")),
            upper_circuit=some(one.get("upper_circuit_limit")),
            volume=one.get("volume"),
        )
        if isinstance(day, dict):  # one variant of the documentation has text there
            fields |= row(**{part: some(day.get(part)) for part in ("open", "high", "low")})
            fields |= row(prev_close=some(day.get("close")))
        return fields | {"best_bid": best(depth.get("buy")), "best_ask": best(depth.get("sell"))}


def _instrument(one: Mapping[str, Any]) -> str:
    return f"{one['exchange']}:{one['segment']}:{one['trading_symbol']}"


def _holding(one: Mapping[str, Any]) -> Fields:
    t1 = one.get("t1_quantity") or 0
    return row(
        quantity=int(sum(one.get(part) or 0 for part in DEMAT_PARTS) + t1),
        t1_quantity=int(t1),
        sellable_quantity=int(one.get("demat_free_quantity") or 0),
        pledged_quantity=int(one.get("pledge_quantity") or 0),
        average_price=some(one.get("average_price")),
    )


def _position(one: Mapping[str, Any]) -> Fields:
    carried = (one.get("carry_forward_credit_quantity") or 0) - (one.get("carry_forward_debit_quantity") or 0)
    fields = row(quantity=one["quantity"], overnight_quantity=carried)
    return fields | (row(average_price=one["net_price"]) if one["quantity"] and one.get("net_price") else {})


def _order(one: Mapping[str, Any]) -> Fields:
    return row(
        instrument=_instrument(one),
        status=one["order_status"],
        side=one["transaction_type"],
        product=one["product"],
        order_type=one["order_type"].replace("SL_M", "SL-M"),
        quantity=one["quantity"],
        filled_quantity=one["filled_quantity"],
        price=some(one.get("price")),
        trigger_price=some(one.get("trigger_price")),
        average_price=some(one.get("average_fill_price")) if one["filled_quantity"] else None,
        tag=one.get("order_reference_id"),
    )
