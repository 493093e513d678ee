"""What trading earned adds up over instruments, accounts and days, and what is not known is never zero."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given

from aggregation.fifo import ledger
from aggregation.profit import Bill, Group, Profits, profits
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.money import Money, Price
from domain.portfolio import LastPrice
from domain.trade import AccountTrade
from tests.aggregation.test_fifo import TODAY, histories
from tests.aggregation.trades import ISINS, trades

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
INFY, TCS = InstrumentId.parse("NSE:INFY"), InstrumentId.parse("NSE:TCS")
PRICES = {
    ISINS["INFY"]: LastPrice(Price.of(1300), NOW),
    ISINS["TCS"]: LastPrice(Price.of(3000), NOW),
    "NFO:NIFTY26NOVFUT": LastPrice(Price.of(24000), NOW),
}
BOOK = """
    16 10:00 BUY 10 NSE:INFY CNC 1000
    17 10:00 SELL 4 BSE:INFY CNC 1200
    18 10:00 BUY 1 NSE:TCS CNC 3100
    """


def seen(text: str, group: Group = Group.INSTRUMENT, *bills: Bill, first: int = 1, last: int = 21) -> Profits:
    days = date(2026, 11, first), date(2026, 11, last)
    return profits(ledger(trades(text), today=TODAY), bills, PRICES, first=days[0], last=days[1], group=group)


def bill(day: int, amount: str | None, instrument: InstrumentId = INFY) -> Bill:
    rupees = None if amount is None else Money.of(amount)
    return Bill(AccountId("one"), instrument, ISINS[instrument.symbol], date(2026, 11, day), rupees)


def test_an_instrument_is_one_row_over_its_listings() -> None:
    found = seen(BOOK, Group.INSTRUMENT, bill(16, "11.80"), bill(17, "20"), bill(18, "3", TCS))
    infy, tcs = found.rows
    assert (infy.instrument, infy.isin, str(infy.realised), str(infy.unrealised)) == (
        INFY,
        ISINS["INFY"],
        "800.00",
        "1800.00",
    )
    assert (str(infy.charges), str(infy.gross), str(infy.net)) == ("31.80", "2600.00", "2568.20")
    assert (str(tcs.unrealised), tcs.open_quantity) == ("-100.00", 1)
    assert str(found.total.net) == "2465.20"


def test_charges_belong_to_the_days_that_billed_them() -> None:
    found = seen(BOOK, Group.DAY, bill(16, "11.80"), bill(17, "20"), first=17, last=17)
    assert [(row.day, str(row.realised), str(row.charges)) for row in found.rows] == [
        (date(2026, 11, 17), "800.00", "20.00")
    ]


def test_what_is_not_known_makes_the_sum_unknown_and_says_how_much_of_it_is() -> None:
    found = seen("16 10:00 BUY 10 NSE:INFY - 1000\n17 10:00 SELL 14 NSE:INFY - 1200")
    row = found.rows[0]
    assert (row.realised, str(row.realised_known), row.unseen_quantity, row.net) == (None, "2000.00", 4, None)
    unpriced = profits(
        ledger(trades("16 10:00 BUY 1 NSE:TCS CNC 3000"), today=TODAY),
        [bill(16, None, TCS)], {}, first=TODAY, last=TODAY, group=Group.ACCOUNT,
    )  # fmt: skip
    assert (unpriced.total.unrealised, unpriced.total.charges) == (None, Money.of(0))
    assert seen(BOOK, Group.ACCOUNT, bill(17, None)).total.charges is None


@pytest.mark.parametrize("group", list(Group))
@given(histories())
def test_rows_add_up_to_the_total(group: Group, history: list[AccountTrade]) -> None:
    bills = [Bill(one.account_id, one.instrument, one.isin, one.day, one.value) for one in history]
    found = profits(
        ledger(history, today=TODAY), bills, PRICES, first=date(2026, 11, 17), last=TODAY, group=group
    )
    whole = found.total
    assert Money.sum(row.realised_known for row in found.rows) == whole.realised_known
    assert Money.sum(row.charges for row in found.rows if row.charges) == whole.charges
    assert sum(row.unseen_quantity for row in found.rows) == whole.unseen_quantity
    assert (whole.realised is None) == (whole.unseen_quantity > 0)
    if group is not Group.DAY:
        assert sum(row.open_quantity for row in found.rows) == whole.open_quantity
        assert Money.sum(row.unrealised for row in found.rows if row.unrealised) == whole.unrealised
