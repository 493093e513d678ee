"""Access tokens that logins by the browser gave: until six in the morning they stand for the program that asked.

What is known is kept in memory, as personal tokens are, and the program's scopes, policy and end are asked of
`PersonalTokens` each time: a login widens nothing.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from datetime import datetime

from orchestrator.bus import LAGGED, Bus
from orchestrator.identity.caller import Caller
from orchestrator.kite import apps
from orchestrator.kite.apps import Login
from orchestrator.loops import Loops
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tokens.personal import PersonalTokens
from orchestrator.tokens.repository import Token

TOPIC = "kite_logins"  # between processes: these ended
FORM = re.compile(r"tmk_[A-Za-z0-9_-]{43}")
RECHECK = 30.0  # seconds that what is known is believed
KEPT = 4096


class DayTokens:
    """`caller` is all that most need."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, tokens: PersonalTokens, *, recheck: float = RECHECK
    ) -> None:
        self._db, self._bus, self._clock, self._tokens, self._recheck = db, bus, clock, tokens, recheck
        self._known: OrderedDict[str, tuple[Login, float]] = OrderedDict()  # by the hash; since when
        self._told = 0  # how often something was forgotten: what was read before may be old
        self._loops = Loops()

    async def start(self) -> None:
        self._loops.start("ended logins of Virtual Kite", self._hear)

    async def close(self) -> None:
        await self._loops.close()

    async def caller(self, token_id: str, given: str, address: str) -> Caller | None:
        """The program that this token was given to; None where it is not good, or another program's. Raises Problem
        401 or 403 where the program itself may not come in."""
        if not FORM.fullmatch(given):
            return None
        login = await self._look(apps.hash_of(given))
        if login is None or login.token_id != token_id:
            return None
        token, caller = await self._tokens.by_id(token_id, address)
        return caller if _good(login, token, self._clock()) else None

    async def good(self, given: str) -> bool:
        """Whether a token that was good is so still; a personal token's own end is told elsewhere."""
        if not FORM.fullmatch(given):
            return True
        login = await self._look(apps.hash_of(given))
        token = await self._tokens.known(login.token_id) if login is not None else None
        return login is not None and token is not None and _good(login, token, self._clock())

    async def ended(self, token_id: str) -> None:
        """Logins of this program ended in the database: look again, here and everywhere."""
        self._forget(token_id)
        await self._bus.publish(TOPIC, {"type": "ended", "data": {"token": token_id}})

    async def _look(self, access_hash: str) -> Login | None:
        found = self._known.get(access_hash)
        if found is not None and time.monotonic() - found[1] < self._recheck:
            self._known.move_to_end(access_hash)
            return found[0]
        told, at = self._told, time.monotonic()
        login = await self._db.read(lambda conn: apps.login_of(conn, access_hash))
        if login is None:
            self._known.pop(access_hash, None)
        elif told == self._told:
            self._known[access_hash] = (login, at)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return login

    def _forget(self, token_id: str | None) -> None:
        self._told += 1
        gone = [one for one, (login, _) in self._known.items() if token_id in (None, login.token_id)]
        for one in gone:
            del self._known[one]

    async def _hear(self) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            self._forget(None)  # what ended between the start and now
            async for event in events:
                self._forget(None if event.type == LAGGED else str(event.data["token"]))


def _good(login: Login, token: Token, now: datetime) -> bool:
    """A rotation ends the logins of before, as it ends the text of before: after its overlap."""
    before = token.rotated_at is not None and login.asked_at <= token.rotated_at
    overlap = token.old_until is not None and now < token.old_until
    return now < login.until and (overlap or not before)
