"""Playing the neutral case format: one book, a list of commands, all that can be compared with another engine."""

from __future__ import annotations

from typing import Any

from mocks.exchange import cases
from mocks.exchange.auction import Uncrossing
from mocks.exchange.book import MINUTE_NS, Book
from mocks.exchange.cases import Json
from mocks.exchange.levels import BookSide, Order
from mocks.exchange.model import (
    Add,
    Cancel,
    Instrument,
    Kind,
    Modify,
    OrderState,
    Rejected,
    Trade,
)
from mocks.exchange.tape import Tape

KEY = "CASE:CASE"


def run(case: Json) -> Json:
    """Play a case; the result is ready for JSON. Raises BadCase before anything is played."""
    commands = cases.commands(case)
    player = Player(cases.config(case))
    for index, command in enumerate(commands):
        player.play(index, command)
    return player.result()


class Player:
    """A book of its own and the two-way table between the case's ids and order numbers."""

    def __init__(self, config: Json) -> None:
        instrument = Instrument(
            key=KEY, exchange="CASE", symbol="CASE", name="", kind=Kind.EQUITY, token=0, isin="",
            lot=cases.optional(config, "lot", "config", least=1) or 1,
            tick=cases.optional(config, "tick", "config", least=1) or 1,
            freeze=cases.optional(config, "freeze", "config", least=1) or 0,
            prev_close=cases.optional(config, "prev_close", "config", least=0) or 0,
            band=cases.band(config),
        )  # fmt: skip
        self.tape = Tape()
        self.book = Book(
            instrument,
            self.tape,
            rules=cases.rules(config),
            last_price=cases.optional(config, "ltp", "config", least=0) or 0,
            prev_close=instrument.prev_close,
        )
        self.book.enter_phase(cases.phase(config, "config"))
        self.numbers: dict[str, int] = {}
        self.ids: dict[int, str | int] = {}
        self.orders: list[Order] = []  # accepted, live and finished
        self.trades: list[Json] = []
        self.rejects: list[list[Any]] = []
        self.auction: Uncrossing | None = None

    def play(self, index: int, command: Json) -> None:
        """Carry out one command and note its trades and rejects. Raises BadCase for a wrong field."""
        self.tape.out = []
        place = f"commands[{index}]"
        book = self.book
        match command["op"]:
            case "add":
                order = book.add(self._add(command, place))
                if order is not None:
                    self.orders.append(order)
            case "modify":
                book.modify(self._modify(command, place))
            case "cancel":
                book.cancel(Cancel(KEY, self._number(command, place)))
            case "ltp":
                book.set_last_price(cases.whole(command, "price", place, least=1))
            case "advance":
                self._advance(cases.whole(command, "minutes", place, least=0))
            case "auction":
                self.auction = book.auction()
            case "halt":
                book.halt()
            case "resume":
                self.auction = book.enter_phase(cases.phase(command, place)) or self.auction
            case "close":
                book.close()
        self._note(index)

    def result(self) -> Json:
        book = self.book
        waiting = [order for order in book.live_orders() if order.state is OrderState.TRIGGER_PENDING]
        found: Json = {
            "trades": self.trades,
            "book": {"bids": self._side(book.bids), "asks": self._side(book.asks)},
            "stops": [self.ids[order.number] for order in waiting],
            "orders": {
                str(self.ids[order.number]): [order.state.value, order.filled] for order in self.orders
            },
            "rejects": self.rejects,
        }
        if self.auction is not None:
            found["auction"] = {"price": self.auction.price or None, "volume": self.auction.volume}
        return found

    def _number(self, command: Json, place: str) -> int:
        id_ = cases.identity(command, "id", place)
        number = self.numbers.setdefault(str(id_), len(self.numbers) + 1)
        self.ids.setdefault(number, id_)
        return number

    def _add(self, command: Json, place: str) -> Add:
        return Add(
            KEY,
            self._number(command, place),
            cases.side(command, place),
            cases.order_type(command, place),
            cases.whole(command, "qty", place),
            price=cases.optional(command, "price", place) or 0,
            trigger=cases.optional(command, "trigger", place) or 0,
            disclosed=cases.optional(command, "disclosed", place) or 0,
            validity=cases.validity(command, place),
            ttl_minutes=cases.optional(command, "ttl", place) or 0,
            protection_pct=cases.percent(command, "protection_pct", place),
            client=str(cases.identity(command, "client", place)) if command.get("client") is not None else "",
        )

    def _modify(self, command: Json, place: str) -> Modify:
        return Modify(
            KEY,
            self._number(command, place),
            quantity=cases.optional(command, "qty", place),
            price=cases.optional(command, "price", place),
            trigger=cases.optional(command, "trigger", place),
            disclosed=cases.optional(command, "disclosed", place),
        )

    def _advance(self, minutes: int) -> None:
        self.tape.now += minutes * MINUTE_NS
        timed = [order for order in self.book.live_orders() if order.deadline]
        for order in sorted(timed, key=lambda order: (order.deadline, order.stamp)):
            self.book.expire(order.number)

    def _note(self, index: int) -> None:
        for event in self.tape.out:
            if isinstance(event, Trade):
                buy, sell = self.ids[event.buy], self.ids[event.sell]
                self.trades.append({"buy": buy, "sell": sell, "qty": event.quantity, "price": event.price})
            elif isinstance(event, Rejected):
                self.rejects.append([index, self.ids[event.order], event.reason])

    def _side(self, side: BookSide) -> list[list[Any]]:
        return [
            [level.price, level.total, level.displayed, [self.ids[order.number] for order in level.orders()]]
            for level in side.best_levels()
        ]
