"""The last committed state of recent children by what a broker calls them: most of what brokers repeat is known."""

from __future__ import annotations

from collections import OrderedDict

from domain.account import AccountId
from domain.order import ChildId, ChildOrder
from orchestrator.orders.rows import KeptChild

KEPT = 20_000  # children

Name = tuple[AccountId, str, str]


class KnownChildren:
    """Never ahead of the database: a fact that changes nothing here changes nothing there, since facts only add up.

    It may be behind, or not know a child at all; then the database has to be asked.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._children: OrderedDict[ChildId, ChildOrder] = OrderedDict()
        self._rows: dict[ChildId, KeptChild] = {}  # of some of them
        self._names: dict[Name, ChildId] = {}

    def keep(self, row: KeptChild) -> None:
        """`remember`, with its row."""
        self.remember(row.child)
        self._rows[row.child.id] = row

    def row(self, child_id: ChildId) -> KeptChild | None:
        """The child's row as it was committed last, as far as is known."""
        return self._rows.get(child_id)

    def remember(self, child: ChildOrder) -> None:
        """Keep the state of a child as it was committed; the one not heard of for longest is forgotten."""
        self._rows.pop(child.id, None)
        self._children[child.id] = child
        self._children.move_to_end(child.id)
        for name in _names(child):
            self._names[name] = child.id
        if len(self._children) > self._kept:
            _, oldest = self._children.popitem(last=False)
            self._rows.pop(oldest.id, None)
            for name in _names(oldest):
                if self._names.get(name) == oldest.id:  # a newer one may have taken the number
                    del self._names[name]

    def find(self, account: AccountId, *, broker_order_id: str, tag: str | None) -> ChildOrder | None:
        """By our tag, which is used once, else by the broker's id."""
        found = self._names.get((account, "tag", tag)) if tag else None
        if found is None:
            found = self._names.get((account, "number", broker_order_id))
        return self._children.get(found) if found else None


def _names(child: ChildOrder) -> list[Name]:
    account = child.account_id
    numbers: list[Name] = [(account, "number", number) for number in child.broker_order_ids]
    return [(account, "tag", child.tag), *numbers]
