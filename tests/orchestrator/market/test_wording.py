"""One price in JSON and msgpack: as much as the mode wants, written once, aged when it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Mode, Tick
from domain.money import Price
from orchestrator.market.prices import Prices, Seen, change
from orchestrator.market.wording import OLDEST, json_price, json_prices, msgpack_price, msgpack_prices

INFY = InstrumentId.parse("NSE:INFY")
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
LTP: dict[str, Any] = {
    "symbol": "NSE:INFY",
    "ltp": "1505.00",
    "change": "15.00",
    "change_percent": "1.01",
    "timestamp": "2026-11-20T10:30:00.000+05:30",
    "prev_close": "1490.00",
    "source": "groww",
}
DAY: dict[str, Any] = {
    "open": "1495.00",
    "high": "1510.00",
    "low": None,
    "average_price": None,
    "volume": 12,
    "open_interest": None,
    "day_as_of": "2026-11-20T10:30:00.000+05:30",
}
DEPTH: dict[str, Any] = {
    "depth": {
        "bids": [{"price": "1504.95", "quantity": 3, "orders": 1}],
        "asks": [{"price": "1505.05", "quantity": 4, "orders": None}],
    },
    "depth_as_of": "2026-11-20T10:30:00.000+05:30",
}
WANTED = {Mode.LTP: LTP, Mode.QUOTE: LTP | DAY, Mode.DEPTH: LTP | DAY | DEPTH}


@pytest.fixture
def seen() -> Seen:
    prices = Prices()
    prices.take_tick(
        Tick(
            INFY,
            Price.of("1505"),
            NOW,
            prev_close=Price.of("1490"),
            open=Price.of("1495"),
            high=Price.of("1510"),
            volume=12,
            depth=Depth(
                (DepthLevel(Price.of("1504.95"), 3, 1),),
                (DepthLevel(Price.of("1505.05"), 4),),
            ),
            source=BrokerId.GROWW,
        )
    )
    return prices.seen(INFY)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_mode_tells_as_much_as_it_says_in_both_forms_alike(seen: Seen, mode: Mode) -> None:
    wanted = WANTED[mode] | {"seq": seen.sequence, "age_ms": 1250}
    assert json.loads(json_price(seen, mode.rank, NOW_MS + 1250)) == wanted
    assert msgspec.msgpack.decode(msgpack_price(seen, mode.rank, NOW_MS + 1250)) == wanted


@pytest.mark.parametrize(("later", "age"), [(-5, 0), (0, 0), (7, 7), (2**40, OLDEST)])
def test_the_age_is_of_the_moment_of_sending(seen: Seen, later: int, age: int) -> None:
    assert json.loads(json_price(seen, 0, NOW_MS + later))["age_ms"] == age
    assert msgspec.msgpack.decode(msgpack_price(seen, 0, NOW_MS + later))["age_ms"] == age


def test_a_form_is_written_once_for_all_who_want_it(seen: Seen) -> None:
    json_price(seen, 0, NOW_MS)
    first = seen.written.json[0]
    json_price(seen, 0, NOW_MS + 9)
    assert seen.written.json[0] is first


@pytest.mark.parametrize("close", [None, "0", "1490", "1505.0049"])
@pytest.mark.parametrize("symbol", ["NSE:M&M", 'NSE:A"B', "NFO:NIFTY26D0126000CE"])
def test_the_form_put_together_by_hand_is_the_same(close: str | None, symbol: str) -> None:
    prices, name = Prices(), InstrumentId.parse(symbol)
    prices.take_tick(Tick(name, Price.of("1505"), NOW, prev_close=Price.of(close) if close else None))
    seen = prices.seen(name)
    told = json.loads(json_price(seen, 0, NOW_MS))
    assert told == msgspec.msgpack.decode(msgpack_price(seen, 0, NOW_MS))
    moved, percent = change(Price.of("1505"), Price.of(close) if close else None)
    assert (told["change"], told["change_percent"]) == (str(moved) if moved else None, percent)


def test_several_prices_share_a_message(seen: Seen) -> None:
    both = [(seen, Mode.LTP.rank), (seen, Mode.QUOTE.rank)]
    told: list[Any] = [
        json.loads(json_prices(both, NOW_MS)),
        msgspec.msgpack.decode(msgpack_prices(both, NOW_MS)),
    ]
    assert told[0] == told[1]
    assert told[0]["type"] == "prices"
    assert [one.get("open") for one in told[0]["prices"]] == [None, "1495.00"]


def test_a_new_price_has_a_higher_number_and_another_text() -> None:
    prices = Prices()
    texts, numbers = [], []
    for step in range(3):
        prices.take_tick(Tick(INFY, Price.of(1500 + step), NOW + timedelta(seconds=step)))
        texts.append(json.loads(json_price(prices.seen(INFY), 0, NOW_MS))["ltp"])
        numbers.append(prices.seen(INFY).sequence)
    assert texts == ["1500.00", "1501.00", "1502.00"]
    assert numbers == sorted(set(numbers))
