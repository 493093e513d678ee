"""One account's lots of one share or contract, while its days are gone through; see `aggregation.fifo`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.lots import ActionKind, Closing, CorporateAction, OpenLot, Settlement
from domain.money import Money
from domain.order import Product, Side
from domain.trade import AccountTrade

FINEST = Decimal("1E-10")  # rupees: a part of a split lot's cost, so that parts and rest add up exactly


@dataclass(slots=True)
class Part:
    """What is left to place of one trade."""

    trade: AccountTrade
    quantity: int

    @property
    def value(self) -> Money:
        return self.trade.price * self.quantity

    def take(self, quantity: int) -> Part:
        self.quantity -= quantity
        return Part(self.trade, quantity)


@dataclass(slots=True)
class Pool:
    """One account's lots of one share or contract, oldest first, while its days are gone through."""

    multiplier: int | None = 1
    today: date = date.max
    lots: list[OpenLot] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    # --- trades

    def day(self, trades: Sequence[AccountTrade], *, netting: bool) -> None:
        """One exchange day of trades, in the order of time."""
        shares = trades[0].is_share
        left = [Part(trade, trade.quantity) for trade in trades]
        if netting:
            self._net(left, shares=shares)
        parts = sorted((one for one in left if one.quantity), key=lambda one: _turn(one.trade, shares))
        for part in parts:
            self._place(part, shares=shares)

    def _net(self, left: list[Part], *, shares: bool) -> None:
        """Pair off what is intraday: inside a product first, then, for shares, over all products of the listing."""
        groups: dict[tuple[InstrumentId, str], list[Part]] = {}
        for part in left:
            product = part.trade.product or ""
            groups.setdefault((part.trade.instrument, product), []).append(part)
        for (_, product), some in sorted(groups.items()):
            if shares or product == Product.MIS:
                self._pair(some)
        if not shares:
            return
        listings: dict[InstrumentId, list[Part]] = {}
        for part in left:
            if not self._stays_apart(part.trade):
                listings.setdefault(part.trade.instrument, []).append(part)
        for _, some in sorted(listings.items()):
            self._pair(some)

    def _pair(self, parts: list[Part]) -> None:
        """First bought with first sold, until one side is used up."""
        bought = [one for one in parts if one.trade.side is Side.BUY]
        sold = [one for one in parts if one.trade.side is Side.SELL]
        buys, sells = iter(bought), iter(sold)
        buy, sell = next(buys, None), next(sells, None)
        while buy is not None and sell is not None:
            units = min(buy.quantity, sell.quantity)
            if units:
                self._close_intraday(buy.take(units), sell.take(units))
            buy = buy if buy.quantity else next(buys, None)
            sell = sell if sell.quantity else next(sells, None)

    def _close_intraday(self, buy: Part, sell: Part) -> None:
        opened, closed = sorted((buy, sell), key=lambda one: when(one.trade))
        self._closed(
            closed,
            opened_at=opened.trade.at,
            opened_for=opened.value,
            opened_by=opened.trade.trade_id,
            intraday=True,
        )

    def _stays_apart(self, trade: AccountTrade) -> bool:
        """An intraday position of today is still to be closed; one of an older day was converted or delivered."""
        return trade.product is Product.MIS and trade.day == self.today

    def _place(self, part: Part, *, shares: bool) -> None:
        """Close the oldest lots of the other side, and open a lot with the rest."""
        apart = self._stays_apart(part.trade)
        sign = 1 if part.trade.side is Side.BUY else -1
        for lot in self._opposite(part.trade, sign, apart=apart):
            if not part.quantity:
                return
            self._close(lot, part)
        if not part.quantity:
            return
        if shares and sign < 0 and not apart:  # shares that nobody saw being bought
            self._closed(
                part.take(part.quantity), opened_at=None, opened_for=None, opened_by=None, intraday=False
            )
            return
        trade, value, quantity = part.trade, part.value, part.quantity
        self.lots.append(
            OpenLot(
                trade.account_id,
                trade.instrument,
                trade.isin,
                sign * quantity,
                value,
                trade.at,
                trade.trade_id,
                trade.product,
                self.multiplier,
            )
        )

    def _opposite(self, trade: AccountTrade, sign: int, *, apart: bool) -> list[OpenLot]:
        """Lots that the trade may close, in their turn: shares on the broker's money leave by their own product."""
        lots = [
            lot
            for lot in self.lots
            if lot.quantity * sign < 0
            and (lot.product is Product.MIS and _day(lot.opened_at) == self.today) == apart
        ]
        funded = trade.product is Product.MTF
        return sorted(lots, key=lambda lot: (lot.product is Product.MTF) != funded)  # stable: else by age

    def _close(self, lot: OpenLot, part: Part) -> None:
        units = min(abs(lot.quantity), part.quantity)
        cost = _share(lot, units)
        place = next(number for number, one in enumerate(self.lots) if one is lot)
        left = abs(lot.quantity) - units
        if left:
            sign = 1 if lot.quantity > 0 else -1
            self.lots[place] = replace(lot, quantity=sign * left, paid=lot.paid - cost)
        else:
            del self.lots[place]
        self._closed(
            part.take(units),
            opened_at=lot.opened_at,
            opened_for=cost,
            opened_by=lot.trade_id,
            intraday=_day(lot.opened_at) == part.trade.day,
        )

    def _closed(
        self,
        by: Part,
        *,
        opened_at: datetime | None,
        opened_for: Money | None,
        opened_by: str | None,
        intraday: bool,
    ) -> None:
        trade = by.trade
        self.closings.append(
            Closing(
                account_id=trade.account_id,
                instrument=trade.instrument,
                isin=trade.isin,
                side=Side.BUY if trade.side is Side.SELL else Side.SELL,
                quantity=by.quantity,
                opened_at=opened_at,
                opened_for=opened_for,
                opened_by=opened_by,
                closed_at=trade.at,
                closed_for=by.value,
                closed_by=trade.trade_id,
                intraday=intraday,
                product=trade.product,
                multiplier=self.multiplier,
            )
        )

    # --- what is not traded

    def act(self, action: CorporateAction) -> None:
        """Before the first trade of its day. A fraction is lost over the whole holding, not lot by lot."""
        held = sum(lot.quantity for lot in self.lots)
        if held <= 0:
            return
        if action.kind is ActionKind.SPLIT:
            self._split(action)
        elif more := held * action.new // action.old:
            first = self.lots[0]
            at = datetime(action.on.year, action.on.month, action.on.day, tzinfo=IST)
            name = f"bonus {action.on.isoformat()}"
            self.lots.append(
                replace(
                    first,
                    isin=action.becomes or action.isin,
                    quantity=more,
                    paid=Money(Decimal(0)),
                    opened_at=at,
                    trade_id=name,
                    product=Product.CNC,
                    bonus=True,
                )
            )

    def _split(self, action: CorporateAction) -> None:
        before = after = 0
        split: list[OpenLot] = []
        for lot in self.lots:
            before += lot.quantity
            units = before * action.new // action.old - after
            after += units
            split.append(replace(lot, quantity=units, isin=action.becomes or lot.isin))
        kept = [lot for lot in split if lot.quantity]
        lost = Money.sum(lot.paid for lot in split if not lot.quantity)
        if kept and lost:  # a lot too small for one new unit: its cost stays in the holding
            kept[-1] = replace(kept[-1], paid=kept[-1].paid + lost)
        self.lots = kept

    def settle(self, end: Settlement) -> None:
        """A contract that was not closed before it expired."""
        for lot in list(self.lots):
            side = Side.SELL if lot.quantity > 0 else Side.BUY
            closed = Closing(
                lot.account_id,
                lot.instrument,
                lot.isin,
                Side.BUY if side is Side.SELL else Side.SELL,
                abs(lot.quantity),
                lot.opened_at,
                lot.paid,
                lot.trade_id,
                end.at,
                end.price * abs(lot.quantity),
                "expiry",
                intraday=False,
                product=lot.product,
                multiplier=lot.multiplier,
            )
            self.closings.append(closed)
        self.lots = []


def _share(lot: OpenLot, units: int) -> Money:
    """The cost of a part of a lot."""
    held = abs(lot.quantity)
    if units == held:
        return lot.paid
    exact = lot.paid.amount * units / held
    return Money(exact.quantize(FINEST, ROUND_HALF_EVEN))


def _turn(trade: AccountTrade, shares: bool) -> tuple[object, ...]:
    """Shares bought today enter the demat account before those sold today leave it."""
    return (shares and trade.side is Side.SELL, *when(trade))


def when(trade: AccountTrade) -> tuple[datetime, InstrumentId, Side, str]:
    """The order that trades are gone through in, whatever the order they come in."""
    return (trade.at, trade.instrument, trade.side, trade.trade_id)


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()
