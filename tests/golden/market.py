"""A market whose prices and days the stories decide. A trade happens at exactly the price that a story
names: a stranger takes the other side at it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import Side
from domain.portfolio import LastPrice
from mocks.launch import Sandbox
from tests.adapters.desk import Names

MORNING, EVENING = time(10, 0), time(18, 30)
RICH = "9000000000"


class Market:
    """The simulated exchange, its clock and its prices, which stand where they are set.

    `names`: the instrument masters of the brokers, each read once. `isins`: the share behind each listing.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.names: dict[str, Names] = {}
        self.isins: dict[InstrumentId, str] = {}
        self.orders = 0
        self.at = self._clock()

    def evening(self) -> None:
        """After the close: everything is traded, nothing belongs to the next day yet."""
        self._to(datetime.combine(self.at.date(), EVENING, IST))

    def next_morning(self) -> None:
        """Ten o'clock of the next trading day: the books have rolled and yesterday's tokens are dead."""
        while True:
            self._to(datetime.combine(self.at.date() + timedelta(days=1), MORNING, IST))
            if self.sandbox.get("/books/NSE:INFY")["phase"] == "CONTINUOUS":
                return

    def _to(self, at: datetime) -> None:
        self.sandbox.post("/clock", {"to": at.isoformat()})
        self.at = self._clock()

    def _clock(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.get("/clock")["time"] / 1e9, IST)

    def set(self, **prices: str) -> None:
        """`set(NSE_INFY="1500")`: there it stands until somebody trades."""
        self.put({name.replace("_", ":", 1): price for name, price in prices.items()})

    def put(self, prices: dict[str, str]) -> None:
        self.sandbox.post("/prices", {"prices": prices})

    def prices(self, names: Collection[InstrumentId]) -> dict[InstrumentId, LastPrice]:
        """Last prices and previous closes as the exchange itself has them."""
        if not names:
            return {}
        quotes = self.sandbox.get(f"/prices?symbols={','.join(map(str, names))}")["quotes"]
        return {
            InstrumentId.parse(one["symbol"]): LastPrice(
                Price.of(one["last_price"]), self.at, Price.of(one["prev_close"])
            )
            for one in quotes
        }

    def stranger(self, name: str, side: Side, quantity: int, price: str) -> None:
        """Somebody offers (or bids) at exactly this price."""
        share = InstrumentId.parse(name) in self.isins
        held = [{"symbol": name, "quantity": quantity, "average_price": price}] if share else []
        person = self.sandbox.post("/sessions", {"broker": "mock", "cash": RICH, "holdings": held})
        order: dict[str, Any] = {
            "symbol": name,
            "side": side.value,
            "type": "LIMIT",
            "product": "CNC" if share else "NRML",
            "quantity": quantity,
            "price": price,
        }
        headers = {"Authorization": f"Bearer {person['access_token']}", "Content-Type": "application/json"}
        call = urllib.request.Request(
            person["base_url"] + "/orders", json.dumps(order).encode(), headers, method="POST"
        )
        with urllib.request.urlopen(call, timeout=60) as answer:
            placed = json.loads(answer.read())
        assert placed["status"] == "open", placed
