"""What others answer: Redis, and the brokers that somebody here has accounts at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.account import BrokerId
from orchestrator.config import Settings, endpoints
from orchestrator.doctor.finding import Finding, fail, ok, warn

PATIENCE = 5.0
SKEW = 5.0  # seconds between a broker's clock and ours, with the way between them


async def redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return ok("redis", "none: events stay inside the process")
    try:
        async with asyncio.timeout(PATIENCE), Redis.from_url(settings.redis_url) as client:
            await cast("Awaitable[bool]", client.ping())
    except (RedisError, OSError, TimeoutError) as error:
        mend = "start it; orders go on without it, screens of other processes lag"
        return fail("redis", f"it does not answer ({type(error).__name__})", mend)
    return ok("redis", "it answers")


async def brokers(settings: Settings, names: Iterable[BrokerId]) -> list[Finding]:
    """Whether each can be reached at all: no login is used, and any answer is one."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        return list(await asyncio.gather(*(_broker(settings, name, client) for name in sorted(names))))


async def _broker(settings: Settings, broker: BrokerId, client: httpx.AsyncClient) -> Finding:
    what, url = f"broker {broker.value}", endpoints(settings, broker).rest
    try:
        answer = await client.get(url)
    except httpx.HTTPError as error:
        mend = "look at its status page, and whether this machine reaches the internet"
        return fail(what, f"{url} does not answer ({type(error).__name__})", mend)
    told = answer.headers.get("date")
    try:
        skew = abs((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()) if told else 0.0
    except (ValueError, TypeError):
        skew = 0.0
    if skew > SKEW:
        mend = "set this machine's clock by NTP: times of orders and second factors go wrong"
        return warn(what, f"it answers; its clock and ours are {skew:.0f} s apart", mend)
    return ok(what, f"it answers ({answer.status_code})")
