"""Operations that will be removed: said in the description, and in every answer of theirs, half a year before.

`Deprecation` is RFC 9745, `Sunset` RFC 8594. Nothing is going away at present.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTICE = timedelta(days=182)
MARK = "__going_away__"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Leaving:
    """From `since` on another way should be used, and from `until` on this one is gone (00:00 UTC of both)."""

    since: date
    until: date
    instead: str

    def __post_init__(self) -> None:
        if self.until - self.since < NOTICE:
            raise ValueError(f"programs have {NOTICE.days} days: until {self.since + NOTICE} at least")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        since, until = (datetime.combine(day, time(), UTC) for day in (self.since, self.until))
        return [
            (b"deprecation", b"@%d" % since.timestamp()),
            (b"sunset", format_datetime(until, usegmt=True).encode()),
        ]


def going_away(since: date, until: date, instead: str) -> Callable[[F], F]:
    """Under an endpoint's route: it is going away."""
    leaving = Leaving(since, until, instead)

    def mark(endpoint: F) -> F:
        setattr(endpoint, MARK, leaving)
        return endpoint

    return mark


def of(endpoint: object) -> Leaving | None:
    """Whether, and how, this endpoint is going away."""
    found = getattr(endpoint, MARK, None)
    return found if isinstance(found, Leaving) else None


class Farewell:
    """Tells it in the answers. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_dates(message: Message) -> None:
            if (
                message["type"] == "http.response.start"
                and (leaving := of(scope.get("endpoint"))) is not None
            ):
                message["headers"] = [*message.get("headers", ()), *leaving.headers]
            await send(message)

        await self._app(scope, receive, send_with_dates if scope["type"] == "http" else send)
