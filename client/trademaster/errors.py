"""What can go wrong, by what the caller can do about it. A refusal of the API carries its stable `code`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trademaster.models import ApprovalOut, DryRunOut


class TradeMasterError(Exception):
    """Whatever this client raises of its own."""


class Unreachable(TradeMasterError):
    """Nothing was asked, or nothing answered a question: it may be asked again."""


class UnexpectedAnswer(TradeMasterError):
    """An answer that the API does not promise: another server, a proxy, or another version."""


class OutcomeUnknown(TradeMasterError):
    """A change was sent and no clear answer came: it may have happened. It is not sent again by itself.

    `key` is the Idempotency-Key it went with: the same call with it goes on without doing it twice. None where the call
    takes none: look first.
    """

    def __init__(self, words: str, key: str | None = None) -> None:
        super().__init__(f"{words}; its key is {key}" if key else words)
        self.key = key


class Problem(TradeMasterError):
    """A refusal in the API's own words: `code` is stable, `field`, `rule` and `fix` say what to change."""

    def __init__(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.status = int(body.get("status", 0))
        self.code = str(body.get("code", ""))
        self.title = str(body.get("title", ""))
        self.detail = str(body.get("detail", ""))
        self.field: str | None = body.get("field")
        self.rule: str | None = body.get("rule")
        self.fix: str | None = body.get("fix")
        self.body = dict(body)
        self.headers = dict(headers)
        super().__init__(f"{self.detail} ({self.code})" + (f": {self.fix}" if self.fix else ""))


class NotAuthenticated(Problem):
    """401: no token, or one that is not good any more."""


class NotAllowed(Problem):
    """403: this token or login may not do that."""


class TokenPolicy(NotAllowed):
    """The policy of the token stands against it. `clause` names the part that does, None where several do."""

    @property
    def clause(self) -> str | None:
        first: Mapping[str, Any] = next(iter(self.body.get("breaches") or ()), {})
        clause = self.body.get("clause") or first.get("clause")
        return None if clause is None else str(clause)


class ProofNeeded(NotAllowed):
    """The person must prove who they are: it is done on the screen, in a fresh login."""

    @property
    def ways(self) -> list[str]:
        return [str(way) for way in self.body.get("ways") or ()]


class NotFound(Problem):
    """404: there is none, or it is another user's."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why an order was refused. The codes are in docs/reference/reasons.md."""

    code: str
    message: str
    field: str | None = None
    fix: str | None = None


class Denied(Problem):
    """409: the order was refused before anything was sent. `reasons` are all of them."""

    @property
    def reasons(self) -> list[Reason]:
        return [
            Reason(str(one.get("code", "")), str(one.get("message", "")), one.get("field"), one.get("fix"))
            for one in self.body["reasons"]
        ]


class Conflict(Problem):
    """409 of any other kind: it does not go with how things are, as `code` says."""


class InvalidInput(Problem):
    """400, 413, 422: what was sent breaks a rule; nothing was done. `errors` are all of them."""

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.body.get("errors") or ())


class RateLimited(Problem):
    """429: too much at once; nothing was done. `retry_after` are seconds, None where the server does not say."""

    @property
    def retry_after(self) -> float | None:
        return seconds_of(self.headers)


class BrokerTrouble(Problem):
    """502, 503, 504 in the API's own words: a broker does not answer, or did not clearly."""


class ServerFault(Problem):
    """500: a fault of the product."""


class WaitsForApproval(TradeMasterError):
    """202: the order goes beyond the token's policy and waits for the person; nothing was sent to a broker yet.

    `client.approvals.wait(error.id)` tells how it ends.
    """

    def __init__(self, approval: ApprovalOut, key: str) -> None:
        self.approval, self.id = approval, approval.id
        self.key = key
        super().__init__(
            f"the order waits for approval {approval.id} until {approval.expires_at:%H:%M:%S %Z}"
        )


class DryRun(TradeMasterError):
    """The token only tries orders out: nothing was sent. `plan` is what would have been, as of a preview."""

    def __init__(self, plan: DryRunOut) -> None:
        self.plan = plan
        super().__init__("this token is for dry runs: nothing was sent")


class StreamEnded(TradeMasterError):
    """The server has closed the stream for good. `code` as in docs/reference/stream.md."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{words} ({code})")
        self.code = code


BY_STATUS: Mapping[int, type[Problem]] = {
    400: InvalidInput,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: InvalidInput,
    422: InvalidInput,
    429: RateLimited,
    500: ServerFault,
    502: BrokerTrouble,
    503: BrokerTrouble,
    504: BrokerTrouble,
}


def problem_of(body: Mapping[str, Any], headers: Mapping[str, str]) -> Problem:
    """The error that says most about this refusal."""
    match int(body.get("status", 0)), body.get("code"):
        case 403, "token_policy":
            return TokenPolicy(body, headers)
        case 403, "step_up_needed":
            return ProofNeeded(body, headers)
        case 409, _ if body.get("reasons"):
            return Denied(body, headers)
        case status, _:
            return BY_STATUS.get(status, Problem)(body, headers)


def seconds_of(headers: Mapping[str, str]) -> float | None:
    """Of Retry-After, which this API gives in seconds."""
    said = headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else None
