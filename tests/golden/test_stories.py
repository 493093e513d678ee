"""Every golden story at every broker, side by side over the same days.

A story is a file of this folder: `BROKERS` it is told at, the previous `CLOSES` it begins with, what the `PERSON` owns,
and `story`, which says at the end of each part whether the evening or the next day comes. Each has shares of its own:
so that no story moves another's prices. Days pass for all of them at once: they are what takes time.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from types import ModuleType

import pytest

import tests.golden
from adapters.groww import calls
from adapters.groww.terms import TERMS
from aggregation.overnight import carried_over
from domain.account import BrokerId
from domain.money import Money
from domain.portfolio import AccountSnapshot
from tests.golden.account import Account, priced
from tests.golden.market import Market
from tests.golden.table import table

OVER = "over"
BY_ITSELF = {"bonus_and_split", "expired_option"}
MACHINERY = {"account", "conftest", "market", "table", "test_stories"}


@dataclass
class Telling:
    """One story at one broker; `failure` is what went wrong."""

    name: str
    account: Account
    by_itself: bool  # over night a contract ends or a company acts, which only the broker's books know
    parts: AsyncGenerator[str, None]
    wants: str = ""
    worth: Money | None = None
    evening: AccountSnapshot | None = None
    failure: BaseException | None = None

    async def go_on(self) -> None:
        """Until the end of the day's part; `wants` OVER: there is no other."""
        (end,) = await asyncio.gather(anext(self.parts, OVER), return_exceptions=True)
        if isinstance(end, BaseException):
            self.failure, self.wants = end, OVER
        else:
            self.wants = end

    async def last_look(self) -> None:
        """At the end of a day: what shares and cash are worth together."""
        self.worth, self.evening = await self.account.worth(), await self.account.snapshot()

    async def next_morning(self) -> None:
        """Yesterday's token is refused, and shares and cash are worth what they were: nothing is counted twice or
        missed while they change places."""
        if not await self.account.token_is_dead():
            self.failure, self.wants = AssertionError("yesterday's token still works"), OVER
            return
        await self.account.login()
        worth = await self.account.worth()
        if not self.by_itself and None not in (worth, self.worth) and self.worth != worth:
            words = (
                f"shares and cash were worth {self.worth} in the evening and are worth {worth} in the morning"
            )
            self.failure, self.wants = AssertionError(words), OVER
        if self.evening is not None and not self.by_itself:
            await self._as_carried_over(self.evening)

    async def _as_carried_over(self, evening: AccountSnapshot) -> None:
        """Who could not log in yet sees in the morning what the broker's new books say."""
        market = self.account.market
        without_login = table(priced(market, carried_over(evening, market.isins)))
        read = table(await self.account.view())
        if plain(without_login) != plain(read):
            words = f"without a login:\n{without_login}\nin the books:\n{read}"
            self.failure, self.wants = AssertionError(words), OVER


def plain(text: str) -> str:
    """Without what is said in brackets: what is on its way has arrived meanwhile."""
    return re.sub(r" \(.*?\)", "", text)


def modules() -> list[ModuleType]:
    names = [one.name for one in pkgutil.iter_modules(tests.golden.__path__) if one.name not in MACHINERY]
    pytest.register_assert_rewrite(*(f"tests.golden.{name}" for name in names))
    return [importlib.import_module(f"tests.golden.{name}") for name in sorted(names)]


async def told(market: Market) -> list[Telling]:
    found = modules()
    for module in found:
        market.put(module.CLOSES)
    market.next_morning()
    tellings = []
    for module in found:
        for broker in BrokerId:
            if broker in module.BROKERS:
                account = await Account.opened(market, broker, **module.PERSON)
                name = module.__name__.rpartition(".")[2]
                tellings.append(Telling(name, account, name in BY_ITSELF, module.story(account)))
    going = tellings
    while going:
        for one in going:
            await one.go_on()
        if any(one.wants == "evening" for one in going):
            market.evening()
            for one in going:
                if one.wants == "evening":
                    await one.go_on()
        going = [one for one in going if one.wants != OVER]
        for one in going:
            await one.last_look()
        if going:
            market.next_morning()
            for one in going:
                await one.next_morning()
            going = [one for one in going if one.wants != OVER]
    for one in tellings:
        await one.account.close()
    return tellings


def test_every_story(market: Market, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests) -> None:
    monkeypatch.setattr(calls, "TERMS", replace(TERMS, limits=()))  # the sandbox counts no calls here
    for one in asyncio.run(told(market)):
        with subtests.test(story=one.name, broker=str(one.account.broker_id)):
            if one.failure is not None:
                raise one.failure
