"""The naive exchange's orders, its market, and everything for which it refuses a command (see `naive.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
FAR = 10**15
STOPS = ("SL", "SL-M")
UNPRICED = ("MARKET", "SL-M")


@dataclass(slots=True, eq=False)
class Order:
    id: str
    buy: bool
    asked: str  # the type as the client calls it
    type: str  # the type as it is now: a fired stop and a rested market order are LIMIT
    quantity: int
    price: int
    trigger: int
    disclosed: int
    validity: str
    deadline: int
    protection: float | None
    client: str
    age: int = 0
    filled: int = 0
    shown: int = 0  # 0 while it does not rest
    state: str = "OPEN"

    @property
    def open(self) -> int:
        return self.quantity - self.filled

    @property
    def tranche(self) -> int:
        return min(self.disclosed, self.open) if self.disclosed else self.open

    def accepts(self, price: int) -> bool:
        return self.type == "MARKET" or (price <= self.price if self.buy else price >= self.price)


class NaiveMarket:
    """What is allowed now."""

    def __init__(self, config: Json) -> None:
        self.config = config
        self.tick: int = config.get("tick", 1)
        self.lot: int = config.get("lot", 1)
        self.freeze = config.get("freeze") or FAR
        self.band: tuple[int, int] | None = tuple(config["band"]) if config.get("band") else None
        self.range: tuple[int, int] | None = None
        self.prev_close: int = config.get("prev_close") or 0
        self.ltp: int = config.get("ltp") or 0
        self.phase: str = config.get("phase", "continuous")
        self.closing_price = 0

    def rule(self, name: str, default: Any) -> Any:
        return self.config.get(name, default)

    def phase_refusal(self, order: Order) -> str:
        if self.phase == "continuous":
            return ""
        if self.phase in ("closed", "halted"):
            return self.phase
        if self.phase == "matching" or order.type in STOPS or order.validity == "IOC" or order.disclosed:
            return "phase"
        if self.phase == "limit_only" and order.type == "MARKET":
            return "phase"
        at_close = order.type == "MARKET" or order.price == self.closing_price
        if self.phase == "post_close" and not (self.closing_price and at_close):
            return "closing_price"
        return ""

    def terms_refusal(self, order: Order) -> str:
        if order.quantity <= 0:
            return "quantity"
        if order.quantity % self.lot:
            return "lot"
        if order.quantity > self.freeze:
            return "freeze"
        if order.type in ("LIMIT", "SL") and (wrong := self.price_refusal(order.price, "price")):
            return wrong
        if order.type in STOPS and (wrong := self.price_refusal(order.trigger, "trigger")):
            return wrong
        if order.type == "SL" and (order.trigger > order.price if order.buy else order.trigger < order.price):
            return "trigger_price"
        if order.disclosed:
            fits = 0 < order.disclosed <= order.quantity and order.disclosed % self.lot == 0
            if (
                not fits
                or Fraction(order.disclosed, order.quantity) < Fraction(1, 10)
                or order.validity == "IOC"
            ):
                return "disclosed"
        if order.type == "LIMIT" and self.out_of_range(order.price):
            return "range"
        return ""

    def price_refusal(self, price: int, missing: str) -> str:
        if price <= 0:
            return missing
        if price % self.tick:
            return "tick"
        return "band" if self.band and not self.band[0] <= price <= self.band[1] else ""

    def trigger_refusal(self, order: Order) -> str:
        reached = order.type in STOPS and self.reached(order, self.ltp)
        return "trigger_reached" if reached and self.rule("sl_on_entry", "reject") == "reject" else ""

    def out_of_range(self, price: int) -> bool:
        return self.range is not None and not self.range[0] <= price <= self.range[1]

    def reached(self, order: Order, price: int) -> bool:
        return price > 0 and (price >= order.trigger if order.buy else price <= order.trigger)
