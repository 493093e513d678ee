"""Which of a broker's rules are enforced: one set per broker, changed over the control API while it runs.

The defaults are lenient, so that a program under test meets only the faults it asked for; `strict()` is the real one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Strictness(StrEnum):
    CURRENT = "current"  # the broker's rules of 2026
    LEGACY = "legacy"  # as before April 2026: market orders without protection, looser spans of history


class Plan(StrEnum):
    CONNECT = "connect"  # orders, portfolio and market data
    PERSONAL = "personal"  # no quotes, no history, no streams


class Pace(StrEnum):
    """How long an order takes from stage to stage."""

    NONE = "none"  # every stage in the same instant: the answer to `place` already knows how it ended
    REALISTIC = "realistic"  # seeded latencies of a busy day, see `latency.py`


@dataclass(frozen=True, slots=True)
class Switches:
    """`static_ips`: addresses that orders may come from by user id; a user without an entry is not checked unless
    `require_static_ip`. `service_hours`: the hours in which the broker closes its order API are kept."""

    rate_limits: bool = False
    modification_cap: bool = True
    require_static_ip: bool = False
    static_ips: dict[str, tuple[str, ...]] = field(default_factory=dict)
    service_hours: bool = False
    daily_approval: bool = False  # Groww: a key must be approved each day before it gives tokens
    totp_once: bool = False  # a TOTP code is good for one login
    adjusted_averages: bool = True  # a split or a bonus lowers the average that holdings show
    charges: bool = True  # fills cost what this broker charges
    plan: Plan = Plan.CONNECT
    strictness: Strictness = Strictness.CURRENT
    pace: Pace = Pace.NONE


def strict(switches: Switches) -> Switches:
    """The broker as it is on a trading day: every rule enforced, orders at their real pace."""
    return replace(
        switches,
        rate_limits=True,
        modification_cap=True,
        service_hours=True,
        totp_once=True,
        charges=True,
        pace=Pace.REALISTIC,
    )
