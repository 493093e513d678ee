"""The risk desk's hour: intraday orders end and intraday positions are closed by market orders at the client's cost.

In an always-open market the hour is ten seconds before midnight, IST.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time
from typing import TYPE_CHECKING

from mocks.brokers.backoffice import mishap
from mocks.brokers.backoffice.contract_note import SQUARED_OFF
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import is_contract
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.statutory import in_force
from mocks.exchange.model import Instrument, OrderType, Phase, Side
from mocks.exchange.sessions import Group

if TYPE_CHECKING:
    from mocks.brokers.backoffice.office import BackOffice

MIDNIGHT = time(23, 59, 50)
EARLY = 10  # minutes before the end of a day with other sessions
GRACE_NS = 3_000_000_000  # for the cancels to arrive before the closing orders leave


class SquareOff:
    def __init__(self, office: BackOffice) -> None:
        self._office = office
        self.plan()

    def hour(self, instrument: Instrument) -> time:
        """When positions in it are closed today."""
        if is_contract(instrument):
            return self._hour(Group.CONTRACTS)
        return self._hour(Group.AUCTION_SHARES if instrument.cas_eligible else Group.SHARES)

    def _hour(self, group: Group) -> time:
        """The broker's hour, or ten minutes before the last session's end on a day that is over before it or begins
        after it (Muhurat trading)."""
        exchange = self._office.exchange
        if exchange.always_open:
            return MIDNIGHT
        today = self._office.market.today
        hours = in_force(self._office.tariff.square_off, today)
        usual = {
            Group.SHARES: hours.shares,
            Group.AUCTION_SHARES: hours.auctioned,
            Group.CONTRACTS: hours.contracts,
        }[group]
        minute = usual.hour * 60 + usual.minute
        sessions = [
            one for one in exchange.calendar.sessions_on(today, group) if one.phase is Phase.CONTINUOUS
        ]
        if not sessions or any(one.start <= minute < one.end for one in sessions):
            return usual
        before = max(one.end for one in sessions) - EARLY
        return time(before // 60, before % 60)

    def is_over(self, instrument: Instrument) -> bool:
        """True when new intraday positions in it are refused until the next day."""
        exchange = self._office.exchange
        if exchange.always_open:
            return False
        now = datetime.fromtimestamp(exchange.now / 1e9, IST)
        return (now.date(), now.time()) >= (self._office.market.today, self.hour(instrument))

    def plan(self) -> None:
        """Put today's hours on the exchange's agenda; those that are past are left out."""
        office = self._office
        times = {self._hour(group) for group in (Group.SHARES, Group.AUCTION_SHARES, Group.CONTRACTS)}
        for at in sorted(times):
            moment = datetime.combine(office.market.today, at, IST)
            at_ns = int(moment.timestamp()) * 10**9
            if at_ns > office.exchange.now:
                office.exchange.schedule(at_ns, self._begin)

    def _begin(self) -> None:
        """Cancel what is due now, then close it."""
        office = self._office
        for ledger in office.ledgers():
            for order in list(ledger.live.values()):
                if order.product is Product.MIS and self._due(order.key):
                    with suppress(Refusal), mishap.nothing_wrong():
                        office.cancel(ledger.user.user_id, order.order_id)
        office.exchange.schedule(office.exchange.now + GRACE_NS, self._close)

    def _due(self, key: str) -> bool:
        instrument = self._office.market.instrument(key)
        now = datetime.fromtimestamp(self._office.exchange.now / 1e9, IST)
        return now.time() >= self.hour(instrument)

    def _close(self) -> None:
        for ledger in self._office.ledgers():
            for position in list(ledger.positions.values()):
                if position.product is Product.MIS and position.quantity and self._due(position.key):
                    self._exit(ledger, position)

    def _exit(self, ledger: Ledger, position: Position) -> None:
        instrument = self._office.market.instrument(position.key)
        left = abs(position.quantity)
        most = max(instrument.lot, instrument.freeze // instrument.lot * instrument.lot)
        while left > 0:
            quantity = min(left, most)
            left -= quantity
            request = OrderRequest(
                key=position.key,
                side=Side.SELL if position.quantity > 0 else Side.BUY,
                type=OrderType.MARKET,
                product=Product.MIS,
                quantity=quantity,
                extra={SQUARED_OFF: "yes"},
            )
            # What the exchange will not take now is dealt with when the day is settled.
            with suppress(Refusal), mishap.nothing_wrong():
                self._office.place(ledger.user.user_id, request)
