"""Runs that are not left to their seed in everything: what people do, how much goes wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mocks.brokers.backoffice.mishap import Kind
from tests.simulation.plan import BROKERS, Plan, Result
from tests.simulation.run import simulate
from tests.simulation.weather import Weather


@dataclass(frozen=True)
class Aim:
    """None and False leave it to the seed. `focus`: see `deeds.FOCUS`; `bad`: the part of requests that goes wrong;
    `replaces`: no broker changes an order; `mishap`: what alone goes wrong inside brokers, every second time."""

    focus: str | None = None
    bad: float | None = None
    replaces: bool = False
    mishap: Kind | None = None

    @property
    def options(self) -> Sequence[str]:
        """As the command takes them."""
        told = [] if self.focus is None else ["--focus", self.focus]
        told += [] if self.bad is None else ["--bad", str(self.bad)]
        told += [] if self.mishap is None else ["--mishap", self.mishap.value]
        return [*told, "--replaces"] if self.replaces else told


def aimed(aim: Aim, seed: int) -> Result:
    plan = Plan.of(random.Random(f"{seed}:plan"))
    weather = Weather.of(random.Random(f"{seed}:weather"))
    if aim.focus is not None:
        plan = replace(plan, focus=aim.focus)
    if aim.replaces:
        plan = replace(plan, replaces=BROKERS)
    if aim.bad is not None:
        weather.bad = aim.bad
    if aim.mishap is not None:
        weather.only, weather.mishaps = aim.mishap, 0.5
    return simulate(seed, plan, weather)
