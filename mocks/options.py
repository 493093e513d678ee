"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mocks.brokers.backoffice.switches import Pace
from mocks.brokers.faults import BROKERS
from mocks.brokers.listener import HOST
from mocks.clock import Mode


@dataclass(frozen=True, slots=True)
class Options:
    """`port_base`: the control API's port, the brokers take the next four; 0 takes free ones. `only`: the brokers
    that run. `host` is the address to listen on, `name` what the URLs call it (a container's service name).
    `calendar`: a file of sessions and holidays instead of the built-in ones. `start_ns`: simulated time (ns since
    the epoch, UTC) to begin at, None for now. `faults`: a plan in force from the start. `journal`: where every
    input of the exchange is written. `actions`: corporate actions to come, as `POST /corporate-actions` takes them.
    """

    port_base: int = 9100
    seed: int = 1
    flow: bool = True
    always_open: bool = True
    calendar: Path | None = None
    state: Path | None = None
    host: str = HOST
    name: str = ""
    only: tuple[str, ...] = BROKERS
    strict: bool = False
    pace: Pace | None = None
    clock: Mode = "real"
    speed: float = 1.0
    start_ns: int | None = None
    faults: Path | None = None
    journal: Path | None = None
    actions: Path | None = None


class BadFile(Exception):
    """A file given at the start cannot be used; the words are for a person."""
