"""Orders placed past the product, on the wire."""

from __future__ import annotations

from domain.account import BrokerId
from domain.instrument import Exchange
from domain.order import OrderType, Product, Side
from domain.report import OrderReport, ReportStatus
from orchestrator.accounts.connections import Connection
from orchestrator.orders.conditional_schemas import UnreadOut
from orchestrator.orders.external import Elsewhere
from orchestrator.schemas import Out, PriceText, Time


class ExternalOrderOut(Out):
    """As the broker tells it; null is what could not be read. `live`: it may still trade."""

    account: str
    account_label: str
    broker: BrokerId
    broker_order_id: str
    exchange: Exchange | None
    symbol: str | None
    side: Side | None
    product: Product | None
    order_type: OrderType | None
    quantity: int
    filled_quantity: int
    average_price: PriceText | None
    price: PriceText | None
    trigger_price: PriceText | None
    status: ReportStatus
    live: bool
    broker_words: str
    message: str
    at: Time

    @classmethod
    def of(cls, connection: Connection, report: OrderReport) -> ExternalOrderOut:
        account, name = connection.account, report.instrument
        return cls(
            account=account.id,
            account_label=account.label,
            broker=account.broker,
            broker_order_id=report.broker_order_id,
            exchange=name.exchange if name else None,
            symbol=name.symbol if name else None,
            side=report.side,
            product=report.product,
            order_type=report.order_type,
            quantity=report.quantity,
            filled_quantity=report.filled_quantity,
            average_price=report.average_price,
            price=report.price,
            trigger_price=report.trigger_price,
            status=report.status,
            live=report.status.may_trade,
            broker_words=report.words,
            message=report.message,
            at=report.at,
        )


class ExternalOrdersOut(Out):
    """`missing` names the accounts whose book could not be read, or lacks a row."""

    items: list[ExternalOrderOut]
    missing: list[UnreadOut]

    @classmethod
    def of(cls, books: list[Elsewhere]) -> ExternalOrdersOut:
        return cls(
            items=[ExternalOrderOut.of(one.connection, report) for one in books for report in one.reports],
            missing=[
                UnreadOut(
                    account=one.connection.account.id,
                    account_label=one.connection.account.label,
                    reason=one.lacking,
                )
                for one in books
                if one.lacking is not None
            ],
        )
