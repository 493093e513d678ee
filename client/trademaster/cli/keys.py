"""Commands about the token: logging in and out, and who it is."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import Annotated

import typer

from trademaster import Client, config
from trademaster.cli.context import OPTIONS, AsJson, Exit, connected
from trademaster.cli.screen import err, say, tell_json
from trademaster.errors import NotAllowed

TOKEN = re.compile(r"tm_[0-9A-Za-z]+_[0-9A-Za-z]+")


def add_to(app: typer.Typer) -> None:
    app.command()(login)
    app.command()(logout)
    app.command()(whoami)


def login(
    url: Annotated[str, typer.Option("--url", help="The product's address; else TRADEMASTER_URL.")] = "",
) -> None:
    """Keep a personal token for later commands.

    The token is read from the terminal, unseen, or from the input: other programs of this machine can read a command
    line. Make one on the screen under Settings, Tokens.
    """
    where = config.chosen(url or OPTIONS.url, "asked").url
    token = (
        typer.prompt("Personal token", hide_input=True, err=True)
        if sys.stdin.isatty()
        else sys.stdin.readline()
    )
    token = token.strip()
    if not TOKEN.fullmatch(token):
        err.print("That is no personal token: they begin with tm_.")
        raise typer.Exit(Exit.USAGE)
    client = Client(where, token, timeout=OPTIONS.timeout, plain_http=OPTIONS.plain_http)
    with client, suppress(NotAllowed):  # then it is good, and may not read
        client.me()
    say(f"Kept in {config.store(config.Where(where, token))}, for {where}.")


def logout() -> None:
    """Forget the token on this machine. It stays good: revoke it on the screen under Settings, Tokens."""
    say("Forgotten." if config.forget() else "There was none.")


def whoami(as_json: AsJson = False) -> None:
    """Say which product this is, and whose token."""
    with connected() as client:
        meta, me = client.meta(), client.me()
        if as_json:
            tell_json({"url": client.http.url, "version": meta.version, "paper": meta.paper, "user": me})
            return
        say(f"{me.email} at {client.http.url}, version {meta.version}" + (", on paper" if meta.paper else ""))
