"""What of a user's accounts, orders and switches needs a person now. Pure: of what was read, at a given time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import AccountState
from domain.alert import Alert
from domain.calendar import IST, Calendar
from domain.child import ChildOrder
from domain.instrument import Exchange, InstrumentId
from domain.limits import KillDepth, Switch
from domain.order import Product
from domain.position import Position
from domain.words import Status
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.egress import EgressState
from orchestrator.accounts.held_breakers import Holder
from orchestrator.attention.schemas import MatterKind, MatterOut, Severity
from orchestrator.orders.waiting import Approval, ApprovalState
from orchestrator.webhooks.repository import Webhook

SOON = timedelta(hours=1)  # before a session ends
CLOSE_TO_CLOSE = timedelta(
    minutes=45
)  # brokers close intraday positions by themselves some minutes before the close
FIRST_PRICE = timedelta(minutes=1)  # in which somebody surely tells the price of an alert's instrument
DEPTHS = {
    KillDepth.NO_NEW_RISK: "No order that adds risk is sent.",
    KillDepth.CANCEL_ALL: "Open orders are cancelled, and no order that adds risk is sent.",
    KillDepth.FLATTEN: "Open orders are cancelled, positions are closed, and no order that adds risk is sent.",
}
RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Placed:
    """A child order and what it is part of."""

    order_id: str
    label: str
    child: ChildOrder
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of one user. `blind`: alerts on instruments of which no price was ever seen; `off`: webhooks that
    were switched off by themselves."""

    accounts: Sequence[Connection]
    children: Sequence[Placed]
    switch: Switch | None
    blind: Sequence[Alert]
    approvals: Sequence[Approval] = ()
    off: Sequence[Webhook] = ()


def matters(known: Known, calendar: Calendar, now: datetime) -> list[MatterOut]:
    """The most urgent first, and of those the oldest."""
    found = [*_switched(known.switch), *_orders(known.children), *_blind(known.blind, now)]
    found += _waiting(known.approvals, now)
    found += _switched_off(known.off)
    for one in known.accounts:
        found += _login(one, calendar, now)
        found += _reach(one, now)
        found += _numbers(one)
        found += _squared_off(one, calendar, now)
        found += _unauthorised(one)
    return sorted(found, key=lambda item: (RANKS[item.severity], item.since or now, item.id))


def _switched(switch: Switch | None) -> Iterator[MatterOut]:
    if switch is not None:
        yield MatterOut(
            id=f"{MatterKind.KILL_SWITCH}:{switch.number}",
            kind=MatterKind.KILL_SWITCH,
            severity=Severity.WARNING,
            title="The kill switch is on",
            words=DEPTHS[switch.depth],
            since=switch.since,
            to="/kill",
        )


def _orders(children: Iterable[Placed]) -> Iterator[MatterOut]:
    for one in children:
        child = one.child
        what = f"{child.side.value.capitalize()} {child.quantity} {child.instrument.symbol} at {one.label}"
        unknown = child.status is Status.UNKNOWN
        if not unknown and not child.surplus_quantity:
            continue
        kind = MatterKind.ORDER_UNKNOWN if unknown else MatterKind.ORDER_SURPLUS
        yield MatterOut(
            id=f"{kind}:{child.id}",
            kind=kind,
            severity=Severity.URGENT,
            title=f"{what}: {'not known' if unknown else 'more than asked'}",
            words="Nobody knows yet whether it exists there. It is looked for, and not sent again."
            if unknown
            else f"{child.surplus_quantity} more are held there, or were traded, than you asked for.",
            account=child.account_id,
            order_id=one.order_id,
            symbol=str(child.instrument),
            since=one.sent_at,
            to=f"/orders/{one.order_id}",
        )


def _waiting(approvals: Iterable[Approval], now: datetime) -> Iterator[MatterOut]:
    for one in approvals:
        if one.at(now).state is not ApprovalState.WAITING:
            continue
        intent = one.intent
        what = f"{intent.side.value.lower()} {intent.quantity} {intent.instrument.symbol}"
        until = one.expires_at.astimezone(IST)
        yield MatterOut(
            id=f"{MatterKind.APPROVAL_WAITING}:{one.id}",
            kind=MatterKind.APPROVAL_WAITING,
            severity=Severity.URGENT,
            title=f"{one.token_name or 'A program'} asks to {what}",
            words=f"It is outside what its token may do. Without your yes until {until:%H:%M:%S} it is not sent.",
            symbol=str(intent.instrument),
            since=one.asked_at,
            to=f"/approvals/{one.id}",
        )


def _blind(alerts: Iterable[Alert], now: datetime) -> Iterator[MatterOut]:
    for alert in alerts:
        if now - alert.since >= FIRST_PRICE:
            yield MatterOut(
                id=f"{MatterKind.ALERT_BLIND}:{alert.id}",
                kind=MatterKind.ALERT_BLIND,
                severity=Severity.WARNING,
                title=f"No price for the alert on {alert.instrument.symbol}",
                words="No account of yours tells the price of it, so the alert cannot fire.",
                symbol=str(alert.instrument),
                since=alert.since,
                to="/alerts",
            )


def _switched_off(webhooks: Iterable[Webhook]) -> Iterator[MatterOut]:
    for one in webhooks:
        yield MatterOut(
            id=f"{MatterKind.WEBHOOK_OFF}:{one.id}",
            kind=MatterKind.WEBHOOK_OFF,
            severity=Severity.WARNING,
            title=f"The webhook {one.name} is switched off",
            words=f"{one.off_why[:1].upper()}{one.off_why[1:]}. Your server is told nothing until you switch it on.",
            since=one.failing_since,
            to="/settings/webhooks",
        )


