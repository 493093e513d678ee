"""What one run is to be, from its seed, and what came of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from domain.account import BrokerId
from tests.simulation.deeds import FOCUS
from tests.simulation.world import SERVERS

BROKERS = tuple(sorted(SERVERS))


@dataclass
class Result:
    """`failure` is None when everything holds. `digest` is over all that happened: equal for equal runs."""

    seed: int
    failure: str | None = None
    digest: str = ""
    steps: int = 0
    orders: int = 0
    kills: int = 0
    requests: int = 0
    seconds: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What one run is to be. `kill_at`: after which steps of its lives the product is killed; `from_order`: counted
    from the moment the first order is asked for. `focus`: what people do beside trading (`deeds.FOCUS`)."""

    people: int
    hands: int
    actions: int
    kill_at: tuple[int, ...]
    from_order: bool = False
    focus: str = ""
    replaces: tuple[BrokerId, ...] = ()  # brokers that change no order: it is cancelled and placed anew

    @classmethod
    def of(cls, dice: random.Random) -> Plan:
        kills = dice.choice((0, 0, 1, 2, 4))
        return cls(
            people=dice.choice((1, 1, 2)),
            hands=dice.choice((1, 2, 3)),
            actions=dice.choice((3, 5, 8)),
            kill_at=tuple(round(dice.choice((80, 400, 2500)) * dice.random()) + 1 for _ in range(kills)),
            focus=dice.choice(("", "", *FOCUS)),
            replaces=tuple(broker for broker in BROKERS if dice.random() < 0.2),
        )
