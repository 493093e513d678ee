"""How brokers answer this process, without a word about whose accounts they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.guard import Health
from adapters.registry import BROKERS
from domain.account import BrokerId
from orchestrator.accounts.connections import Connection


class State(StrEnum):
    OK = "ok"
    TROUBLED = "troubled"  # for some accounts calls are held back, because the last ones failed
    DOWN = "down"  # for all of them
    UNUSED = "unused"  # nobody is logged in there


@dataclass(frozen=True, slots=True)
class Standing:
    broker: BrokerId
    state: State
    last_answer_at: datetime | None


def standings(connections: Iterable[Connection]) -> list[Standing]:
    """Of every broker that the product knows."""
    known: dict[BrokerId, list[Health]] = {broker: [] for broker in BROKERS}
    for one in connections:
        if one.ready and (health := one.health()) is not None:
            known.setdefault(one.account.broker, []).append(health)
    return [_standing(broker, healths) for broker, healths in known.items()]


def _standing(broker: BrokerId, healths: list[Health]) -> Standing:
    tripped = sum(one.tripped for one in healths)
    if not healths:
        state = State.UNUSED
    elif tripped == len(healths):
        state = State.DOWN
    else:
        state = State.TROUBLED if tripped else State.OK
    answered = [one.last_ok_at for one in healths if one.last_ok_at is not None]
    return Standing(broker, state, max(answered, default=None))
