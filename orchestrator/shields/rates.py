"""How many requests an address, a user and a program may make: counted over all processes where there is Redis.

Without an answer of Redis this process counts by itself: neither an open door nor an outage. A token has half of its
user's room, so that no program shuts its user out; exits have room of their own, and a user's do not wait behind
strangers of the same address.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.shields.kinds import Kind
from orchestrator.shields.memory import Memory
from orchestrator.shields.networks import household

log = structlog.get_logger(__name__)

PATIENCE = 0.25  # seconds for an answer of Redis: it is asked for every request
PAUSE = 5.0  # seconds without it, after it gave none
TOKEN, USER = "a token", "a user"
TOKENS_SHARE = 2  # a token has one part of so many


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose request it is: a user at a login, or one of the user's tokens."""

    user_id: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """At most so many as `item` says; `name` is the policy's for callers, `whose` in words."""

    name: str
    item: RateLimitItem
    whose: str
    policy: str  # as the header tells it
    seconds: int


class Count(NamedTuple):
    """A rule, and what is counted under it."""

    rule: Rule
    key: str


class Standing(NamedTuple):
    """How a count stands after a request: `left` more, until in `reset` seconds there is room again."""

    rule: Rule
    left: int
    reset: int


@dataclass(slots=True)
class Taken:
    """What a request was counted as: for the headers of its answer."""

    standings: list[Standing] = field(default_factory=list)

    def add(self, one: Standing, *, refused: bool) -> None:
        """Raises Problem 429 for a refused one, which is then told alone."""
        if refused:
            wait = max(1, one.reset)
            self.standings = [Standing(one.rule, 0, wait)]
            raise _refused(one.rule, wait)
        self.standings.append(one)

    def headers(self) -> dict[str, str]:
        """Of draft-ietf-httpapi-ratelimit-headers-10."""
        if not self.standings:
            return {}
        states = ", ".join(f'"{one.rule.name}";r={one.left};t={one.reset}' for one in self.standings)
        return {"ratelimit-policy": ", ".join(one.rule.policy for one in self.standings), "ratelimit": states}


class Rates:
    """`take` counts one request."""

    def __init__(self, settings: Settings) -> None:
        kinds = {
            Kind.READ: parse_rates(settings.rate_reads),
            Kind.WRITE: parse_rates(settings.rate_writes),
            Kind.ORDER: parse_rates(settings.rate_orders),
            Kind.EXIT: parse_rates(settings.rate_exits),
        }
        self._address = _rules("address", parse_rates(settings.rate_address), "one address")
        self._logins = _rules("logins", parse_rates(settings.rate_logins), "one address")
        self._users = {kind: _rules(kind, items, USER) for kind, items in kinds.items()}
        self._tokens = {kind: _rules(f"token-{kind}", _share(items), TOKEN) for kind, items in kinds.items()}
        self._here = Memory()
        self._shared = OverRedis(settings.redis_url) if settings.redis_url else None
        self._alone_until = 0.0

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()

    def from_address(self, address: str, taken: Taken) -> None:
        """Count a request of whoever it is, in this process: it is looked at before anything else. Raises Problem
        429."""
        self._take([Count(rule, household(address)) for rule in self._address], taken)

    def has_room(self, address: str) -> bool:
        """Whether `from_address` would let one more in; none is counted."""
        key = household(address)
        rules = self._address
        return not any(self._here.full(one.name, key, one.item.amount, one.seconds) for one in rules)

    async def from_caller(self, kind: Kind, address: str, payer: Payer | None, taken: Taken) -> None:
        """Count a request of this kind, whoever asks. Raises Problem 429."""
        counts = self._counts(kind, address, payer)
        if not counts:
            return
        if self._shared is not None and time.monotonic() >= self._alone_until:
            try:
                await self._shared.take(_narrow_first(counts), taken)
                return
            except (RedisError, OSError, TimeoutError) as error:
                self._alone_until = time.monotonic() + PAUSE
                taken.standings = [one for one in taken.standings if one.rule in self._address]
                log.warning("rates.redis_away", error=type(error).__name__)
        self._take(counts, taken)

    def _counts(self, kind: Kind, address: str, payer: Payer | None) -> list[Count]:
        if kind is Kind.LOGIN:
            key = hashlib.sha256(household(address).encode()).hexdigest()[:16]
            return [Count(rule, key) for rule in self._logins]
        if payer is None:
            return []
        counts = [Count(rule, payer.user_id) for rule in self._users[kind]]
        if payer.token is not None:
            counts += [Count(rule, payer.token) for rule in self._tokens[kind]]
        return counts

    def _take(self, counts: Sequence[Count], taken: Taken) -> None:
        for rule, key in _narrow_first(counts):
            room = self._here.take(rule.name, key, rule.item.amount, rule.seconds)
            taken.add(Standing(rule, room.left, math.ceil(room.seconds)), refused=not room.taken)


class OverRedis:
    """The same, counted together with other processes."""

    def __init__(self, url: str) -> None:
        uri = f"redis+{url}" if url.startswith("unix://") else url
        self._store = RedisStorage(
            f"async+{uri}",
            implementation="redispy",
            key_prefix="trademaster:rates",
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        self._limiter = SlidingWindowCounterRateLimiter(self._store)

    async def close(self) -> None:
        client = cast(RedispyBridge, self._store.bridge).get_connection()
        await cast(AsyncRedis, client).aclose()

    async def take(self, counts: Sequence[Count], taken: Taken) -> None:
        """Raises Problem 429, RedisError."""
        for rule, key in counts:
            let_in = await self._limiter.hit(rule.item, rule.name, key)
            stats = await self._limiter.get_window_stats(rule.item, rule.name, key)
            left = stats.remaining if let_in else 0
            taken.add(Standing(rule, left, math.ceil(stats.reset_time - time.time())), refused=not let_in)


def parse_rates(text: str) -> tuple[RateLimitItem, ...]:
    """As `10/second;400/minute`; nothing means no limit. Raises ValueError."""
    return tuple(parse_many(text)) if text.strip() else ()


def _rules(name: str, items: Iterable[RateLimitItem], whose: str) -> tuple[Rule, ...]:
    named = [(f"{name}-{_unit(item)}", item) for item in items]
    return tuple(
        Rule(name, item, whose, f'"{name}";q={item.amount};w={item.get_expiry()}', item.get_expiry())
        for name, item in named
    )


def _share(items: Iterable[RateLimitItem]) -> list[RateLimitItem]:
    return [type(item)(max(1, item.amount // TOKENS_SHARE), item.multiples) for item in items]


def _narrow_first(counts: Sequence[Count]) -> list[Count]:
    """The short windows first, and the token's before its user's: who is refused uses up no more than that."""
    return sorted(counts, key=lambda one: (one.rule.seconds, one.rule.whose))


def _refused(rule: Rule, wait: int) -> Problem:
    return Problem(
        429,
        "rate_limited",
        f"too many requests ({rule.name.rpartition('-')[0]})",
        rule=f"at most {rule.item.amount} in {_window(rule.item)} for {rule.whose}",
        fix=f"wait {wait} second{'' if wait == 1 else 's'}, and ask less often",
        headers={"retry-after": str(wait)},
        limit=rule.name,
    )


def _unit(item: RateLimitItem) -> str:
    return item.GRANULARITY.name if item.multiples == 1 else f"{item.multiples}{item.GRANULARITY.name}s"


def _window(item: RateLimitItem) -> str:
    seconds = item.get_expiry()
    return "a second" if seconds == 1 else f"{seconds} seconds"
