"""A slow, obvious order book, written from the rules alone: what the fast one is compared with.

One list of resting orders, sorted whenever somebody arrives. Limit and market orders, IOC, disclosed quantity,
stops, modification and self-trade prevention; no phases, no time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Resting:
    id: str
    buy: bool
    quantity: int
    price: int
    disclosed: int
    client: str
    ioc: bool
    stop: int = 0
    market: bool = False
    filled: int = 0
    shown: int = 0
    age: int = 0
    state: str = "OPEN"

    @property
    def open(self) -> int:
        return self.quantity - self.filled


@dataclass(slots=True)
class NaiveBook:
    stp: str
    ltp: int
    orders: dict[str, Resting] = field(default_factory=dict)
    trades: list[Json] = field(default_factory=list)
    fired: list[Resting] = field(default_factory=list)
    clock: int = 0

    def play(self, command: Json) -> None:
        match command["op"]:
            case "add":
                self.add(command)
            case "cancel":
                order = self.live(command["id"])
                if order is not None:
                    order.state = "CANCELLED"
            case "modify":
                self.modify(command)
        while self.fired:
            order = self.fired.pop(0)
            order.state, order.age = "OPEN", self.tick()
            self.activate(order)

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def live(self, id_: str) -> Resting | None:
        order = self.orders.get(id_)
        return order if order is not None and order.state in ("OPEN", "TRIGGER_PENDING") else None

    def add(self, command: Json) -> None:
        order = Resting(
            id=command["id"], buy=command["side"] == "B", quantity=command["qty"], price=command.get("price", 0),
            disclosed=command.get("disclosed", 0), client=command.get("client", ""),
            ioc=command.get("validity") == "IOC", stop=command.get("trigger", 0),
            market=command["type"] in ("MARKET", "SL-M"),
        )  # fmt: skip
        if order.id in self.orders or not self.sensible(order):
            return
        order.age = self.tick()
        self.orders[order.id] = order
        if order.stop:
            order.state = "TRIGGER_PENDING"
        else:
            self.activate(order)

    def sensible(self, order: Resting) -> bool:
        if order.disclosed and (
            order.ioc or order.disclosed > order.quantity or order.disclosed * 10 < order.quantity
        ):
            return False
        if order.stop:
            if not order.market and (order.stop > order.price if order.buy else order.stop < order.price):
                return False
            return not self.reached(order, self.ltp)
        return True

    def reached(self, order: Resting, price: int) -> bool:
        return price >= order.stop if order.buy else price <= order.stop

    def modify(self, command: Json) -> None:
        order = self.live(command["id"])
        if order is None:
            return
        pending = order.state == "TRIGGER_PENDING"
        wanted = replace(
            order,
            quantity=command.get("qty", order.quantity),
            price=order.price if pending and order.market else command.get("price", order.price),
        )
        if not pending:
            wanted.stop = 0
        if wanted.quantity < order.filled or not self.sensible(wanted):
            return
        changed = (wanted.quantity, wanted.price) != (order.quantity, order.price)
        more = wanted.quantity > order.quantity
        moved = wanted.price != order.price
        order.quantity, order.price = wanted.quantity, wanted.price
        if not order.open:
            order.state = "COMPLETE"
        elif pending:
            order.age = self.tick() if changed else order.age
        elif moved:
            order.age = self.tick()
            self.activate(order)
        elif more:
            order.age = self.tick()
            order.shown = self.tranche(order)
        else:
            order.shown = min(order.shown, order.open)

    def tranche(self, order: Resting) -> int:
        return min(order.disclosed, order.open) if order.disclosed else order.open

    def opposite(self, order: Resting) -> list[Resting]:
        rest = [o for o in self.orders.values() if o.state == "OPEN" and o.buy is not order.buy and o.shown]
        return sorted(rest, key=lambda o: (o.price if order.buy else -o.price, o.age))

    def activate(self, order: Resting) -> None:
        order.shown = 0
        while order.open and order.state == "OPEN":
            queue = self.opposite(order)
            if not queue:
                break
            other = queue[0]
            if not order.market and (other.price > order.price if order.buy else other.price < order.price):
                break
            if self.stp != "none" and order.client and order.client == other.client:
                victim = order if self.stp == "cancel_active" else other
                victim.state, victim.shown = "CANCELLED", 0
                continue
            self.trade(order, other, min(order.open, other.shown))
        if not order.open:
            order.state = "COMPLETE"
        elif order.state == "OPEN" and order.ioc:
            order.state = "CANCELLED"
        elif order.state == "OPEN":
            if order.market:
                order.price, order.market = self.ltp, False
            order.shown = self.tranche(order)

    def trade(self, order: Resting, other: Resting, quantity: int) -> None:
        buyer, seller = (order, other) if order.buy else (other, order)
        self.trades.append({"buy": buyer.id, "sell": seller.id, "qty": quantity, "price": other.price})
        order.filled += quantity
        other.filled += quantity
        other.shown -= quantity
        self.ltp = other.price
        if not other.open:
            other.state = "COMPLETE"
        elif not other.shown:
            other.shown, other.age = self.tranche(other), self.tick()
        ready = [o for o in self.orders.values() if o.state == "TRIGGER_PENDING" and o not in self.fired]
        ready = [o for o in ready if self.reached(o, other.price)]
        ready.sort(key=lambda o: (not o.buy, o.stop if o.buy else -o.stop, o.age))
        self.fired.extend(ready)

    def side(self, buy: bool) -> list[list[Any]]:
        levels: dict[int, list[Resting]] = {}
        rest = [o for o in self.orders.values() if o.state == "OPEN" and o.buy is buy]
        for order in sorted(rest, key=lambda o: (-o.price if buy else o.price, o.age)):
            levels.setdefault(order.price, []).append(order)
        return [
            [price, sum(o.open for o in queue), sum(o.shown for o in queue), [o.id for o in queue]]
            for price, queue in levels.items()
        ]

    def result(self) -> Json:
        return {
            "trades": self.trades,
            "book": {"bids": self.side(True), "asks": self.side(False)},
            "orders": {o.id: [o.state, o.filled] for o in self.orders.values()},
        }
