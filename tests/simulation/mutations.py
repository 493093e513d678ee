"""Deliberate breaks of the order path, each of which the simulation must notice: a text and its stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

UNKNOWN = "        return Lost(trading.clock(), error.words), None, False, False"
REJECTED = 'Ended(End.REJECTED, trading.clock(), "late")'


class DoesNotApply(Exception):
    """The text to be replaced is not there, or more than once: the break has to be written anew."""


@dataclass(frozen=True)
class Mutation:
    """`old` occurs once in `file`."""

    name: str
    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Break the copy of the tree at `root`. Raises DoesNotApply."""
        path = root / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise DoesNotApply(f"{self.name}: {self.file} has the text {text.count(self.old)} times")
        path.write_text(text.replace(self.old, self.new))


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
        "orchestrator/db.py",
        "        self._disk.submit(self._commit, transaction, loop, group)",
        "        for one in group:\n"
        "            one.deliver(None)\n"
        "        self._disk.submit(self._commit, transaction, loop, group)",
    ),
    Mutation(
        "forget which key an order was asked for with",
        "orchestrator/orders/place.py",
        "        key=key,\n",
        "        key=order_id,\n",
    ),
    Mutation(
        "drop a fill that comes after the end",
        "domain/child.py",
        "        case Progress(broker_order_id=number):\n",
        "        case Progress(broker_order_id=number) | Filled(_, number) if child.end_of(number) is not None:\n"
        "            return child\n"
        "        case Progress(broker_order_id=number):\n",
    ),
    Mutation(
        "count a trade that is told twice as two",
        "domain/child.py",
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
        "    first_answer = answered_at is not None and row.answered_at is None\n",
        "    first_answer = False\n",
    ),
)
