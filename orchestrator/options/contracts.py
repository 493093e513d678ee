"""What is listed on one underlying: its expiries, strikes and futures, and when each stops trading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar import IST, Calendar, sessions
from domain.instrument import Exchange, Instrument, Kind
from domain.money import Price
from orchestrator.errors import Problem
from orchestrator.instruments.service import Instruments

YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Family:
    """Everything on one underlying that has not expired. `name` is short, as in contracts: NIFTY."""

    name: str
    exchange: Exchange
    spot: Instrument | None
    contracts: tuple[Instrument, ...]

    @property
    def futures(self) -> list[Instrument]:
        """The nearest first."""
        found = [one for one in self.contracts if one.kind is Kind.FUTURE]
        return sorted(found, key=lambda one: one.expiry or date.max)

    @property
    def expiries(self) -> list[date]:
        """Of options, the nearest first."""
        return sorted({one.expiry for one in self.contracts if one.strike is not None and one.expiry})

    def future_of(self, expiry: date) -> Instrument | None:
        """The one that ends on that day."""
        return next((one for one in self.futures if one.expiry == expiry), None)

    def strikes(self, expiry: date) -> dict[Price, dict[Kind, Instrument]]:
        """Calls and puts by strike, the lowest first."""
        found: dict[Price, dict[Kind, Instrument]] = {}
        for one in self.contracts:
            if one.expiry == expiry and one.strike is not None:
                found.setdefault(one.strike, {})[one.kind] = one
        return dict(sorted(found.items()))

    def monthly(self, expiry: date) -> bool:
        """Whether it is the last of its month."""
        same = [one for one in self.expiries if (one.year, one.month) == (expiry.year, expiry.month)]
        return expiry == max(same)


def family(instruments: Instruments, text: str, now: datetime) -> Family:
    """By NIFTY, NSE:NIFTY 50, INFY or one of its contracts. Raises Problem 404 when nothing is listed on it."""
    found = instruments.families.find(text)
    if found is None:
        raise Problem(
            404,
            "no_contracts",
            f"no broker lists futures or options on {text}",
            field="underlying",
            rule="an underlying such as NIFTY, BANKNIFTY or RELIANCE",
            fix="search it with GET /v1/stocks?q=",
        )
    exchange, name = found
    today = now.astimezone(IST).date()
    live = tuple(
        one
        for one in instruments.families.contracts(exchange, name)
        if one.expiry is not None and one.expiry >= today
    )
    return Family(name, exchange, instruments.families.spot(exchange, name), live)


def expires_at(calendar: Calendar, exchange: Exchange, expiry: date) -> datetime:
    """The end of trading on that day (aware, IST); of the day itself where the exchange never sleeps.

    Where the day was announced as one without trading, on the day of trading before it, to which exchanges bring the
    end forward. A holiday of the list moves nothing: who listed the contract knew it.
    """
    special = calendar.special.get((exchange, expiry))
    if special is not None and not special.sessions:
        while not calendar.trades(expiry, exchange):
            expiry -= timedelta(days=1)
        special = calendar.special.get((exchange, expiry))
    if calendar.always_open and special is None:
        return datetime.combine(expiry + timedelta(days=1), time(), IST)
    hours = special.sessions if special else sessions(exchange, expiry, closing_auction=False)
    return datetime.combine(expiry, max(end for _, end, _ in hours), IST)


def years_until(calendar: Calendar, exchange: Exchange, expiry: date, now: datetime) -> float:
    """Of 365 days; zero and less once trading has ended."""
    return (expires_at(calendar, exchange, expiry) - now).total_seconds() / YEAR_SECONDS


def listed(options: Iterable[dict[Kind, Instrument]]) -> list[Instrument]:
    return [one for sides in options for one in sides.values()]
