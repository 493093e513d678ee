"""`orchestrator trades import`: a tradebook into the installation's own database, looked at first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from adapters.broker import Endpoints
from domain.account import AccountId, BrokerId
from orchestrator.accounts import repository as accounts
from orchestrator.audit.record import Actor
from orchestrator.identity.doing import Doer
from orchestrator.instruments.service import Instruments
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.trades.importing import Report, bring_in

Say = Callable[[str], None]


class NoSuchAccount(ValueError):
    """The message says how to find one."""


async def import_file(database: Database, account: str, data: bytes, *, clock: Clock, commit: bool) -> Report:
    """Raises NoSuchAccount; Unusable for a file that is no tradebook."""
    stored = await database.read(partial(accounts.by_id, account_id=AccountId(account)))
    if stored is None:
        raise NoSuchAccount(f"there is no account {account}: `orchestrator accounts` lists them")
    # What is stored of the brokers' masters: nobody is asked.
    instruments = Instruments(db=database, adapters={}, endpoints=_nowhere, clock=clock)
    await instruments.start()
    try:
        return await bring_in(
            database,
            instruments,
            doer=Doer(stored.account.user_id, Actor.command("trades import"), clock),
            account=stored.account.id,
            data=data,
            commit=commit,
        )
    finally:
        await instruments.close()


def tell(report: Report, say: Say) -> None:
    """In lines for a terminal."""
    unsure = "" if report.verified else " (a layout that is not verified: look whether the numbers are right)"
    say(f"Read as {report.format}{unsure}.")
    if report.first and report.last:
        say(f"{report.new} new, {report.known} known already, from {report.first} to {report.last}.")
    if report.untraded:
        say(f"{report.untraded} rows are orders that did not trade.")
    for one in report.refused:
        say(f"line {one.line}, {one.column}: {one.rule} (it says {one.value!r})")
    if report.refused_count:
        say(f"{report.refused_count} rows break a rule: nothing was imported.")
    elif report.committed:
        say("Imported.")
    else:
        say("Nothing was changed: add --commit to import.")


def _nowhere(broker: BrokerId) -> Endpoints:
    raise AssertionError("no broker is asked")
