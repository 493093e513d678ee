"""Masters that call things differently are joined into one identity."""

from dataclasses import replace
from decimal import Decimal

from domain.account import BrokerId
from domain.instrument import Exchange, InstrumentId
from orchestrator.instruments.columns import Columns
from tests.orchestrator.instruments.masters import GROWW, INFY, UPSTOX, ZERODHA, joined, share

ALL = joined({BrokerId.GROWW: GROWW, BrokerId.ZERODHA: ZERODHA, BrokerId.UPSTOX: UPSTOX})
NSE_INFY = InstrumentId.parse("NSE:INFY")
FUTURE = InstrumentId.parse("NFO:NIFTY26NOVFUT")


def test_a_share_is_one_over_brokers_by_symbol_and_by_isin() -> None:
    assert ALL.instruments[NSE_INFY].isin == INFY
    assert ALL.brokers(NSE_INFY) == [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW]
    assert InstrumentId.parse("NSE:INFOSYS") not in ALL.instruments
    assert ALL.names[BrokerId.GROWW].by_order_key(Exchange.NSE, "INFOSYS") == NSE_INFY


def test_a_contract_is_one_by_its_terms_and_named_by_the_first_broker() -> None:
    assert ALL.brokers(FUTURE) == [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW]
    call = InstrumentId.parse("NFO:NIFTY26NOV24500CE")
    assert ALL.names[BrokerId.UPSTOX].by_order_key(Exchange.NFO, "NSE_FO|2") == call
    assert ALL.instruments[call].name == "NIFTY 24 Nov 2026 24500 CE"


def test_the_lower_freeze_limit_is_kept() -> None:
    assert ALL.instruments[FUTURE].freeze == 1800


def test_every_broker_sees_all_the_facts() -> None:
    listing = ALL.names[BrokerId.ZERODHA].listing(NSE_INFY)
    assert listing is not None
    assert listing.instrument.isin == INFY
    assert listing.order_key == "INFY"


def test_the_group_of_a_share_is_known_wherever_one_master_tells_it() -> None:
    name = InstrumentId.parse("BSE:ABC")
    told = share("BSE:ABC", "INE1")
    told = replace(told, instrument=replace(told.instrument, group="XT"))
    both = joined({BrokerId.ZERODHA: [share("BSE:ABC")], BrokerId.UPSTOX: [told]})
    assert both.instruments[name].group == "XT"
    assert Columns.unpack(Columns.of([told]).pack()).listings() == [told]


def test_what_an_intraday_order_blocks_is_known_of_the_broker_alone_that_lists_it() -> None:
    told = replace(share("NSE:ABC", "INE1"), intraday=Decimal("0.25"))
    both = joined({BrokerId.ZERODHA: [share("NSE:ABC")], BrokerId.UPSTOX: [told]})
    parts = {broker: both.names[broker].listing(told.instrument.id) for broker in both.names}
    assert {broker: one.intraday for broker, one in parts.items() if one} == {
        BrokerId.ZERODHA: None,
        BrokerId.UPSTOX: Decimal("0.25"),
    }
    assert Columns.unpack(Columns.of([told]).pack()).listings() == [told]


def test_a_broker_finds_shares_by_isin_nse_first() -> None:
    assert ALL.names[BrokerId.UPSTOX].by_isin(INFY) == NSE_INFY
    assert ALL.names[BrokerId.ZERODHA].by_isin(INFY) == NSE_INFY
    assert ALL.names[BrokerId.ZERODHA].by_isin("INE000000000") is None


def test_listings_of_one_isin_are_known_together() -> None:
    assert ALL.shares[INFY] == (NSE_INFY, InstrumentId.parse("BSE:INFY"))


def test_feed_keys_lead_back() -> None:
    assert ALL.names[BrokerId.ZERODHA].by_feed_key("feed-NSE:INFY") == NSE_INFY


def test_two_rows_of_one_broker_never_become_one() -> None:
    rows = [share("NSE:ABC", "INE1"), share("NSE:ABC-BE", "INE1", key="ABC-BE")]
    both = joined({BrokerId.UPSTOX: rows})
    assert both.names[BrokerId.UPSTOX].by_order_key(Exchange.NSE, "ABC-BE") == InstrumentId.parse(
        "NSE:ABC-BE"
    )
    assert both.names[BrokerId.UPSTOX].by_order_key(Exchange.NSE, "ABC") == InstrumentId.parse("NSE:ABC")
