"""Watchlists, price alerts, notices, and what needs a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

from trademaster._async.http import AsyncHTTP
from trademaster.models import (
    AlertIn,
    AlertOut,
    AlertPatch,
    AlertsOut,
    AttentionOut,
    NoticeOut,
    NoticePage,
    SymbolsIn,
    WatchlistDetail,
    WatchlistIn,
    WatchlistOut,
    WatchlistsOut,
)


class Watchlists:
    """`client.watchlists`."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def all(self) -> WatchlistsOut:
        return await self._http.get("/v1/watchlists", WatchlistsOut)

    async def get(self, list_id: str) -> WatchlistDetail:
        """With the prices of its instruments."""
        return await self._http.get(f"/v1/watchlists/{quote(list_id, safe='')}", WatchlistDetail)

    async def make(self, body: WatchlistIn) -> WatchlistOut:
        return await self._http.send("POST", "/v1/watchlists", WatchlistOut, body)

    async def add(self, list_id: str, symbols: Sequence[str]) -> WatchlistOut:
        path = f"/v1/watchlists/{quote(list_id, safe='')}/symbols"
        return await self._http.send("POST", path, WatchlistOut, SymbolsIn(symbols=list(symbols)))

    async def take_out(self, list_id: str, symbol: str) -> WatchlistOut:
        path = f"/v1/watchlists/{quote(list_id, safe='')}/symbols/{quote(symbol, safe='')}"
        return await self._http.send("DELETE", path, WatchlistOut)

    async def remove(self, list_id: str) -> None:
        await self._http.send("DELETE", f"/v1/watchlists/{quote(list_id, safe='')}", type(None))


class Alerts:
    """`client.alerts`: on prices, and what was told."""

    def __init__(self, http: AsyncHTTP) -> None:
        self._http = http

    async def all(self, *, state: str | None = None) -> AlertsOut:
        return await self._http.get("/v1/alerts", AlertsOut, state=state)

    async def get(self, alert_id: str) -> AlertOut:
        return await self._http.get(f"/v1/alerts/{quote(alert_id, safe='')}", AlertOut)

    async def make(self, body: AlertIn) -> AlertOut:
        return await self._http.send("POST", "/v1/alerts", AlertOut, body)

    async def change(self, alert_id: str, body: AlertPatch) -> AlertOut:
        return await self._http.send("PATCH", f"/v1/alerts/{quote(alert_id, safe='')}", AlertOut, body)

    async def remove(self, alert_id: str) -> None:
        await self._http.send("DELETE", f"/v1/alerts/{quote(alert_id, safe='')}", type(None))

    async def notices(self, *, limit: int = 100) -> AsyncIterator[NoticeOut]:
        """What was told, newest first, page by page."""
        before: str | None = None
        while True:
            page = await self._http.get("/v1/notices", NoticePage, before=before, limit=limit)
            for one in page.items:
                yield one
            before = page.next
            if before is None:
                return

    async def attention(self) -> AttentionOut:
        """What needs a person now."""
        return await self._http.get("/v1/attention", AttentionOut)
