"""An account's limits, of orders and of questions, counted in Redis by all processes together.

Exchange and broker count what leaves all of them. While Redis is away each process keeps to its part of the
limits, as many as there may be; whenever that changes, nothing leaves for as long as a second's limit counts, because
what was sent just before was counted elsewhere.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence

import structlog
from redis import asyncio as redis
from redis.exceptions import RedisError

from adapters.room import Share, Unshared
from domain.account import AccountId

log = structlog.get_logger(__name__)

PATIENCE = 1.0  # seconds that a call waits for Redis: a busy machine is no Redis that is away
AGAIN = 2.0  # seconds until a Redis that did not answer is asked again
CHANGED = 1.05  # seconds without a call after a change of who counts
LONG = 60_000  # milliseconds; what is longer is counted by sixtieths, not call by call
PARTS = 60

# One step for Redis: by its own clock, forget what is too old, and count the call in every window or in none. A call in
# a long window counts from the end of its sixtieth: a little longer than it must, in sixty numbers for thousands.
TAKE = f"""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function brief(key, span, calls)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - span)
  if redis.call('ZCARD', key) < calls then return 0 end
  local leaves = redis.call('ZREVRANGE', key, calls - 1, calls - 1, 'WITHSCORES')
  return tonumber(leaves[2]) + span - now
end

local function long(key, span, calls)
  local width, sum, parts = span / {PARTS}, 0, {{}}
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local leaves = (tonumber(all[i]) + 1) * width + span
    if leaves <= now then
      redis.call('HDEL', key, all[i])
    else
      sum = sum + tonumber(all[i + 1])
      parts[#parts + 1] = {{leaves, tonumber(all[i + 1])}}
    end
  end
  table.sort(parts, function(a, b) return a[1] < b[1] end)
  for _, part in ipairs(parts) do
    if sum < calls then return 0 end
    sum = sum - part[2]
    if sum < calls then return math.ceil(part[1] - now) end
  end
  return 0
end

local wait = 0
for i, key in ipairs(KEYS) do
  local span, calls = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  wait = math.max(wait, (span > {LONG} and long or brief)(key, span, calls))
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local span = tonumber(ARGV[2 * i])
  if span > {LONG} then
    redis.call('HINCRBY', key, math.floor(now / (span / {PARTS})), 1)
    redis.call('PEXPIRE', key, math.ceil(span * (1 + 1 / {PARTS})))
  else
    redis.call('ZADD', key, now, ARGV[1])
    redis.call('PEXPIRE', key, span)
  end
end
return 0
"""


class SharedRooms:
    """`among`: how many processes there may be; asked while Redis does not answer."""

    def __init__(self, url: str, *, among: Callable[[], int]) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        self._script = self._redis.register_script(TAKE)
        self._among = among
        self._counted_there = True
        self._again_at = self._settled_at = 0.0

    def of(self, account_id: AccountId) -> AccountRoom:
        return AccountRoom(self, account_id)

    async def close(self) -> None:
        await self._redis.aclose()

    async def take(self, account_id: AccountId, shares: Sequence[Share]) -> float:
        """As `adapters.room.Room`."""
        loop = asyncio.get_running_loop()
        if (settling := self._settled_at - loop.time()) > 0:
            return settling
        if loop.time() < self._again_at:
            raise Unshared(self._among())
        keys = [_key(account_id, share) for share in shares]
        spans = [part for share in shares for part in (round(share.seconds * 1000), share.calls)]
        try:
            wait = float(await self._script(keys=keys, args=[secrets.token_hex(8), *spans]))
        except (RedisError, OSError) as error:
            self._again_at = loop.time() + AGAIN
            if self._counted_there:
                log.warning("rooms.redis_away", error=type(error).__name__)
                return self._changed(counted_there=False)
            raise Unshared(self._among()) from error
        if not self._counted_there:
            log.info("rooms.redis_back")
            return self._changed(counted_there=True)
        return wait / 1000

    def _changed(self, *, counted_there: bool) -> float:
        self._counted_there = counted_there
        self._settled_at = asyncio.get_running_loop().time() + CHANGED
        return CHANGED


def _key(account_id: AccountId, share: Share) -> str:
    form = "parts" if share.seconds * 1000 > LONG else "room"
    return f"trademaster:{form}:{account_id}:{share.name}"


class AccountRoom:
    """One account's part of it."""

    def __init__(self, rooms: SharedRooms, account_id: AccountId) -> None:
        self._rooms, self._account_id = rooms, account_id

    async def take(self, shares: Sequence[Share]) -> float:
        return await self._rooms.take(self._account_id, shares)
