"""Option chains and payoffs over HTTP, over real brokers of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from domain.account import BrokerId
from domain.calendar import IST, Calendar
from domain.instrument import InstrumentId
from domain.market import Candle
from domain.money import Price
from mocks.launch import Sandbox
from orchestrator import errors
from orchestrator.bus import LocalBus
from orchestrator.identity.access import market_user
from orchestrator.market.candle_rows import settle
from orchestrator.market.intervals import Interval, midnight_of
from orchestrator.options import endpoints
from orchestrator.storage.db import Database
from tests.adapters.desk import now
from tests.orchestrator.market.conftest import USER, store
from tests.orchestrator.market.floor import Floor, floor

__all__ = ["store"]  # a fixture


class Desk:
    """The options' endpoints over a floor, for a user who is logged in."""

    def __init__(self, here: Floor) -> None:
        self.here = here
        app = FastAPI()
        errors.install(app)
        app.include_router(endpoints.router)
        app.dependency_overrides[market_user] = lambda: USER
        app.state.clock, app.state.calendar, app.state.db = now, Calendar(always_open=True), here.db
        app.state.instruments, app.state.hub = here.instruments, here.hub
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")

    async def get(self, path: str, expect: int = 200) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, expect: int = 200) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()


@asynccontextmanager
async def desk(sandbox: Sandbox, store: Database, *brokers: BrokerId) -> AsyncIterator[Desk]:
    async with floor(sandbox, store, LocalBus(), *brokers) as here:
        opened = Desk(here)
        yield opened
        await opened.http.aclose()


def number(text: str | None) -> Decimal:
    assert text is not None
    return Decimal(text)


async def test_an_underlying_tells_its_expiries_its_spot_and_its_futures(
    sandbox: Sandbox, store: Database
) -> None:
    async with desk(sandbox, store, BrokerId.ZERODHA) as here:
        nifty = await here.get("/v1/options/NIFTY")
        assert (nifty["name"], nifty["exchange"], nifty["lot"]) == ("NIFTY", "NFO", 65)
        assert (nifty["spot"]["symbol"], nifty["spot"]["stale"]) == ("NSE:NIFTY 50", False)
        assert [one["kind"] for one in nifty["futures"]] == ["FUT"] * 3
        expiries = nifty["expiries"]
        assert [one["expiry"] for one in expiries] == sorted(one["expiry"] for one in expiries)
        assert {one["future"] for one in expiries if one["future"]} == {
            one["symbol"] for one in nifty["futures"]
        }
        assert any(not one["monthly"] for one in expiries)
        assert expiries[0]["expires_at"].endswith("T00:00:00.000+05:30")  # this exchange never sleeps
        future = nifty["futures"][0]["symbol"]
        for text in ("NSE:NIFTY 50", "nifty 50", future):
            assert (await here.get(f"/v1/options/{text}"))["name"] == "NIFTY"
        assert (await here.get("/v1/options/SENSEX"))["exchange"] == "BFO"
        assert (await here.get("/v1/options/NOSUCH", 404))["code"] == "no_contracts"


@pytest.mark.parametrize(
    "broker", [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK], ids=str
)
async def test_every_broker_tells_a_chain_around_the_money(
    sandbox: Sandbox, store: Database, broker: BrokerId, unpaced: None
) -> None:
    async with desk(sandbox, store, broker) as here:
        chain = await here.get("/v1/options/NIFTY/chain?around=4")
        assert len(chain["strikes"]) == 9 < chain["total"]
        strikes = [number(one["strike"]) for one in chain["strikes"]]
        spot = number(chain["spot"]["last_price"])
        assert number(chain["atm_strike"]) == min(strikes, key=lambda one: (abs(one - spot), one))
        assert chain["missing"] == 0
        middle = chain["strikes"][4]
        assert middle["strike"] == chain["atm_strike"]
        for side, sign in (("call", 1), ("put", -1)):
            option = middle[side]
            assert option["source"] == broker.value
            assert Decimal(1) < number(option["iv"]) < Decimal(60)
            assert Decimal("0.2") < number(option["delta"]) * sign < Decimal("0.8")
            assert number(option["gamma"]) > 0
            assert number(option["vega"]) > 0
            assert number(option["theta"]) < 0
        if broker is not BrokerId.GROWW:  # many of its quotes come without depth and open interest
            assert middle["call"]["iv_of"] == "mid"
            assert number(middle["call"]["bid"]) < number(middle["call"]["ask"])
            assert chain["counted"] == 9
            assert number(chain["put_call_ratio"]) > 0
            assert chain["max_pain"] in {one["strike"] for one in chain["strikes"]}


