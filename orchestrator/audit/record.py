"""Writes down what was done, by whom, in the transaction that does it: both are durable, or neither is.

One INSERT: whoever writes waits for nobody. The keeper (keeper.py) links entries into the chain within a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
from sqlalchemy import Connection, insert

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.audit import audit_log

LONGEST = 500  # characters that an entry keeps of one detail


class ActorKind(StrEnum):
    """What somebody came by."""

    LOGIN = "login"
    TOKEN = "token"  # a personal token
    PROGRAM = "program"  # the product itself, by itself
    COMMAND = "command"  # whoever may use the machine's command line
    STRANGER = "stranger"  # nobody that we know: a refused login


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is a user's id or a program's name; `through` the login's or personal token's id.

    Of a `Caller`, identity/access.py makes one.
    """

    kind: ActorKind
    id: str = ""
    through: str = ""
    address: str = ""

    @staticmethod
    def program(name: str) -> Actor:
        """A part of the product that acts by itself, for example `reconciler`."""
        return Actor(ActorKind.PROGRAM, name)

    @staticmethod
    def command(name: str) -> Actor:
        """A person at the machine's command line, and the command that was given."""
        return Actor(ActorKind.COMMAND, name)

    @staticmethod
    def stranger(address: str) -> Actor:
        """Somebody who did not say, or could not prove, who it is."""
        return Actor(ActorKind.STRANGER, address=address)


ENTRY = Prepared(insert(audit_log))
UNLINKED = {"position": None, "salt": None, "personal_hash": None, "hash": None}


def audited(
    conn: Connection,
    *,
    user_id: UserId | None,
    actor: Actor,
    action: Action,
    at: datetime,
    subject: str = "",
    detail: Mapping[str, str] | None = None,
) -> None:
    """Add an entry to the log, in the transaction of `conn`. `detail` may be personal; it is never a secret.

    `user_id` is whose it is: who sees it in the own log. `subject` is the id of what it was done to.
    """
    ENTRY.run(conn, entry(user_id, actor, action, at, subject, detail))


def entry(
    user_id: UserId | None,
    actor: Actor,
    action: Action,
    at: datetime,
    subject: str = "",
    detail: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """The row of an entry, for a statement that adds several."""
    return {
        "at": at,
        "user_id": user_id,
        "action": action.value,
        "actor_kind": actor.kind.value,
        "actor": actor.id,
        "through": actor.through,
        "subject": subject,
        "address": actor.address,
        "detail": canonical(detail or {}),
        **UNLINKED,
    }


def canonical(detail: Mapping[str, str]) -> str:
    """As RFC 8785 writes an object of texts: sorted, without spaces."""
    short = {name: text[:LONGEST] for name, text in detail.items()}
    return orjson.dumps(short, option=orjson.OPT_SORT_KEYS).decode()
