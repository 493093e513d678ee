"""The references that clients gave their orders: each is good for one order of its kind, over restarts too."""

from __future__ import annotations

from mocks.brokers.backoffice.office import BackOffice

ORDERS, SMART = "orders", "smart"


class References:
    """By kind and user."""

    def __init__(self, office: BackOffice) -> None:
        self._used: dict[str, dict[str, set[str]]] = {ORDERS: {}, SMART: {}}
        for kind, users in (office.kept or {}).items():
            self._used[kind] = {user_id: set(references) for user_id, references in users.items()}
        office.keeps = self._dump
        office.resets.append(self._forget)

    def use(self, kind: str, user_id: str, reference: str) -> None:
        self._used[kind].setdefault(user_id, set()).add(reference)

    def used(self, kind: str, user_id: str, reference: str) -> bool:
        return reference in self._used[kind].get(user_id, ())

    def _dump(self) -> dict[str, dict[str, list[str]]]:
        return {
            kind: {user_id: sorted(references) for user_id, references in users.items()}
            for kind, users in self._used.items()
        }

    def _forget(self) -> None:
        for users in self._used.values():
            users.clear()
