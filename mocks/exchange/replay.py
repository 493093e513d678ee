"""The neutral case format: one book, a list of commands, all that can be compared with another engine.

Prices and quantities of a case are plain integers; its ids may be any JSON string or number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from mocks.exchange.auction import Uncrossing
from mocks.exchange.book import MINUTE_NS, Book
from mocks.exchange.levels import BookSide
from mocks.exchange.model import (
    Add,
    Cancel,
    Instrument,
    Kind,
    Modify,
    OrderState,
    OrderType,
    Phase,
    Rejected,
    Rules,
    Side,
    Trade,
    Validity,
)
from mocks.exchange.tape import Tape

KEY = "CASE:CASE"
Case = dict[str, Any]
RULE_NAMES = tuple(field.name for field in fields(Rules))
MARKET_NAMES = ("tick", "lot", "band", "freeze", "prev_close", "ltp", "phase")


def cases(text: str) -> Iterator[Case]:
    """The one case of a JSON document, or a case a line. Raises ValueError for anything else."""
    try:
        found = [json.loads(text)]
    except json.JSONDecodeError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    for case in found:
        if not isinstance(case, dict) or not isinstance(case.get("commands"), list):
            raise ValueError("a case is an object with a list of commands")
        yield case


def run(case: Case) -> dict[str, Any]:
    """Play a case; the result is ready for JSON. Raises ValueError for an unknown word."""
    player = Player(case.get("config") or {})
    for index, command in enumerate(case["commands"]):
        player.play(index, command)
    return player.result()


class Player:
    """A book of its own and the two-way table between the case's ids and order numbers."""

    def __init__(self, config: dict[str, Any]) -> None:
        unknown = set(config) - {*RULE_NAMES, *MARKET_NAMES}
        if unknown:
            raise ValueError(f"unknown config: {', '.join(sorted(unknown))}")
        band = config.get("band")
        instrument = Instrument(
            key=KEY, exchange="CASE", symbol="CASE", name="", kind=Kind.EQUITY, token=0, isin="",
            lot=config.get("lot", 1), tick=config.get("tick", 1), freeze=config.get("freeze") or 0,
            prev_close=config.get("prev_close") or 0, band=(band[0], band[1]) if band else None,
        )  # fmt: skip
        self.tape = Tape()
        self.book = Book(
            instrument,
            self.tape,
            rules=Rules(**{name: config[name] for name in RULE_NAMES if name in config}),
            last_price=config.get("ltp") or 0,
            prev_close=instrument.prev_close,
        )
        self.book.phase = self._phase(config.get("phase", "continuous"))
        self.numbers: dict[Any, int] = {}
        self.ids: dict[int, Any] = {}
        self.trades: list[dict[str, Any]] = []
        self.rejects: list[list[Any]] = []
        self.auction: Uncrossing | None = None

    def play(self, index: int, command: dict[str, Any]) -> None:
        self.tape.out = []
        match command["op"]:
            case "add":
                self.book.add(self._add(command))
            case "modify":
                self.book.modify(self._modify(command))
            case "cancel":
                self.book.cancel(Cancel(KEY, self._number(command["id"])))
            case "ltp":
                self.book.set_last_price(command["price"])
            case "advance":
                self._advance(command["minutes"])
            case "auction":
                self.auction = self.book.auction()
            case "halt":
                self.book.halt()
            case "resume":
                self.book.phase = self._phase(command.get("phase", "continuous"))
            case "close":
                self.book.close()
            case other:
                raise ValueError(f"unknown op: {other}")
        self._note(index)

    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "trades": self.trades,
            "book": {"bids": self._side(self.book.bids), "asks": self._side(self.book.asks)},
            "stops": [
                self.ids[order.number]
                for order in self.book.live_orders()
                if order.state is OrderState.TRIGGER_PENDING
            ],
            "orders": {
                str(self.ids[number]): [order.state.value, order.filled]
                for number, order in self.book.orders.items()
            },
            "rejects": self.rejects,
        }
        if self.auction is not None:
            found["auction"] = {"price": self.auction.price or None, "volume": self.auction.volume}
        return found

    def _number(self, id_: Any) -> int:
        number = self.numbers.setdefault(id_, len(self.numbers) + 1)
        self.ids[number] = id_
        return number

    def _add(self, command: dict[str, Any]) -> Add:
        return Add(
            KEY,
            self._number(command["id"]),
            Side(command["side"]),
            OrderType(command["type"]),
            command["qty"],
            price=command.get("price") or 0,
            trigger=command.get("trigger") or 0,
            disclosed=command.get("disclosed") or 0,
            validity=Validity(command.get("validity") or "DAY"),
            ttl_minutes=command.get("ttl") or 0,
            protection_pct=command.get("protection_pct"),
            client=str(command.get("client") or ""),
        )

    def _modify(self, command: dict[str, Any]) -> Modify:
        return Modify(
            KEY,
            self._number(command["id"]),
            quantity=command.get("qty"),
            price=command.get("price"),
            trigger=command.get("trigger"),
            disclosed=command.get("disclosed"),
        )

    def _phase(self, word: str) -> Phase:
        if word not in ("continuous", "preopen"):
            raise ValueError(f"unknown phase: {word}")
        return Phase(word)

    def _advance(self, minutes: int) -> None:
        self.tape.now += minutes * MINUTE_NS
        timed = [order for order in self.book.live_orders() if order.deadline]
        for order in sorted(timed, key=lambda order: (order.deadline, order.stamp)):
            self.book.expire(order.number)

    def _note(self, index: int) -> None:
        for event in self.tape.out:
            if isinstance(event, Trade):
                self.trades.append(
                    {
                        "buy": self.ids[event.buy],
                        "sell": self.ids[event.sell],
                        "qty": event.quantity,
                        "price": event.price,
                    }
                )
            elif isinstance(event, Rejected):
                self.rejects.append([index, self.ids[event.order], event.reason])

    def _side(self, side: BookSide) -> list[list[Any]]:
        return [
            [level.price, level.total, level.displayed, [self.ids[order.number] for order in level.orders()]]
            for level in side.best_levels()
        ]
