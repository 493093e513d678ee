"""What the order room works with, wired once by the composition root."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from domain.account import AccountId
from domain.calendar import Calendar
from domain.order import OrderId
from orchestrator.accounts.connections import Connections
from orchestrator.bus import Bus
from orchestrator.guards.result import DayResult
from orchestrator.instruments.service import Instruments
from orchestrator.leases.shards import Asked, Owning
from orchestrator.market.hub import Hub
from orchestrator.orders.announce import Announcer
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.margins import Margins
from orchestrator.orders.story import Story
from orchestrator.orders.underway import UnderWay
from orchestrator.orders.written import Written
from orchestrator.state import Clock
from orchestrator.storage.db import Database


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
    day_result: DayResult
    # whether what is decided here is this process's to decide: what loops do by themselves is the owner's alone
    owning: Owning = field(default_factory=Asked)
    # children whose answer this process still waits for
    sending: UnderWay = field(default_factory=UnderWay)
    # ids of children whose change this process is asking for
    changing: UnderWay = field(default_factory=UnderWay)
    # one exit at a time for each account
    exiting: dict[AccountId, asyncio.Lock] = field(default_factory=dict)
    # orders whose request is still to be answered by this process
    stories: dict[OrderId, Story] = field(default_factory=dict)
    # the loop itself keeps only weak references to what runs without a waiting caller
    running: set[asyncio.Task[Any]] = field(default_factory=set)
    known: KnownChildren = field(default_factory=KnownChildren)
    margins: Margins = field(default_factory=Margins)
    # of lists of orders
    written: Written = field(default_factory=Written)
