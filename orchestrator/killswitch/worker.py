"""Carries the kill switch out at every account, again and again, until a reading of the broker proves it.

Everything it needs is in the database, so it goes on after a restart. An account that cannot be reached is tried
until it can; the others do not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection as SqlConnection

from adapters.guard import Guarded
from adapters.rows import unread
from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.errors import BrokerError, SessionExpired
from domain.limits import KillDepth, Switch
from domain.order import ChildOrder, Source
from domain.report import as_child, facts_of
from orchestrator.accounts.connections import Connection
from orchestrator.killswitch import repository
from orchestrator.killswitch.flatten import flatten
from orchestrator.killswitch.repository import Step
from orchestrator.leases.lease import LeaseLost
from orchestrator.orders import finding
from orchestrator.orders.learn import learn
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import order_children

log = structlog.get_logger(__name__)

PAUSE = 1.0  # seconds between passes at an account that is not proven
PROVEN_PAUSE = 5.0  # a late fill may undo what was proven
ASK_AGAIN = 3.0  # seconds after a cancel that changed nothing


@dataclass(slots=True)
class Asked:
    """A cancel. `sent`: when last, in seconds of the loop's clock; `taken`: when the broker first said yes to one."""

    sent: float = float("-inf")
    words: str = ""
    taken: datetime | None = None


