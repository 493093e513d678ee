"""The neutral case format with what it has no words for: bands that slide, operating ranges, every phase of a day.

Further commands: `{"op": "band", "low", "high"}`, `{"op": "range", "low"?, "high"?}`, `{"op": "phase", "phase",
"price"?}` with any phase and its reference or closing price, and `modify` with `type` and `validity`.
"""

from __future__ import annotations

from typing import Any

from mocks.exchange.model import Event, Modify, OrderType, Phase, Validity
from mocks.exchange.replay import KEY, Player

Json = dict[str, Any]


class Driver(Player):
    """Plays further commands too, and keeps every event."""

    def __init__(self, config: Json) -> None:
        super().__init__(config)
        self.events: list[Event] = []

    def play(self, index: int, command: Json) -> None:
        book = self.book
        self.tape.out = []
        match command["op"]:
            case "band":
                book.set_band(command["low"], command["high"])
            case "range":
                book.set_operating_range((command["low"], command["high"]) if command.get("low") else None)
            case "phase":
                found = book.enter_phase(Phase(command["phase"]), command.get("price", 0))
                self.auction = found or self.auction
            case _:
                super().play(index, command)
                self.events += self.tape.out
                return
        self._note(index)
        self.events += self.tape.out

    def _modify(self, command: Json, place: str) -> Modify:
        type_, validity = command.get("type"), command.get("validity")
        return Modify(
            KEY, self._number(command, place), quantity=command.get("qty"), price=command.get("price"),
            trigger=command.get("trigger"), disclosed=command.get("disclosed"),
            type=OrderType(type_) if type_ else None, validity=Validity(validity) if validity else None,
        )  # fmt: skip


def drive(config: Json, commands: list[Json]) -> Driver:
    driver = Driver(config)
    for index, command in enumerate(commands):
        driver.play(index, command)
    return driver
