"""Pages of instruments, quotes and depth by name and in batches, and charts, over HTTP."""

import re
from datetime import datetime

import pytest

from domain.account import BrokerId
from mocks.launch import Sandbox
from orchestrator.storage.db import Database
from tests.orchestrator.market.conftest import market


async def test_pages_of_a_segment_name_their_neighbours(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.MOCK) as (_here, browser):
        answer = await browser.http.get("/v1/stocks?segment=index&limit=2&page=2")
        page = answer.json()
        assert {one["kind"] for one in page["items"]} == {"IDX"}
        links = {rel: path for path, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])}
        assert links["first"] == links["prev"] == "/v1/stocks?segment=index&limit=2&page=1"
        last = await browser.get(links["last"])
        assert last["page"] == -(-page["total"] // 2) >= 2
        assert (await browser.get("/v1/stocks?segment=commodity&exchange=NSE"))["total"] == 0


async def test_quotes_come_one_by_one_and_many_at_once(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.ZERODHA) as (_here, browser):
        quote = await browser.get("/v1/stocks/NSE:INFY/quote")
        assert (quote["symbol"], quote["source"]) == ("NSE:INFY", "zerodha")
        assert float(quote["change"]) == pytest.approx(
            float(quote["last_price"]) - float(quote["prev_close"])
        )
        depth = await browser.get("/v1/stocks/NSE:INFY/depth")
        assert len(depth["bids"]) == len(depth["asks"]) == 5
        many = await browser.get("/v1/quotes?symbols=NSE:TCS,NSE:NOSUCH,NSE:INFY,NSE:TCS")
        assert [one["symbol"] for one in many["items"]] == ["NSE:TCS", "NSE:INFY"]
        assert many["missing"] == [{"symbol": "NSE:NOSUCH", "reason": "instrument_unknown"}]
        for symbols in ("", ",".join(f"NSE:S{number}" for number in range(251))):
            problem = await browser.get(f"/v1/quotes?symbols={symbols}", expect=422)
            assert problem["field"] == "symbols"


async def test_a_search_as_one_types_waits_for_no_price(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.ZERODHA) as (here, browser):
        page = await browser.get("/v1/stocks?q=nifty%20fut&prices=false")
        assert page["items"][0]["last_price"] is None
        assert not here.hub.wanted()
        assert (await browser.get("/v1/stocks?q=nifty%20fut"))["items"][0]["last_price"] is not None


async def test_without_an_account_nobody_quotes(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store) as (_here, browser):
        assert (await browser.get("/v1/stocks/NSE:INFY/quote", expect=503))["code"] == "no_quote"
        many = await browser.get("/v1/quotes?symbols=NSE:INFY")
        assert many == {"items": [], "missing": [{"symbol": "NSE:INFY", "reason": "no_quote"}]}
        chart = await browser.get("/v1/stocks/NSE:INFY/history?interval=1d")
        assert chart["candles"] == []
        assert {gap["reason"] for gap in chart["gaps"]} == {"not_connected"}


@pytest.mark.parametrize(
    "broker", [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK], ids=str
)
async def test_every_broker_tells_charts_of_every_interval(
    sandbox: Sandbox, store: Database, broker: BrokerId
) -> None:
    async with market(sandbox, store, broker) as (_here, browser):
        for interval in ("3m", "1h", "1w", "1mo"):
            chart = await browser.get(f"/v1/stocks/NSE:INFY/history?interval={interval}")
            times = [datetime.fromisoformat(one["time"]) for one in chart["candles"]]
            assert len(times) > 3, interval
            assert times == sorted(set(times))
            assert chart["gaps"] == []
            assert chart["parts"][0]["source"] == broker.value
            assert all(not one["forming"] for one in chart["candles"][:-1])