class KillSwitch:
    """`wake` may be called in a process that does not `run`: the one that does looks by itself every second."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading
        self._wake = asyncio.Event()
        self._passes: dict[AccountId, asyncio.Task[None]] = {}
        self._due: dict[AccountId, float] = {}
        self._asked: dict[str, Asked] = {}  # by the broker's order id

    def wake(self) -> None:
        self._due.clear()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._wake.clear()
                await self.step()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE):
                        await self._wake.wait()
        finally:
            for task in self._passes.values():
                task.cancel()
            await asyncio.gather(*self._passes.values(), return_exceptions=True)

    async def step(self) -> None:
        """Begin a pass at every account that is due and has none under way."""
        switches = await self._trading.db.read(repository.at_work)
        now = asyncio.get_running_loop().time()
        for user_id, switch in switches.items():
            if not self._trading.owning.owns(user_id):
                continue
            for connection in self._trading.connections.of_user(user_id):
                account = connection.account.id
                task = self._passes.get(account)
                if (task is not None and not task.done()) or self._due.get(account, 0.0) > now:
                    continue
                if task is not None and not task.cancelled() and (bug := task.exception()):
                    log.error("killswitch.pass_failed", account=account, exc_info=bug)
                self._due[account] = now + PAUSE
                self._passes[account] = asyncio.create_task(self._pass(user_id, switch, connection))

    async def _pass(self, user_id: UserId, switch: Switch, connection: Connection) -> None:
        try:
            await self._passed(user_id, switch, connection)
        except LeaseLost:
            log.info("killswitch.not_ours", account=connection.account.id)  # another process goes on

    async def _passed(self, user_id: UserId, switch: Switch, connection: Connection) -> None:
        account, now = connection.account.id, self._trading.clock()
        before = (
            await self._trading.db.read(lambda conn: repository.steps(conn, user_id, switch.number))
        ).get(account)
        step = before or Step(account, switch.number, now, None, None, None, None, "")
        step = replace(step, tried_at=now, words="")
        broker = connection.broker
        if not connection.ready or broker is None:
            # What cannot be seen any more is not proven any more either.
            words = "Not connected: it is tried again once somebody has logged in."
            step = replace(step, cancelled_at=None, flat_at=None, words=words)
        else:
            try:
                step = await self._carry_out(user_id, switch, connection, broker, step)
            except BrokerError as error:
                if isinstance(error, SessionExpired):
                    await self._trading.connections.login_needed(account, error.words)
                words = (
                    f"{connection.terms.name} does not answer as it should: {error.words}. It is tried again."
                )
                step = replace(step, cancelled_at=None, flat_at=None, words=words)

        def keep(conn: SqlConnection) -> None:
            self._trading.owning.fence(conn, user_id)
            repository.keep(conn, user_id, step)

        await self._trading.db.write(keep)
        proven = step.cancelled_at and (step.flat_at or switch.depth is not KillDepth.FLATTEN)
        self._due[account] = asyncio.get_running_loop().time() + (PROVEN_PAUSE if proven else PAUSE)

    async def _carry_out(
        self, user_id: UserId, switch: Switch, connection: Connection, broker: Guarded, step: Step
    ) -> Step:
        """Raises BrokerError when the broker cannot be read."""
        began = self._trading.clock()
        still_open, words = await self._cancel_all(connection, broker)
        clear = not still_open
        step = replace(
            step,
            open_orders=still_open,
            cancelled_at=(step.cancelled_at or began) if clear else None,
            words=words,
        )
        if switch.depth is not KillDepth.FLATTEN:
            return step
        if not clear:
            return replace(
                step, flat_at=None, words=f"{words} Positions are closed once every order is.".strip()
            )
        positions, words = await flatten(self._trading, user_id, switch, connection, began)
        flat = positions == 0
        return replace(
            step,
            open_positions=positions,
            flat_at=(step.flat_at or began) if flat else None,
            words=words,
        )

    # --- orders --------------------------------------------------------------------------------------------------

    async def _cancel_all(self, connection: Connection, broker: Guarded) -> tuple[int, str]:
        """How many orders may still trade by the broker's own book, having asked each to be cancelled; and a word.

        Orders placed after the switch only reduce positions and stay; all others go, also those placed elsewhere.
        """
        account = connection.account.id
        reports = await broker.orders()
        lacking, outside, asked = unread(reports), [], list[str]()
        words = f"{lacking[0]}: cancel it in {connection.terms.name}'s app." if lacking else ""
        for report in reports:
            found = await self._trading.db.read(
                lambda conn, r=report: finding.find_child(  # type: ignore[misc]
                    conn, account, broker_order_id=r.broker_order_id, tag=r.tag
                )
            )
            if found is None:
                outside += [report] if report.status.may_trade else []
            else:
                await learn(self._trading, found[0].id, facts_of(report), source=Source.POLL)
        wanted = await self._trading.db.read(lambda conn: _to_cancel(conn, account))
        for child in wanted:
            if child.broker_order_id is None:
                words = (
                    "The broker has not confirmed an order yet: it is looked for, and cancelled when found."
                )
            else:
                for number in child.live_order_ids:
                    asked.append(number)
                    words = await self._ask(broker, child.at(number)) or words
        for report in outside:
            stand_in = as_child(report, account, connection.account.broker)
            if stand_in is None:
                words = f"Order {report.broker_order_id} cannot be read: cancel it in {connection.terms.name}'s app."
            else:
                asked.append(report.broker_order_id)
                words = await self._ask(broker, stand_in) or words
        return len(wanted) + len(outside) + len(lacking), words or self._awaited(connection, asked)

    def _awaited(self, connection: Connection, numbers: Sequence[str]) -> str:
        """What is waited for and since when, of orders whose cancel the broker took and that its book shows open."""
        known = [asked for number in numbers if (asked := self._asked.get(number)) is not None]
        since = [asked.taken for asked in known if asked.taken is not None]
        if not since:
            return ""
        name, first = connection.terms.name, f"{min(since).astimezone(IST):%H:%M:%S}"
        many = "an order that it shows" if len(since) == 1 else f"{len(since)} orders that it shows"
        return f"{name} took the cancel of {many} open still, the first at {first}. It is asked until that changes."

    async def _ask(self, broker: Guarded, child: ChildOrder) -> str:
        """Ask for a cancel unless that was done a moment ago. A cancel cannot act twice, so it may be repeated."""
        number, now = child.broker_order_id or "", asyncio.get_running_loop().time()
        asked = self._asked.setdefault(number, Asked())
        if now - asked.sent < ASK_AGAIN:
            return asked.words
        asked.sent, asked.words = now, ""
        try:
            await broker.cancel(child)
        except SessionExpired:
            raise
        except BrokerError as error:
            asked.words = f"A cancel was not confirmed: {error.words}. It is tried again."
        else:
            asked.taken = asked.taken or self._trading.clock()
        return asked.words


def _to_cancel(conn: SqlConnection, account: AccountId) -> list[ChildOrder]:
    """Live children whose cancel was asked: all that were live when the switch was turned."""
    columns = order_children.c
    query = sa.select(columns.id).where(
        columns.live, columns.account_id == account, columns.cancel_asked_at.is_not(None)
    )
    ids = set(conn.execute(query).scalars())
    return [child for child in finding.live_children(conn, account) if child.id in ids]
