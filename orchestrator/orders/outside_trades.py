"""The trades of orders placed elsewhere, read at the broker while its book still shows them."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from domain.account import UserId
from domain.errors import BrokerError
from domain.report import OrderReport, as_child
from domain.trade import AccountTrade, TradeSource
from orchestrator.accounts.connections import Connection
from orchestrator.orders.trading import Trading
from orchestrator.trades import repository

log = structlog.get_logger(__name__)

AT_ONCE = 5  # orders asked about in one round: the broker's budget for reads is for more than this


class OutsideTrades:
    """One account's. What was read whole is not asked again."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}  # units of an order whose trades are kept

    async def keep(self, trading: Trading, connection: Connection, others: Iterable[OrderReport]) -> None:
        """Read and keep what these reports filled since. A failure waits for the next round."""
        lacking = [one for one in others if one.filled_quantity > self._read.get(one.broker_order_id, 0)]
        for report in lacking[:AT_ONCE]:
            await self._keep_one(trading, connection, report)

    async def _keep_one(self, trading: Trading, connection: Connection, report: OrderReport) -> None:
        account, broker, number = connection.account, connection.broker, report.broker_order_id
        child = as_child(report, account.id, account.broker)
        if child is None or broker is None:
            return
        try:
            told = await broker.trades(child)
        except BrokerError as error:
            log.info("orders.outside_trades_unread", account=account.id, error=error.words)
            return
        isin = trading.instruments.isin(child.instrument)
        found = [
            AccountTrade(
                account_id=account.id,
                instrument=child.instrument,
                side=child.side,
                quantity=trade.fill.quantity,
                price=trade.fill.price,
                at=trade.fill.at,
                trade_id=trade.fill.trade_id,
                source=TradeSource.BOOK,
                product=child.product,
                order_id=number,
                isin=isin,
            )
            for trade in told
        ]
        user_id: UserId = account.user_id
        if found:
            await trading.db.write(lambda conn: repository.keep(conn, user_id, found))
        self._read[number] = sum(trade.fill.quantity for trade in told)
