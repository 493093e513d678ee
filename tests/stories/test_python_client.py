"""A program with the Python client: it reads, trades once, and hears what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from decimal import Decimal

import pytest

from tests.stories.product import PASSWORD, Product, Trader
from tests.traders import NewUser
from trademaster import AsyncClient, Client, Denied, NotAuthenticated, NotFound, StreamEnded, new_key, order
from trademaster.events import Event

BUY = "BUY 2 NSE:INFY CNC MARKET"


@pytest.fixture
async def client(product: Product, trader: Trader, new_user: NewUser) -> AsyncIterator[AsyncClient]:
    """Of a trader with cash and shares at one broker."""
    await trader.connect(new_user("mock", cash="500000", holdings={"NSE:TCS": 5}))
    await trader.settled()
    async with AsyncClient(product.url) as one:
        await one.log_in(trader.email, PASSWORD)
        yield one


async def test_an_order_is_previewed_placed_once_and_followed(client: AsyncClient) -> None:
    plan = await client.orders.preview(BUY)
    assert plan.decision.kind == "plan"
    assert plan.decision.charges is not None
    assert isinstance(plan.decision.charges.total, Decimal)
    key = new_key()
    first = await client.orders.place(BUY, key=key)
    again = await client.orders.place(BUY, key=key)
    assert first.id == again.id
    done = await client.orders.wait(first.id)
    assert (done.status, done.filled_quantity) == ("FILLED", 2)
    assert done.created_at.utcoffset() is not None
    assert [one.id async for one in client.orders.each(limit=1)] == [first.id]
    assert (await client.orders.charges(first.id)).order == first.id
    found = await client.orders.by_key(key)
    assert found is not None
    assert found.id == first.id
    assert await client.orders.by_key(new_key()) is None


async def test_a_refused_order_tells_every_reason(client: AsyncClient) -> None:
    with pytest.raises(Denied) as denied:
        await client.orders.place(order("BUY 9000000 NSE:INFY CNC MARKET"))
    assert denied.value.reasons
    assert denied.value.code == denied.value.reasons[0].code
    assert denied.value.body["decision"]["kind"] == "denied"


async def test_everything_that_is_read_has_its_form(client: AsyncClient) -> None:
    """Each answer is held against the models by parsing it."""
    accounts = await client.accounts.all()
    assert (await client.accounts.get(accounts[0].id)).broker == "mock"
    whole = await client.portfolio.get()
    assert [line.symbol for line in whole.holdings] == ["TCS"]
    assert sum((lot.quantity for lot in whole.holdings[0].lots), 0) == whole.holdings[0].quantity
    assert (await client.funds.balance()).accounts[0].account == accounts[0].id
    assert (await client.market.quote("NSE:INFY")).last_price
    assert (await client.market.search("infosys", limit=3)).items
    assert (await client.market.history("NSE:INFY", interval="1d")).candles
    compared = await client.market.charges(
        "NSE:INFY", side="BUY", quantity=10, product="CNC", price="1500.05"
    )
    assert compared.difference is not None
    for read in (
        client.portfolio.holdings, client.portfolio.positions, client.portfolio.allocation, client.portfolio.profits,
        client.portfolio.performance, client.accounts.brokers, client.accounts.scorecards, client.watchlists.all,
        client.alerts.all, client.alerts.attention, client.kill.get, client.orders.external, client.me, client.meta,
        client.orders.page,
    ):  # fmt: skip
        await read()
    assert [one async for one in client.portfolio.trades()] == []
    assert all([one.text async for one in client.alerts.notices(limit=1)])


async def test_what_is_anothers_is_not_found(client: AsyncClient) -> None:
    with pytest.raises(NotFound):
        await client.orders.get("ord_of_another")


async def test_events_and_prices_come_as_they_happen(client: AsyncClient) -> None:
    async with aclosing(client.stream.events(symbols=["NSE:INFY"], portfolio=True)) as events:
        seen: list[Event] = []
        async with asyncio.timeout(60):
            assert (await anext(events)).type == "connected"
            placed = await client.orders.place(BUY)
            async for event in events:
                seen.append(event)
                filled = [one for one in seen if one.type == "order" and one.data.status == "FILLED"]
                if filled and {"prices", "portfolio_lines"} <= {one.type for one in seen}:
                    break
    assert filled[0].data.id == placed.id
    price = next(one.data[0] for one in seen if one.type == "prices")
    assert (price.symbol, type(price.ltp)) == ("NSE:INFY", Decimal)


async def test_a_stream_comes_back_after_the_product_was_started_anew(
    product: Product, client: AsyncClient
) -> None:
    async with aclosing(client.stream.events(symbols=["NSE:INFY"])) as events:
        async with asyncio.timeout(60):
            assert not (await anext(events)).again
        await product.kill()
        await product.start()
        async with asyncio.timeout(60):
            async for event in events:
                if event.type == "connected" and event.again:
                    break
            async for event in events:
                if event.type == "prices":
                    break


async def test_a_stream_with_a_token_that_is_no_good_ends(product: Product) -> None:
    async with AsyncClient(product.url, "no token") as stranger:
        with pytest.raises(NotAuthenticated):
            await stranger.accounts.all()
        with pytest.raises(StreamEnded):
            await anext(stranger.stream.prices(["NSE:INFY"]))


async def test_the_blocking_client_does_the_same(client: AsyncClient, product: Product) -> None:
    def work() -> str:
        with Client(product.url, client.http.token) as blocking:
            placed = blocking.orders.place(BUY)
            assert blocking.orders.wait(placed.id).status == "FILLED"
            assert [one.id for one in blocking.orders.each()] == [placed.id]
            prices = blocking.stream.prices(["NSE:INFY"], mode="depth")
            price = next(prices)
            prices.close()
            return price.symbol

    assert await asyncio.to_thread(work) == "NSE:INFY"
