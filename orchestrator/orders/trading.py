"""What the order room works with, wired once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.calendar import Calendar
from orchestrator.accounts.connections import Connections
from orchestrator.bus import Bus
from orchestrator.db import Database
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from orchestrator.orders.announce import Announcer
from orchestrator.state import Clock


@dataclass(frozen=True, slots=True)
class Trading:
    db: Database
    bus: Bus
    connections: Connections
    instruments: Instruments
    hub: Hub
    calendar: Calendar
    clock: Clock
    announcer: Announcer
    sending: set[str] = field(
        default_factory=set
    )  # ids of children whose answer this process still waits for