def _login(one: Connection, calendar: Calendar, now: datetime) -> Iterator[MatterOut]:
    account = one.account
    if account.state is AccountState.LOGIN_NEEDED:
        trading = calendar.is_open(Exchange.NSE, now)
        yield _of(
            one,
            MatterKind.LOGIN_NEEDED,
            Severity.URGENT if trading else Severity.WARNING,
            f"{account.label} needs a login",
            one.last_error or f"{one.terms.name} ended the session. Until you log in, its numbers are old.",
            since=account.session_expires_at,
        )
    ends = account.session_expires_at
    if account.state is AccountState.CONNECTED and ends is not None and now < ends <= now + SOON:
        yield _of(
            one,
            MatterKind.LOGIN_EXPIRES,
            Severity.WARNING,
            f"{account.label} needs a login after {ends.astimezone(IST):%H:%M} IST",
            f"{one.terms.name} ends the session then.",
        )


def _reach(one: Connection, now: datetime) -> Iterator[MatterOut]:
    health, label = one.health(), one.account.label
    open_ = [what for what in ("reads", "writes") if health is not None and getattr(health, what) == "open"]
    if open_:
        what = "orders" if open_ == ["writes"] else "questions" if open_ == ["reads"] else "anything"
        words = f"{one.terms.name} is left alone for some seconds, then tried again."
        yield _of(one, MatterKind.BREAKER_OPEN, Severity.URGENT, f"{label} does not answer {what}", words)
    if (held := one.held) is not None:
        severity = Severity.INFO if held.by is Holder.OWNER else Severity.WARNING
        title = f"Nothing new goes to {label}"
        words = (
            f"Its breaker is {held.words(now)}. What you hold there can be closed or sold, orders cancelled."
        )
        yield _of(one, MatterKind.BREAKER_HELD, severity, title, words, since=held.since)
    if one.egress.state(now) is EgressState.DRIFTED:
        seen = one.egress.wrong_address(now)
        yield _of(
            one,
            MatterKind.ADDRESS_DRIFTED,
            Severity.URGENT,
            f"Orders at {label} would be refused",
            f"They leave from {seen}, which is not registered at {one.terms.name}.",
            since=one.egress.refused_at or one.egress.seen_at,
        )


def _numbers(one: Connection) -> Iterator[MatterOut]:
    if one.account.state is not AccountState.CONNECTED:
        return  # the login says it
    snapshot = one.snapshot
    since = one.failing_since or (snapshot.stale_since if snapshot else None)
    if since is not None:
        words = one.last_error or f"{one.terms.name} does not tell them."
        title = f"{one.account.label}: numbers of {since.astimezone(IST):%H:%M} IST"
        yield _of(one, MatterKind.NUMBERS_MISSING, Severity.WARNING, title, words, since=since, to="/brokers")
    elif snapshot is not None and snapshot.unread:
        title = f"{one.account.label}: some rows cannot be read"
        words = "; ".join(snapshot.unread[:3])
        yield _of(one, MatterKind.NUMBERS_MISSING, Severity.WARNING, title, words, to="/positions")


def _squared_off(one: Connection, calendar: Calendar, now: datetime) -> Iterator[MatterOut]:
    for position in one.snapshot.positions if one.snapshot else ():
        if position.product is not Product.MIS or not position.quantity:
            continue
        name = position.instrument
        ends = calendar.phase_ends(name.exchange, now) if calendar.is_open(name.exchange, now) else None
        if ends is not None and ends - now <= CLOSE_TO_CLOSE:
            yield _short_of_time(one, position, name, ends)


def _short_of_time(one: Connection, position: Position, name: InstrumentId, ends: datetime) -> MatterOut:
    held = f"{abs(position.quantity)} {name.symbol} {'short' if position.quantity < 0 else 'long'}"
    uncovered = position.quantity < 0 and name.exchange in (Exchange.NSE, Exchange.BSE)
    item = _of(
        one,
        MatterKind.SQUARE_OFF,
        Severity.URGENT if uncovered else Severity.WARNING,
        f"Intraday: {held} at {one.account.label}",
        f"Trading ends at {ends.astimezone(IST):%H:%M} IST. Before that {one.terms.name} closes what is left at the "
        "market, for a charge. "
        + (
            "Shares that are then still owed are bought in the auction."
            if uncovered
            else "Exit or convert it."
        ),
        to="/positions",
    )
    return item.model_copy(update={"id": f"{item.id}:{name}", "symbol": str(name)})


def _unauthorised(one: Connection) -> Iterator[MatterOut]:
    waiting = [held for held in (one.snapshot.holdings if one.snapshot else ()) if held.unauthorised_quantity]
    if waiting and one.account.state is AccountState.CONNECTED:
        names = ", ".join(held.instrument.symbol for held in waiting[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        words = f"{names}{more} can be sold once you give the depository leave for today."
        title = f"{one.account.label}: selling needs your leave"
        yield _of(one, MatterKind.AUTHORISATION, Severity.INFO, title, words, to="/holdings")


def _of(
    one: Connection,
    kind: MatterKind,
    severity: Severity,
    title: str,
    words: str,
    *,
    since: datetime | None = None,
    to: str | None = None,
) -> MatterOut:
    """A matter of one account; dealt with on its page where nothing else is said."""
    account = one.account.id
    return MatterOut(
        id=f"{kind}:{account}",
        kind=kind,
        severity=severity,
        title=title,
        words=words,
        account=account,
        since=since,
        to=to or f"/brokers/{account}",
    )
