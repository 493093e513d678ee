"""What the router is told of an account."""

from dataclasses import replace
from decimal import Decimal

from adapters.values import Listing
from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.order import Product
from domain.position import Holding, Position
from domain.routing import Candidate
from orchestrator.accounts.candidates import candidates
from tests.aggregation.cases import holds, snapshot, trades
from tests.orchestrator.orders.test_reservations import INFY, ledger


def seen(listing: Listing | None) -> Candidate:
    connection = ledger(BrokerId.UPSTOX).connection
    (found,) = candidates(
        [connection],
        instrument=INFY,
        same_share=frozenset({INFY.id}),
        product=Product.MIS,
        listed={connection.account.id: listing} if listing else {},
        margin_held={},
        units_held={},
    )
    return found


def test_the_margin_of_an_intraday_order_is_that_of_the_brokers_list_where_it_has_one() -> None:
    plain = Listing(INFY, "INFY", "INFY")
    usual, told = (
        dict(seen(plain).margin_rates),
        dict(seen(replace(plain, intraday=Decimal("0.35"))).margin_rates),
    )
    assert told == {**usual, Product.MIS: Decimal("0.35")}
    assert seen(plain).listed
    assert not seen(None).listed


def sellable(product: Product, instrument: str, *owned: Holding | Position) -> int:
    connection = ledger(BrokerId.UPSTOX).connection
    connection.snapshot = snapshot("acc_upstox", *owned)
    name = InstrumentId.parse(instrument)
    (found,) = candidates(
        [connection],
        instrument=replace(INFY, id=name),
        same_share=frozenset({INFY.id, InstrumentId.parse("BSE:INFY")}),
        product=product,
        listed={},
        margin_held={},
        units_held={},
    )
    return found.sellable


def test_own_and_funded_shares_are_sold_apart() -> None:
    owned = holds("NSE:INFY", 10, "1400"), holds("NSE:INFY", 4, "1400", product=Product.MTF)
    assert sellable(Product.CNC, "NSE:INFY", *owned) == 10
    assert sellable(Product.MTF, "NSE:INFY", *owned) == 4
    carried = trades(
        "NSE:INFY", Product.MTF, bought=(7, "1400"), overnight=7
    )  # where positions alone tell them
    assert sellable(Product.MTF, "NSE:INFY", carried) == 7


def test_what_was_bought_today_is_sold_again_on_the_same_exchange_only() -> None:
    owned = holds("NSE:INFY", 10, "1400"), trades("BSE:INFY", Product.CNC, bought=(5, "1540"))
    assert sellable(Product.CNC, "BSE:INFY", *owned) == 15
    assert sellable(Product.CNC, "NSE:INFY", *owned) == 10
