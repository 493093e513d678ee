"""The sandbox's state on disk: users, money, shares, orders, prices and the simulated time survive a restart."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.switches import Pace, Plan, Strictness, Switches
from mocks.exchange.actions import Action, action_from

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

STATE_FILE = "sandbox.json"


class BadState(Exception):
    """The snapshot cannot be read; its words are for a person."""

    def __init__(self, path: Path, why: Exception) -> None:
        super().__init__(f"{path} is not a snapshot of this version ({why!r}): delete it to start over")


class Saved:
    """What an earlier run left. Raises BadState when that cannot be read; absent is empty."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / STATE_FILE if folder else None
        self._last = b""
        self._data: dict[str, Any] | None = None
        self.prices: dict[str, int] | None = None  # last, paise by key
        self.closes: dict[str, int] | None = None  # of the day before
        self.time_ns: int | None = None  # simulated
        self.actions: list[Action] = []  # of companies, to come
        if self.path is None or not self.path.exists():
            return
        try:
            self._data = json.loads(self.path.read_bytes())
            self.prices, self.closes = self._read_prices("prices"), self._read_prices("closes")
            self.actions = [action_from(row) for row in self._data.get("actions", ())]
            self.time_ns = int(self._data["time"])
        except (ValueError, KeyError, TypeError, AttributeError) as bad:
            raise BadState(self.path, bad) from bad

    def _read_prices(self, name: str) -> dict[str, int]:
        assert self._data is not None
        return {str(key): int(price) for key, price in self._data[name].items()}

    def knows(self, broker: str) -> bool:
        """Did this broker run before?"""
        return self._data is not None and broker in self._data["brokers"]

    def fill(self, name: str, office: BackOffice) -> None:
        """Put a broker's people back. Raises BadState."""
        assert self._data is not None
        assert self.path is not None
        try:
            office.switches = _switches(self._data["switches"][name])
            snapshot.load(office, self._data["brokers"][name])
        except (ValueError, KeyError, TypeError) as bad:
            raise BadState(self.path, bad) from bad

    def save(self, exchange: Exchange, offices: Mapping[str, BackOffice]) -> None:
        """Write a new file beside the old one and swap: a crash leaves one whole snapshot.

        Brokers that do not run this time keep what they had.
        """
        if self.path is None:
            return
        data = self._dump(exchange, offices)
        if data == self._last:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        self._last = data

    def _dump(self, exchange: Exchange, offices: Mapping[str, BackOffice]) -> bytes:
        before = self._data or {"brokers": {}, "switches": {}}
        data: dict[str, Any] = {
            "time": exchange.now,
            "prices": exchange.last_prices(),
            "closes": {key: one.prev_close for key, one in exchange.instruments.items()},
            "actions": [asdict(one) for one in exchange.actions if one.on > exchange.day],
            "switches": before["switches"] | {name: asdict(one.switches) for name, one in offices.items()},
            "brokers": before["brokers"] | {name: snapshot.dump(one) for name, one in offices.items()},
        }
        return orjson.dumps(data)


def _switches(data: dict[str, Any]) -> Switches:
    """From JSON: enums by their words, addresses as tuples. Raises for unknown names and words."""
    kept = Switches(**data)
    ips = {str(user): tuple(str(ip) for ip in given) for user, given in kept.static_ips.items()}
    return Switches(
        **(
            data
            | {
                "static_ips": ips,
                "plan": Plan(kept.plan),
                "strictness": Strictness(kept.strictness),
                "pace": Pace(kept.pace),
            }
        )
    )
