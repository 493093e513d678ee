"""Times transactions of the database, with the wait for their turn."""

from __future__ import annotations

import time
from types import TracebackType

from orchestrator.telemetry.metrics import DATABASE_SECONDS

_KINDS = {kind: DATABASE_SECONDS.labels(kind) for kind in ("read", "write")}


class taking:
    """`with taking("read"):` or "write"."""

    __slots__ = ("_began", "_kind")

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _KINDS[self._kind].observe(time.perf_counter() - self._began)
