"""A slow, obvious exchange of one book, written from the rules alone: what the fast one is compared with.

One list of orders, sorted whenever somebody needs an order of them; nothing is kept that could be counted. It
speaks the neutral case format and the further commands of `drive.py`, and knows every rule and switch.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.mocks.exchange.naive_market import FAR, STOPS, UNPRICED, NaiveMarket, Order

Json = dict[str, Any]
LIVE = ("OPEN", "TRIGGER_PENDING")


class NaiveBook(NaiveMarket):
    def __init__(self, config: Json) -> None:
        super().__init__(config)
        self.now = 0
        self.clock = 0
        self.orders: dict[str, Order] = {}
        self.fired: list[Order] = []
        self.trades: list[Json] = []
        self.rejects: list[list[Any]] = []
        self.auction: Json | None = None

    # --- commands -------------------------------------------------------------------------------------------

    def play(self, index: int, command: Json) -> None:
        reason = ""
        match command["op"]:
            case "add":
                reason = self.add(command)
            case "modify":
                reason = self.modify(command)
            case "cancel":
                reason = self.cancel(command["id"])
            case "ltp":
                self.printed(command["price"])
            case "advance":
                self.advance(command["minutes"])
            case "auction":
                self.uncross(self.prev_close)
            case "halt":
                self.enter("halted", 0)
            case "close":
                self.enter("closed", 0)
            case "resume":
                self.enter(command.get("phase", "continuous"), 0)
            case "phase":
                self.enter(command["phase"], command.get("price", 0))
            case "band":
                self.set_band(command["low"], command["high"])
            case "range":
                self.range = (command["low"], command["high"]) if command.get("low") else None
        if reason:
            self.rejects.append([index, command["id"], reason])
        if self.phase == "continuous":
            self.release()

    def add(self, command: Json) -> str:
        type_ = command["type"]
        order = Order(
            id=command["id"], buy=command["side"] == "B", asked=type_, type=type_, quantity=command["qty"],
            price=0 if type_ in UNPRICED else command.get("price", 0),
            trigger=command.get("trigger", 0) if type_ in STOPS else 0,
            disclosed=command.get("disclosed", 0), validity=command.get("validity", "DAY"),
            deadline=self.now + command["ttl"] if command.get("validity") == "TTL" else 0,
            protection=command.get("protection_pct"), client=command.get("client", ""),
        )  # fmt: skip
        reason = self.phase_refusal(order)
        if not reason and order.id in self.orders:
            reason = "duplicate_order"
        reason = reason or self.terms_refusal(order)
        if not reason and order.validity == "TTL" and order.deadline <= self.now:
            reason = "ttl"
        if not reason and order.protection is not None and not 0 < order.protection <= 100:
            reason = "protection"
        reason = reason or self.trigger_refusal(order)
        if not reason:
            self.orders[order.id] = order
            self.come(order)
        return reason

    def modify(self, command: Json) -> str:
        order = self.orders.get(command["id"])
        if order is None:
            return "unknown_order"
        if order.state not in LIVE:
            return "not_open"
        if self.phase == "limit_only" and order.type == "MARKET":
            return "phase"
        wanted = self.wanted(order, command)
        trigger = command.get("trigger")
        reason = self.phase_refusal(wanted)
        if not reason and wanted.type not in STOPS and trigger and trigger != order.trigger:
            reason = "not_a_stop"
        if not reason and wanted.quantity < order.filled:
            reason = "below_filled"
        reason = reason or self.terms_refusal(wanted)
        if not reason and wanted.validity == "TTL" and not order.deadline:
            reason = "ttl"
        reason = reason or self.trigger_refusal(wanted)
        if not reason:
            self.amend(order, wanted)
        return reason

    def wanted(self, order: Order, command: Json) -> Order:
        wanted = replace(order, quantity=command.get("qty", order.quantity))
        wanted.disclosed = command.get("disclosed", order.disclosed)
        wanted.validity = command.get("validity", order.validity)
        wanted.price = command.get("price", order.price)
        if order.asked in UNPRICED and not command.get("price"):
            wanted.price = order.price
        wanted.trigger = command.get("trigger", order.trigger)
        if command.get("type", order.asked) != order.asked:
            wanted.type = wanted.asked = command["type"]
        if wanted.type in UNPRICED:
            wanted.price = 0
        return wanted

    def amend(self, order: Order, wanted: Order) -> None:
        """R2: which changes cost the place in the queue."""
        if wanted.quantity == order.filled:
            order.quantity, order.state, order.shown = order.filled, "COMPLETE", 0
            return
        same = (
            order.price == wanted.price and order.trigger == wanted.trigger and order.type == wanted.type
        )  # fmt: skip
        stop = order.state == "TRIGGER_PENDING" or wanted.type in STOPS
        if same and (order.quantity, order.disclosed, order.validity) == (
            wanted.quantity, wanted.disclosed, wanted.validity,
        ):  # fmt: skip
            return
        bigger = wanted.quantity > order.quantity
        topping_up = 0 < wanted.disclosed < order.disclosed
        shows_more = wanted.disclosed != order.disclosed and wanted.tranche > order.shown and not topping_up
        shown = wanted.tranche if bigger or shows_more else min(order.shown, wanted.tranche)
        for name in ("quantity", "price", "trigger", "disclosed", "validity", "type", "asked"):
            setattr(order, name, getattr(wanted, name))
        if order.validity != "TTL":
            order.deadline = 0
        if stop or not same:
            order.state, order.shown = "OPEN", 0
            self.come(order)
            return
        if bigger or shows_more:
            order.age = self.tick_clock()
        order.shown = shown
        if order.validity == "IOC" and self.phase == "continuous":
            order.state, order.shown = "CANCELLED", 0

    def cancel(self, id_: str) -> str:
        order = self.orders.get(id_)
        if order is None:
            return "unknown_order"
        if order.state not in LIVE:
            return "not_open"
        if self.phase == "closed":
            return "closed"
        if self.phase == "matching" or (self.phase == "limit_only" and order.type == "MARKET"):
            return "phase"
        self.end(order, "CANCELLED")
        return ""

    def advance(self, minutes: int) -> None:
        self.now += minutes
        for order in self.live():
            if 0 < order.deadline <= self.now:
                self.end(order, "EXPIRED")

    def set_band(self, low: int, high: int) -> None:
        self.band = (low, high)
        for order in self.live():
            waits = order.state == "TRIGGER_PENDING"
            if (order.price and not low <= order.price <= high) or (
                waits and not low <= order.trigger <= high
            ):
                self.end(order, "CANCELLED")

    def enter(self, phase: str, price: int) -> None:
        if phase == "continuous" and self.holds_collected():
            self.uncross(price or self.prev_close)
        if phase in ("closed", "post_close"):
            for order in self.live():
                self.end(order, "EXPIRED")
        if phase == "halted" and self.rule("halt_purges", True):
            for order in self.live():
                self.end(order, "CANCELLED")
        if phase == "post_close":
            self.closing_price = price or self.ltp or self.prev_close
        self.phase = phase

    def holds_collected(self) -> bool:
        buys, sells = self.resting(True), self.resting(False)
        return any(
            b.type == "MARKET" or s.type == "MARKET" or b.price >= s.price for b in buys for s in sells
        ) or any(order.type == "MARKET" for order in buys + sells)

    # --- the life of an order -------------------------------------------------------------------------------

    def tick_clock(self) -> int:
        self.clock += 1
        return self.clock

    def live(self) -> list[Order]:
        return sorted((o for o in self.orders.values() if o.state in LIVE), key=lambda order: order.age)

    def resting(self, buy: bool) -> list[Order]:
        """What rests or is collected on one side, in the order in which it is served."""
        rest = [o for o in self.orders.values() if o.state == "OPEN" and o.buy is buy and o.shown]
        return sorted(rest, key=lambda o: (-o.price if buy else o.price, o.age))

    def end(self, order: Order, state: str) -> None:
        order.state, order.shown = state, 0
        if order in self.fired:
            self.fired.remove(order)

    def come(self, order: Order) -> None:
        """A new order, or one whose change makes it as young as a new one."""
        order.age = self.tick_clock()
        if order.type in STOPS:
            order.state = "TRIGGER_PENDING"
            if self.reached(order, self.ltp):
                self.fired.append(order)
        elif self.phase == "continuous":
            self.activate(order)
        elif self.phase == "post_close":
            order.type, order.price = "LIMIT", self.closing_price
            self.activate(order)
        elif self.rule("stp", "none") != "none" and self.meets_itself(order):
            order.state = "CANCELLED"
        else:
            order.shown = order.tranche

    def meets_itself(self, order: Order) -> bool:
        others = [o for o in self.resting(not order.buy) if order.client and o.client == order.client]
        return any(
            order.type == "MARKET" or other.type == "MARKET" or order.accepts(other.price) for other in others
        )

    def release(self) -> None:
        while self.fired:
            order = self.fired.pop(0)
            order.state, order.age = "OPEN", self.tick_clock()
            order.type = "LIMIT" if order.type == "SL" else "MARKET"
            if order.type == "LIMIT" and self.out_of_range(order.price):
                order.state = "CANCELLED"
            else:
                self.activate(order)

    def activate(self, order: Order) -> None:
        worst = self.worst(order)
        order.shown = 0
        while order.open and order.state == "OPEN":
            queue = [
                o
                for o in self.resting(not order.buy)
                if (o.price <= worst if order.buy else o.price >= worst)
            ]
            if not queue:
                break
            other = queue[0]
            if self.rule("stp", "none") != "none" and order.client and order.client == other.client:
                self.end(order if self.rule("stp", "none") == "cancel_active" else other, "CANCELLED")
            else:
                self.trade(order, other, min(order.open, other.shown))
        if not order.open:
            order.state = "COMPLETE"
        elif order.state == "OPEN":
            self.rest(order, worst)

    def allowed(self) -> tuple[int, int]:
        low, high = self.band or (0, FAR)
        return (max(low, self.range[0]), min(high, self.range[1])) if self.range else (low, high)

    def worst(self, order: Order) -> int:
        """The worst price the order may trade at: its limit, or for market orders what R6 allows."""
        if order.type == "LIMIT":
            return order.price
        low, high = self.allowed()
        reference = self.ltp or self.prev_close
        if order.protection is None or not reference:
            return high if order.buy else low
        share = Fraction(str(order.protection)) / 100
        if order.buy:
            return min(high, floor(floor(reference * (1 + share)) / self.tick) * self.tick)
        return max(low, ceil(ceil(reference * (1 - share)) / self.tick) * self.tick)

    def rest(self, order: Order, worst: int) -> None:
        if order.validity == "IOC":
            order.state = "CANCELLED"
            return
        if order.type == "MARKET":
            reference = self.ltp or self.prev_close
            price = worst if order.protection is not None and reference else reference
            if not price or self.rule("market_residual", "ltp") == "cancel":
                order.state = "CANCELLED"
                return
            low, high = self.allowed()
            order.type, order.price = "LIMIT", min(max(price, low), high)
        order.shown = order.tranche

    def trade(self, order: Order, other: Order, quantity: int) -> None:
        """R1 at the passive price; R3 the passive one shows its next tranche when this one is used up."""
        self.note_trade(order, other, quantity, other.price)
        other.shown -= quantity
        if not other.open:
            other.state = "COMPLETE"
        elif not other.shown:
            other.shown = other.tranche
            if self.rule("dq_replenish", "lose") == "lose":
                other.age = self.tick_clock()

    def note_trade(self, one: Order, other: Order, quantity: int, price: int) -> None:
        buyer, seller = (one, other) if one.buy else (other, one)
        self.trades.append({"buy": buyer.id, "sell": seller.id, "qty": quantity, "price": price})
        one.filled += quantity
        other.filled += quantity
        self.printed(price)

    def printed(self, price: int) -> None:
        """R5: every print counts; buys lowest trigger first, sells highest first, then age."""
        self.ltp = price
        ready = [o for o in self.live() if o.state == "TRIGGER_PENDING" and o not in self.fired]
        ready = [o for o in ready if self.reached(o, price)]
        self.fired.extend(sorted(ready, key=lambda o: (not o.buy, o.trigger if o.buy else -o.trigger, o.age)))

    # --- the call auction (R8) ------------------------------------------------------------------------------

    def uncross(self, reference: int) -> None:
        price, volume = self.equilibrium(reference)
        self.auction = {"price": price or None, "volume": volume}
        buys, sells = self.served(True, price), self.served(False, price)
        while volume:
            buy = next(order for order in buys if order.open)
            sell = next(order for order in sells if order.open)
            quantity = min(volume, buy.open, sell.open)
            volume -= quantity
            self.note_trade(buy, sell, quantity, price)
            for order in (buy, sell):
                order.shown = order.tranche
                order.state = "OPEN" if order.open else "COMPLETE"
        for order in self.resting(True) + self.resting(False):
            if order.type == "MARKET":
                order.type, order.price = "LIMIT", price or reference
                if not order.price:
                    order.state, order.shown = "CANCELLED", 0
        self.phase = "continuous"

    def equilibrium(self, reference: int) -> tuple[int, int]:
        orders = self.resting(True) + self.resting(False)
        points = sorted({order.price for order in orders if order.type == "LIMIT"})
        if not points:
            volume = (
                min(self.wanted_at(True, reference), self.wanted_at(False, reference)) if reference else 0
            )
            return (reference if volume else 0), volume
        rows = [(price, self.wanted_at(True, price), self.wanted_at(False, price)) for price in points]
        volume = max(min(demand, supply) for _, demand, supply in rows)
        if not volume:
            return 0, 0
        rows = [row for row in rows if min(row[1], row[2]) == volume]
        least = min(abs(demand - supply) for _, demand, supply in rows)
        points = [price for price, demand, supply in rows if abs(demand - supply) == least]
        if not reference:
            return points[0], volume
        distance = min(abs(price - reference) for price in points)
        closest = [price for price in points if abs(price - reference) == distance]
        return (closest[0] if len(closest) == 1 else reference), volume

    def wanted_at(self, buy: bool, price: int) -> int:
        return sum(order.open for order in self.resting(buy) if order.accepts(price))

    def served(self, buy: bool, price: int) -> list[Order]:
        markets_first = self.rule("auction_priority", "limit_first") == "market_first"
        eligible = [order for order in self.resting(buy) if order.accepts(price)]
        return sorted(eligible, key=lambda order: (order.type == "MARKET") is not markets_first)

    # --- the result -----------------------------------------------------------------------------------------

    def side(self, buy: bool) -> list[list[Any]]:
        levels: dict[int, list[Order]] = {}
        for order in self.resting(buy):
            if order.type == "LIMIT":
                levels.setdefault(order.price, []).append(order)
        return [
            [price, sum(o.open for o in queue), sum(o.shown for o in queue), [o.id for o in queue]]
            for price, queue in levels.items()
        ]

    def result(self) -> Json:
        found: Json = {
            "trades": self.trades,
            "book": {"bids": self.side(True), "asks": self.side(False)},
            "stops": [order.id for order in self.live() if order.state == "TRIGGER_PENDING"],
            "orders": {order.id: [order.state, order.filled] for order in self.orders.values()},
            "rejects": self.rejects,
        }
        return found if self.auction is None else {**found, "auction": self.auction}
