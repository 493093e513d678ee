"""Readings of accounts that their owners leave in Redis, for processes that answer for the same users.

What lies there is sealed for its account: whoever reads Redis learns nothing of a portfolio, and whoever writes there
can put no numbers under an order. It is the newest one alone, and goes by itself. Redis is never needed: who finds
nothing asks the broker.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import structlog
from redis import asyncio as redis
from redis.exceptions import RedisError

from domain.account import AccountId
from domain.portfolio import AccountSnapshot
from orchestrator.state import Clock
from orchestrator.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

LASTS = 600_000  # milliseconds that a reading lies there
MOST = 256_000  # bytes of one: a larger account is read by each process for itself
PATIENCE = 0.5  # seconds that Redis is waited for
AGAIN = 2.0  # seconds until a Redis that did not answer is asked again
APART = timedelta(milliseconds=250)  # by which two processes' clocks may differ and be called the same
ON_ITS_WAY = timedelta(seconds=1)  # to Redis, at most: what may look like a clock that is behind
TABLE, COLUMN = "redis", "reading"  # what it is sealed for, beside the account

# Only a later one than what lies there: of the same ownership, or of a later one. A process that was stopped and wakes
# up puts nothing old over what is new. With it, when that was by Redis's clock.
PUT = """
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence') or -1)
local number = tonumber(redis.call('HGET', KEYS[1], 'number') or -1)
if fence > tonumber(ARGV[1]) or (fence == tonumber(ARGV[1]) and number >= tonumber(ARGV[2])) then return 0 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'number', ARGV[2], 'body', ARGV[3],
  'at', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""

# What lies there, and for how many milliseconds.
LOOK = """
local found = redis.call('HMGET', KEYS[1], 'body', 'at')
if not found[1] then return false end
local time = redis.call('TIME')
return {found[1], time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(found[2])}
"""


@dataclass(frozen=True, slots=True)
class Handed:
    """A reading of an account's owner. `fence` and `number`: which ownership's, and which of it; both only grow.

    `heard`: of each process, the last of its news that the owner knew of when the reading began. `at`: when it was left
    there, by the owner's clock.
    """

    snapshot: AccountSnapshot
    fence: int
    number: int
    heard: Mapping[str, int]
    at: datetime


# Another version of the product may have other fields; it reads for itself until all are of one.
FORM = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(Handed))).hexdigest()[:12]
_READ = msgspec.json.Decoder(Handed)


class Shelf:
    """One Redis key for each account that somebody asked for."""

    def __init__(self, url: str, vault: Vault, clock: Clock) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        self._put, self._look = self._redis.register_script(PUT), self._redis.register_script(LOOK)
        self._vault, self._clock = vault, clock
        self._again_at = 0.0

    async def close(self) -> None:
        await self._redis.aclose()

    async def put(self, handed: Handed) -> bool:
        """Whether it lies there now: not when a later one does, it is too large, or Redis is away."""
        account = handed.snapshot.account_id
        text = msgspec.json.encode(handed).decode()
        if len(text) > MOST or self.away:
            return False
        body = self._vault.seal(text, table=TABLE, column=COLUMN, row=account)
        try:
            args: list[int | str] = [handed.fence, handed.number, body, LASTS]
            return bool(await self._put(keys=[_key(account)], args=args))
        except (RedisError, OSError) as error:
            self._lost(error)
            return False

    async def look(self, account_id: AccountId) -> Handed | None:
        """The newest reading that its owner left, its times as this process's clock has them."""
        if self.away:
            return None
        asked = self._clock()
        try:
            found = await self._look(keys=[_key(account_id)])
        except (RedisError, OSError) as error:
            self._lost(error)
            return None
        if not found:
            return None
        body, lain = found
        try:
            text = self._vault.open(body.decode(), table=TABLE, column=COLUMN, row=account_id)
            handed = _READ.decode(text)
        except (SealBroken, UnicodeDecodeError, msgspec.DecodeError) as error:
            log.warning("readings.not_opened", account=account_id, error=type(error).__name__)
            return None
        return by_our_clock(handed, asked - timedelta(milliseconds=int(lain)))

    @property
    def away(self) -> bool:
        """Redis did not answer lately."""
        return asyncio.get_running_loop().time() < self._again_at

    def _lost(self, error: Exception) -> None:
        log.warning("readings.redis_away", error=type(error).__name__)
        self._again_at = asyncio.get_running_loop().time() + AGAIN


def by_our_clock(handed: Handed, at: datetime) -> Handed:
    """The same where it lay there from `at` on by our clock; clocks that all but agree are left alone.

    It is never made younger than it is: an order of before it would seem to be in its margin.
    """
    apart, seen = at - handed.at, handed.snapshot
    if -APART <= apart <= ON_ITS_WAY:
        return handed
    apart = min(apart, max(apart - ON_ITS_WAY, timedelta(0)))
    funds = seen.margin_as_of + apart if seen.margin_as_of else None
    return replace(handed, at=at, snapshot=replace(seen, as_of=seen.as_of + apart, margin_as_of=funds))


def _key(account_id: AccountId) -> str:
    return f"trademaster:reading:{FORM}:{account_id}"
