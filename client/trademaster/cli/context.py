"""What every command has: the client, the two forms of answers, questions to the person, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Annotated, Any

import typer

from trademaster import Client
from trademaster.cli.screen import as_json, err, shown
from trademaster.errors import (
    Denied,
    DryRun,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Problem,
    RateLimited,
    StreamEnded,
    TradeMasterError,
    UnexpectedAnswer,
    Unreachable,
    WaitsForApproval,
)


class Exit(IntEnum):
    """How a command ends; the numbers are promised in docs/api/cli.md."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    UNKNOWN = 6
    WAITS = 7
    DRY_RUN = 8
    INTERRUPTED = 130


AsJson = Annotated[bool, typer.Option("--json", help="As the API answers, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(slots=True)
class Options:
    """Given before the command."""

    url: str | None = None
    timeout: float = 20.0
    plain_http: bool = False


OPTIONS = Options()


@contextmanager
def connected() -> Iterator[Client]:
    """The client of the options; a command that has none of its own words for an error ends as `ended` says."""
    with Client(OPTIONS.url, timeout=OPTIONS.timeout, plain_http=OPTIONS.plain_http) as client:
        yield client


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Something moves while a person waits; nothing is written where nobody looks."""
    if not err.is_terminal:
        yield
        return
    with err.status(words):
        yield


def confirmed(question: str, *, yes: bool) -> None:
    """Raises typer.Exit unless the person says yes; without a person to ask, `--yes` must have said so."""
    if yes:
        return
    if not sys.stdin.isatty():
        err.print("Nobody is here to ask: say --yes.")
        raise typer.Exit(Exit.USAGE)
    if not typer.confirm(question, err=True):
        raise typer.Exit(Exit.REFUSED)


def typed(question: str, word: str, *, given: str) -> None:
    """As `confirmed`, for what cannot be taken back: the word itself must be typed, or given."""
    if not given and sys.stdin.isatty():
        given = typer.prompt(question, err=True)
    if given.strip() != word:
        err.print(f"Nothing was done: type {word} to do it, or say --confirm {word}.")
        raise typer.Exit(Exit.USAGE if not given else Exit.REFUSED)


def amount(text: str | None) -> Decimal | None:
    """Rupees as typed. Raises typer.BadParameter."""
    if text is None:
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise typer.BadParameter(f"{text} is no amount: write it as 1500.05") from None
    if not value.is_finite():
        raise typer.BadParameter(f"{text} is no amount: write it as 1500.05")
    return value


def ended(command: Callable[[], None], *, json: bool) -> int:
    """Run it; its exit code, with what went wrong said on the error output."""
    try:
        command()
    except TradeMasterError as error:
        told(error, json=json)
        return code_of(error)
    except ValueError as error:  # what was given cannot be an order, an address, ...
        err.print(shown(_first_line(error)), style="red")
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return Exit.DONE


def _first_line(error: ValueError) -> str:
    details = getattr(error, "errors", None)
    if details is None:
        return str(error)
    first = details()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def told(error: TradeMasterError, *, json: bool) -> None:
    """What went wrong, on the error output."""
    if json:
        body: dict[str, Any] = (
            error.body if isinstance(error, Problem) else {"code": _name(error), "detail": str(error)}
        )
        if isinstance(error, OutcomeUnknown):
            body["key"] = error.key
        if isinstance(error, WaitsForApproval):
            body |= {"approval": error.approval.model_dump(mode="json"), "key": error.key}
        if isinstance(error, DryRun):
            body["plan"] = error.plan.model_dump(mode="json")
        sys.stderr.write(as_json({"error": body}, indent=None) + "\n")
        return
    err.print(shown(error), style="red")
    if isinstance(error, Denied):
        for reason in error.reasons:
            err.print(
                shown(f"  {reason.message} ({reason.code})" + (f": {reason.fix}" if reason.fix else ""))
            )
    if isinstance(error, NotAuthenticated):
        err.print("Log in: trademaster login")
    if isinstance(error, OutcomeUnknown) and error.key:
        err.print(shown(f"Go on with it, it is done once: --key {error.key}"))


def _name(error: TradeMasterError) -> str:
    return {
        OutcomeUnknown: "outcome_unknown",
        WaitsForApproval: "waits_for_approval",
        DryRun: "dry_run",
        Unreachable: "unreachable",
    }.get(type(error), "unexpected_answer")


def code_of(error: TradeMasterError) -> Exit:
    """Its kind, for scripts."""
    match error:
        case NotAuthenticated() | NotAllowed() | StreamEnded():
            return Exit.NOT_ALLOWED
        case NotFound():
            return Exit.NOT_FOUND
        case RateLimited() | Unreachable() | UnexpectedAnswer():
            return Exit.UNREACHABLE
        case OutcomeUnknown() | Problem(code="outcome_unknown" | "cancel_unconfirmed"):
            return Exit.UNKNOWN
        case WaitsForApproval():
            return Exit.WAITS
        case DryRun():
            return Exit.DRY_RUN
        case Problem(status=status) if status >= 500:
            return Exit.UNREACHABLE
        case _:
            return Exit.REFUSED
