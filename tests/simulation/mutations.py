"""Deliberate breaks of the order path, each of which the simulation must notice: a text and its stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mocks.brokers.backoffice.mishap import Kind
from tests.simulation.aim import Aim

UNKNOWN = "        return Lost(trading.clock(), error.words), None, False, False"
REJECTED = 'Ended(End.REJECTED, trading.clock(), "late")'


class DoesNotApply(Exception):
    """The text to be replaced is not there, or more than once: the break has to be written anew."""


@dataclass(frozen=True)
class Mutation:
    """`old` occurs once in `file`, and so does the first of each pair in `more`. `aim`: runs that notice it soon."""

    name: str
    file: str
    old: str
    new: str
    more: tuple[tuple[str, str], ...] = ()
    aim: Aim = Aim()  # noqa: RUF009 - it is frozen

    def apply(self, root: Path) -> None:
        """Break the copy of the tree at `root`. Raises DoesNotApply."""
        text = self.broken(root)
        (root / self.file).write_text(text)

    def broken(self, root: Path) -> str:
        """The text of the file, broken. Raises DoesNotApply."""
        text = (root / self.file).read_text()
        for old, new in ((self.old, self.new), *self.more):
            if text.count(old) != 1:
                raise DoesNotApply(f"{self.name}: {self.file} has the text {text.count(old)} times")
            text = text.replace(old, new)
        return text


MUTATIONS = (
    Mutation(
        "send again after a timeout",
        "orchestrator/orders/send.py",
        UNKNOWN,
        "        return await connection.broker.place(child), None, False, True",
    ),
    Mutation(
        "take a timeout for a refusal",
        "orchestrator/orders/send.py",
        UNKNOWN,
        f"        return {REJECTED}, None, False, True",
    ),
    Mutation(
        "send elsewhere what is not known",
        "orchestrator/orders/send.py",
        UNKNOWN,
        "        return Lost(trading.clock(), error.words), None, True, False",
    ),
    Mutation(
        "take a passed deadline for a request that never left",
        "adapters/guard.py",
        "raise OutcomeUnknown(",
        "raise BrokerUnavailable(",
    ),
    Mutation(
        "take every broken connection for a refused one",
        "adapters/http.py",
        "    cause = error.__cause__\n    if cause is None:\n",
        "    cause = error.__cause__\n    if cause is not None:\n        return True\n    if cause is None:\n",
    ),
    Mutation(
        "send before the record is on the disk",
        "orchestrator/storage/db.py",
        "        self._disk.submit(self._commit, transaction, loop, group)",
        "        for one in group:\n"
        "            one.deliver(None)\n"
        "        self._disk.submit(self._commit, transaction, loop, group)",
    ),
    Mutation(
        "forget which key an order was asked for with",
        "orchestrator/orders/place.py",
        "        key=None if given else key,\n",
        "        key=order_id,\n",
    ),
    Mutation(
        "drop a fill that comes after the end",
        "domain/folding.py",
        "        case Progress(broker_order_id=number):\n",
        "        case Progress(broker_order_id=number) | Filled(_, number) if child.end_of(number) is not None:\n"
        "            return child\n"
        "        case Progress(broker_order_id=number):\n",
    ),
    Mutation(
        "count a trade that is told twice as two",
        "domain/folding.py",
        "    by_trade[fill.trade_id] = max(known, fill, key=_fill_rank) if known else fill",
        "    by_trade[f'{fill.trade_id}:{len(by_trade)}'] = fill",
    ),
    Mutation(
        "believe an old open after the end",
        "domain/child.py",
        "        return end is not None and (",
        "        return end is not None and not self.working_at and (",
    ),
    Mutation(
        "take the end of one of two orders for the end of both",
        "domain/child.py",
        "        end = self.end_of(number)\n",
        "        end = self.ends[0] if self.ends else None\n",
    ),
    Mutation(
        "take for somebody else's what shows after an order has ended",
        "orchestrator/orders/book.py",
        "            await self._look_up(trading, chunk, rows)\n",
        "            rows.others += chunk\n",
        aim=Aim(mishap=Kind.DUPLICATE_ORDER),
    ),
    Mutation(
        "leave what a crash cut short as it is",
        "orchestrator/orders/reconcile.py",
        "            live.child.status is Status.SUBMITTING\n            and left_behind\n",
        "            live.child.status is Status.SUBMITTING\n            and not left_behind\n",
    ),
    Mutation(
        "hold the margin of answered orders for ever",
        "orchestrator/orders/repository.py",
        "    first_answer = answered_at is not None and was is None\n",
        "    first_answer = False\n",
    ),
    Mutation(
        "leave a position without counting what is on its way out",
        "orchestrator/orders/sweep.py",
        "    left = abs(held) - under_way.units\n",
        "    left = abs(held)\n",
        aim=Aim(focus="exits"),
    ),
    Mutation(
        "place the replacement before the old order has ended",
        "orchestrator/orders/changes.py",
        "    if live is not None and live.child.changing and live.child.status.final:\n",
        "    if live is not None and live.child.changing:\n",
        more=(
            (
                "(asked := live.child.changing) is None or not live.child.status.final:\n",
                "(asked := live.child.changing) is None:\n",
            ),
        ),
        aim=Aim(focus="changes", replaces=True),
    ),
    Mutation(
        "call a position flat without looking",
        "orchestrator/killswitch/worker.py",
        "        positions, words = await flatten(self._trading, user_id, switch, connection, began)\n",
        "        _, words = await flatten(self._trading, user_id, switch, connection, began)\n        positions = 0\n",
        aim=Aim(focus="switch"),
    ),
    Mutation(
        "call every order cancelled without looking",
        "orchestrator/killswitch/worker.py",
        "        return len(wanted) + len(outside) + len(lacking), ",
        "        return 0, ",
        aim=Aim(focus="switch", bad=0.3),
    ),
    Mutation(
        "take a request without an answer for a refused one",
        "orchestrator/orders/requests.py",
        "        return Outcome.UNKNOWN, error.words, None\n",
        "        return Outcome.REJECTED, error.words, None\n",
        aim=Aim(focus="kept"),
    ),
    Mutation(
        "take an acknowledged change for one that is in force",
        "orchestrator/orders/changes.py",
        "    await _settle(trading, child, taken=True)\n",
        "    prices, now = (asked.price, asked.trigger_price), trading.clock()\n"
        "    made = Modified(asked.quantity, *prices, now, asked.order_type, number=asked.number)\n"
        "    await learn(trading, child.id, [made], source=Source.ANSWER, answered_at=now)\n",
        aim=Aim(focus="changes", bad=0.0, mishap=Kind.CHANGE_LOST),
    ),
    Mutation(
        "leave at the broker what it made twice",
        "orchestrator/orders/surplus.py",
        "    for held in to_cancel(stored.order, asked):\n",
        "    for held in ():\n",
        aim=Aim(focus="changes", bad=0.0, mishap=Kind.DUPLICATE_ORDER),
    ),
    Mutation(
        "keep to our own terms of an order that was changed at the broker",
        "orchestrator/orders/updates.py",
        "            await watch.drift.look(self._trading, after, report)\n",
        "",
        aim=Aim(focus="changes", bad=0.0),
    ),
)
