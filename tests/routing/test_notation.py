"""A trade in one line, and what is said of a line that cannot be read."""

import pytest

from domain.fees import Fund, Ware
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Money
from domain.order import Product, Side
from routing.notation import Unreadable, parse
from routing.schedules.table import Segment


def test_a_line_is_a_trade() -> None:
    named = parse("buy 1,000 nse:INFY cnc @1,500.05")
    assert named.instrument == InstrumentId(Exchange.NSE, "INFY")
    assert (named.trade.side, named.trade.product) == (Side.BUY, Product.CNC)
    assert named.trade.value == Money.of("1500050.00")
    assert named.trade.segment is Segment.DELIVERY


@pytest.mark.parametrize(
    ("symbol", "kind", "segment"),
    [
        ("NFO:NIFTY26NOVFUT", Kind.FUTURE, Segment.FUTURES),
        ("NFO:NIFTY26NOV24000CE", Kind.CALL, Segment.OPTIONS),
        ("NFO:NIFTY26N1724000PE", Kind.PUT, Segment.OPTIONS),
        ("NFO:M&M26NOV3012.5CE", Kind.CALL, Segment.OPTIONS),
        ("CDS:USDINR26N27FUT", Kind.FUTURE, Segment.CURRENCY_FUTURES),
        ("MCX:GOLD26DECFUT", Kind.FUTURE, Segment.COMMODITY_FUTURES),
    ],
)
def test_the_name_of_a_contract_says_its_kind(symbol: str, kind: Kind, segment: Segment) -> None:
    trade = parse(f"SELL 65 {symbol} NRML @ 150").trade
    assert (trade.kind, trade.segment) == (kind, segment)


def test_a_share_whose_name_ends_like_an_option_is_a_share() -> None:
    assert parse("BUY 1 NSE:RELIANCE CNC @1500").trade.kind is Kind.EQUITY


def test_crops_funds_and_groups_are_wares_of_their_own() -> None:
    assert parse("BUY 1 MCX:KAPAS27APRFUT NRML @1500").trade.ware == Ware(agricultural=True)
    assert parse("BUY 1 NSE:NIFTYBEES CNC @250", fund=True).trade.ware == Ware(fund=Fund.EQUITY)
    assert parse("BUY 1 BSE:ABC CNC @250", group="xt").trade.ware == Ware(group="XT")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "five words: SIDE QUANTITY EXCHANGE:SYMBOL PRODUCT @PRICE"),
        ("BUY 100 NSE:INFY @1500", "five words"),
        (
            "HOLD 100 NSE:INFY CNC @1500",
            "HOLD is no side: write one of BUY, SELL, EXERCISE, ASSIGN, TAKE, GIVE",
        ),
        ("BUY 1.5 NSE:INFY CNC @1500", "1.5 is no quantity: write a whole number of units"),
        ("BUY 0 NSE:INFY CNC @1500", "0 is no quantity"),
        ("BUY ² NSE:INFY CNC @1500", "is no quantity"),
        ("BUY 100 INFY CNC @1500", "INFY is no instrument: write EXCHANGE:SYMBOL"),
        ("BUY 100 LSE:INFY CNC @1500", "the exchange one of NSE, BSE"),
        ("BUY 100 NSE:INFY DELIVERY @1500", "DELIVERY is no product: write one of CNC"),
        ("BUY 100 NSE:INFY CNC 1500", "1500 is no price: write @ and rupees"),
        ("BUY 100 NSE:INFY CNC @-5", "@-5 is no price"),
        ("BUY 100 NSE:INFY CNC @NaN", "@NaN is no price"),
        ("BUY 65 NFO:NIFTY NRML @150", "NIFTY is no contract of NFO: write a future as NIFTY26NOVFUT"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(line: str, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(line)
    assert says in str(refused.value)