async def test_a_quote_with_depth_is_asked_of_who_can_tell_it(sandbox: Sandbox, store: Database) -> None:
    async with desk(sandbox, store, BrokerId.GROWW, BrokerId.UPSTOX) as here:
        chain = await here.get("/v1/options/BANKNIFTY/chain?around=3")
        assert {one[side]["source"] for one in chain["strikes"] for side in ("call", "put")} == {"upstox"}


async def test_volatilities_of_calls_and_puts_agree_on_the_future(sandbox: Sandbox, store: Database) -> None:
    async with desk(sandbox, store, BrokerId.ZERODHA) as here:
        nifty = await here.get("/v1/options/NIFTY")
        monthly = next(one for one in nifty["expiries"] if one["future"])
        weekly = next((one for one in nifty["expiries"] if not one["future"]), None)
        chain = await here.get(f"/v1/options/NIFTY/chain?around=3&expiry={monthly['expiry']}")
        assert (chain["forward_of"], chain["future"]["symbol"]) == ("future", monthly["future"])
        for one in chain["strikes"]:
            assert abs(number(one["call"]["iv"]) - number(one["put"]["iv"])) < 2
            assert number(one["call"]["delta"]) - number(one["put"]["delta"]) == pytest.approx(
                Decimal(1), abs=Decimal("0.05")
            )
        assert weekly is not None
        chain = await here.get(f"/v1/options/NIFTY/chain?around=3&expiry={weekly['expiry']}")
        assert (chain["forward_of"], chain["future"]) == ("parity", None)


async def test_the_change_of_open_interest_is_since_the_close_that_was_kept(
    sandbox: Sandbox, store: Database
) -> None:
    async with desk(sandbox, store, BrokerId.ZERODHA) as here:
        chain = await here.get("/v1/options/NIFTY/chain?around=1")
        option = chain["strikes"][1]["call"]
        assert option["oi_change"] is None
        name = InstrumentId.parse(option["symbol"])
        before = now().astimezone(IST).date() - timedelta(days=1)
        price = Price.of(100)
        candle = Candle(midnight_of(before), price, price, price, price, 10, option["oi"] - 650)
        await store.write(
            lambda conn: settle(conn, name, Interval.D1, [candle], [before], source="zerodha", at=now())
        )
        chain = await here.get("/v1/options/NIFTY/chain?around=1")
        again = next(one["call"] for one in chain["strikes"] if one["call"]["symbol"] == option["symbol"])
        assert again["oi_change"] == again["oi"] - option["oi"] + 650


async def test_without_an_account_every_unknown_has_its_reason(sandbox: Sandbox, store: Database) -> None:
    async with desk(sandbox, store) as here:
        chain = await here.get("/v1/options/NIFTY/chain?around=2")
        assert (chain["forward"], chain["atm_strike"], chain["put_call_ratio"]) == (None, None, None)
        assert chain["missing"] == 2 * len(chain["strikes"]) == 10
        option = chain["strikes"][0]["call"]
        assert (option["last_price"], option["iv"], option["iv_missing"]) == (None, None, "no_price")
        leg = {"symbol": option["symbol"], "side": "BUY", "quantity": 65}
        assert (await here.post("/v1/options/payoff", {"legs": [leg]}, 503))["code"] == "no_quote"
        shown = await here.post("/v1/options/payoff", {"legs": [leg | {"price": "100"}]})
        assert (shown["max_loss"], shown["greeks"], shown["points"][0]["now"]) == ("-6500.00", None, None)


