"""Opens the audit log when the application starts."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi import FastAPI

from orchestrator.audit.keeper import Keeper
from orchestrator.audit.seal import Seal
from orchestrator.audit.witness import Witness
from orchestrator.config import Settings
from orchestrator.loops import Loops
from orchestrator.settings.process import Role


def open_audit(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """What vouches for the audit log; entries are linked by a process with background work."""
    state, linking = app.state, Loops()
    state.seal = Seal(state.keys.master)
    if settings.role is not Role.API:
        opened.push_async_callback(linking.close)
        keeper = Keeper(state.db, state.seal, state.clock, witness=Witness(settings.data))
        linking.start("audit log", keeper.run)
