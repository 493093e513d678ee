"""What the router is told of an account."""

from dataclasses import replace
from decimal import Decimal

from adapters.values import Listing
from domain.account import BrokerId
from domain.order import Product
from domain.routing import Candidate
from orchestrator.accounts.candidates import candidates
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