async def test_an_expiry_that_is_not_listed_names_those_that_are(sandbox: Sandbox, store: Database) -> None:
    async with desk(sandbox, store) as here:
        problem = await here.get("/v1/options/NIFTY/chain?expiry=2031-01-07", 404)
        assert (problem["code"], problem["field"]) == ("expiry_unknown", "expiry")
        nearest = (await here.get("/v1/options/NIFTY"))["expiries"][0]["expiry"]
        assert nearest in problem["rule"]


async def test_a_straddle_is_priced_by_the_market_and_comes_to_its_break_evens(
    sandbox: Sandbox, store: Database
) -> None:
    async with desk(sandbox, store, BrokerId.ZERODHA) as here:
        chain = await here.get("/v1/options/NIFTY/chain?around=1")
        middle = next(one for one in chain["strikes"] if one["strike"] == chain["atm_strike"])
        legs = [
            {"symbol": middle[side]["symbol"], "side": "SELL", "quantity": 65} for side in ("call", "put")
        ]
        shown = await here.post("/v1/options/payoff", {"legs": legs})
        assert [one["price_of"] for one in shown["legs"]] == ["bid", "bid"]
        paid = sum(number(one["price"]) for one in shown["legs"])
        assert number(shown["net_premium"]) == number(shown["max_profit"]) == paid * 65
        assert (shown["profit_unlimited"], shown["loss_unlimited"], shown["max_loss"]) == (False, True, None)
        strike = number(chain["atm_strike"])
        assert [number(one) for one in shown["break_evens"]] == [strike - paid, strike + paid]
        assert number(shown["greeks"]["theta"]) > 0 > number(shown["greeks"]["gamma"])
        # Now it is worth what it costs: at the spot, giving it back costs the spread at most.
        near = min(
            shown["points"], key=lambda one: abs(number(one["price"]) - number(shown["spot"]["last_price"]))
        )
        assert abs(number(near["now"])) < number(shown["net_premium"])


async def test_legs_that_have_no_payoff_in_common_are_refused(sandbox: Sandbox, store: Database) -> None:
    async with desk(sandbox, store) as here:
        nifty = await here.get("/v1/options/NIFTY")
        symbols = []
        for expiry in (nifty["expiries"][0]["expiry"], nifty["expiries"][1]["expiry"]):
            chain = await here.get(f"/v1/options/NIFTY/chain?around=1&expiry={expiry}")
            symbols.append(chain["strikes"][0]["call"]["symbol"])
        other = (await here.get("/v1/options/BANKNIFTY"))["futures"][0]["symbol"]
        leg = {"side": "BUY", "quantity": 65, "price": "100"}
        for pair, code in (
            (symbols, "several_expiries"),
            ([symbols[0], other], "several_underlyings"),
            (["NSE:INFY", "NSE:TCS"], "several_underlyings"),
            (["NSE:NIFTY 50"], "not_tradable"),
        ):
            body = {"legs": [leg | {"symbol": one} for one in pair]}
            assert (await here.post("/v1/options/payoff", body, 422))["code"] == code
        future = nifty["futures"][0]["symbol"]
        legs = [leg | {"symbol": future, "price": "26000"}, leg | {"symbol": symbols[0], "side": "SELL"}]
        shown = await here.post("/v1/options/payoff", {"legs": legs, "low": "20000", "high": "30000"})
        assert (shown["max_profit"] is not None, shown["points"][0]["price"]) == (True, "20000.00")
        wrong = {"legs": legs, "low": "30000", "high": "20000"}
        assert (await here.post("/v1/options/payoff", wrong, 422))["field"] == "low"
