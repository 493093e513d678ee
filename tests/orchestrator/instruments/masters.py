"""Small masters as the brokers would give them, and an adapter that hands them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from adapters.broker import Adapter, Endpoints, Listing
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.directory import Directory, join

NOV, DEC = date(2026, 11, 24), date(2026, 12, 29)
INFY, TCS, RELIANCE = "INE009A01021", "INE467B01029", "INE002A01018"


def joined(masters: Mapping[BrokerId, Sequence[Listing]]) -> Directory:
    return join({broker: Columns.of(rows) for broker, rows in masters.items()})


def share(
    name: str, isin: str | None = None, *, key: str = "", words: str = "", freeze: int | None = None
) -> Listing:
    one = InstrumentId.parse(name)
    instrument = Instrument(
        one, words or one.symbol, Kind.EQUITY, 1, Price.of("0.05"), isin=isin, freeze=freeze
    )
    return Listing(instrument, key or one.symbol, f"feed-{key or name}")


def contract(
    name: str,
    underlying: str,
    expiry: date,
    kind: Kind,
    strike: str | None = None,
    *,
    key: str = "",
    freeze: int | None = None,
) -> Listing:
    instrument = Instrument(
        InstrumentId.parse(name),
        underlying,
        kind,
        65,
        Price.of("0.05"),
        freeze=freeze,
        expiry=expiry,
        strike=Price.of(strike) if strike else None,
        underlying=underlying,
    )
    return Listing(instrument, key or instrument.id.symbol, f"feed-{key or name}")


def index(name: str) -> Listing:
    one = InstrumentId.parse(name)
    return Listing(Instrument(one, one.symbol, Kind.INDEX, 1, Price.of("0.05")), one.symbol, f"feed-{name}")


# As Kite does, without any ISIN or freeze limit.
ZERODHA = [
    share("NSE:INFY", words="INFOSYS"),
    share("BSE:INFY", words="INFOSYS"),
    share("NSE:RELIANCE", words="RELIANCE INDUSTRIES"),
    share("NSE:RELINFRA", words="RELIANCE INFRASTRUCTURE"),
    index("NSE:NIFTY 50"),
    contract("NFO:NIFTY26NOVFUT", "NIFTY", NOV, Kind.FUTURE),
    contract("NFO:NIFTY26DECFUT", "NIFTY", DEC, Kind.FUTURE),
    contract("NFO:NIFTY26NOV24500CE", "NIFTY", NOV, Kind.CALL, "24500"),
    contract("NFO:NIFTY26NOV24500PE", "NIFTY", NOV, Kind.PUT, "24500"),
    contract("NFO:NIFTYNXT5026NOV24500CE", "NIFTYNXT50", NOV, Kind.CALL, "24500"),
    contract("NFO:RELIANCE26NOVFUT", "RELIANCE", NOV, Kind.FUTURE),
    contract("NFO:RELIANCE26DECFUT", "RELIANCE", DEC, Kind.FUTURE),
]
UPSTOX = [
    share("NSE:INFY", INFY, key=f"NSE_EQ|{INFY}", words="Infosys Limited"),
    share("BSE:INFY", INFY, key=f"BSE_EQ|{INFY}"),
    share("NSE:RELIANCE", RELIANCE, key=f"NSE_EQ|{RELIANCE}"),
    contract("NFO:NIFTY24NOV26FUT", "NIFTY", NOV, Kind.FUTURE, key="NSE_FO|1", freeze=1801),
    contract("NFO:NIFTY2611 24500CE", "NIFTY", NOV, Kind.CALL, "24500.0", key="NSE_FO|2"),
]
GROWW = [
    share("NSE:INFOSYS", INFY, key="INFOSYS"),
    share("NSE:TCS", TCS),
    contract("NFO:NIFTY26NOVFUT", "NIFTY", NOV, Kind.FUTURE, freeze=1800),
]


class Masters:
    """Stands in for an adapter: hands out a master, or fails as a broker does."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        self.listings, self.asked, self.down = list(listings), 0, False

    async def instruments(self, _endpoints: Endpoints) -> list[Listing]:
        self.asked += 1
        if self.down:
            raise BrokerUnavailable("connect refused")
        return self.listings


def adapters(**masters: Masters) -> dict[BrokerId, Adapter]:
    return {BrokerId(name): cast(Any, one) for name, one in masters.items()}
