# Made from _async/http.py by `make client`; do not edit.
"""Requests: which of them may be asked again, and what becomes of an answer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from secrets import token_hex
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from trademaster._sync.waiting import sleep
from trademaster.errors import (
    NotFound,
    OutcomeUnknown,
    Problem,
    UnexpectedAnswer,
    Unreachable,
    problem_of,
    seconds_of,
)
from trademaster.known import Known
from trademaster.version import VERSION

T = TypeVar("T")
Params = Mapping[str, Any]

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
PASSING = 500  # and above: of something between here and the API, when not in its own words
LONGEST_PAUSE = 30.0  # seconds: who is told to wait longer is told so


class HTTP:
    """One address and one token. Questions are asked again while that may help, changes never."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout: float,
        attempts: int,
        plain_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = checked(url, plain_http=plain_http)
        self.token = token
        self.timeout = timeout
        self._attempts = attempts
        self._known = Known()
        self._http = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            headers={"user-agent": f"trademaster-client/{VERSION}", "accept": "application/json"},
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    @property
    def authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str, kind: type[T], **params: Any) -> T:
        """A question, asked again with growing pauses. Raises Problem, Unreachable, UnexpectedAnswer."""
        return parsed(kind, self.read(path, params))

    def read(self, path: str, params: Params) -> httpx.Response:
        """As `get`, as it came; what has not changed since it was asked last is not sent again."""
        named = given(params)
        question = (self.token, path, tuple(sorted(named.items())))
        known = self._known.answer(question)
        attempts = Retrying(
            retry=retry_if_exception(may_help),
            wait=pause,
            stop=stop_after_attempt(self._attempts),
            sleep=sleep,
            reraise=True,
        )
        headers = {} if known is None else {"if-none-match": known.headers["etag"]}
        try:
            answer: httpx.Response = attempts(self._once, "GET", path, params=named, headers=headers)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        return self._known.told(question, answer, known)

    def send(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: BaseModel | Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        **params: Any,
    ) -> T:
        """A change, sent once. Raises Problem, Unreachable (it never left), OutcomeUnknown (also for an answer that
        cannot be read), UnexpectedAnswer (another server)."""
        return understood(kind, self.ask_once(method, path, body, key=key, params=params), key)

    def ask_once(
        self,
        method: str,
        path: str,
        body: BaseModel | Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        params: Params | None = None,
    ) -> httpx.Response:
        """As `send`, as it came."""
        headers = {"idempotency-key": key} if key else {}
        try:
            return self._once(
                method, path, params=given(params or {}), headers=headers, content=written(body)
            )
        except NEVER_LEFT as error:
            raise Unreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        except (httpx.TransportError, Passing) as error:
            raise OutcomeUnknown(f"{method} {path} was sent and got no clear answer", key) from error

    def found(self, path: str, kind: type[T]) -> T | None:
        """As `get`; None where there is no such thing."""
        try:
            return self.get(path, kind)
        except NotFound:
            return None

    def _once(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        # So that whoever runs the server can follow this call there (W3C Trace Context).
        sent = {
            "traceparent": f"00-{token_hex(16)}-{token_hex(8)}-01",
            **self.authorization,
            **(headers or {}),
        }
        if content is not None:
            sent["content-type"] = "application/json"
        answer = self._http.request(method, path, params=params, headers=sent, content=content)
        if "deprecation" in answer.headers:
            until = f" until {answer.headers['sunset']}" if "sunset" in answer.headers else ""
            warnings.warn(f"{method} {path} is going away, it works{until}", DeprecationWarning, stacklevel=4)
        if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
            return answer
        raise refusal(answer)


class Passing(UnexpectedAnswer):
    """Something between here and the API could not pass the request on, or the answer back."""


def checked(url: str, *, plain_http: bool) -> str:
    """Raises ValueError for an address at which others could read the token."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address: write it as https://host")
    if parts.scheme == "http" and not (local or plain_http):
        raise ValueError(
            f"{url} is not encrypted: others could read your token. Use https, or say plain_http=True"
        )
    return url.rstrip("/")


def refusal(answer: httpx.Response) -> Exception:
    """What an answer that is no success means."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return problem_of(answer.json(), answer.headers)
    if answer.status_code >= PASSING:
        return Passing(f"{answer.request.url.host} answers {answer.status_code}")
    return UnexpectedAnswer(
        f"{answer.request.url.path} answers {answer.status_code}: is this TradeMaster's address?"
    )


def may_help(error: BaseException) -> bool:
    """Whether a question may be asked again after this."""
    if isinstance(error, Problem):
        wait = seconds_of(error.headers)
        return error.status in (429, 503) and wait is not None and wait <= LONGEST_PAUSE
    return isinstance(error, httpx.TransportError | Passing)


_growing = wait_exponential_jitter(multiplier=0.2, max=5.0, jitter=0.2)


def pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: as long as the server asks for, else longer each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = seconds_of(error.headers) if isinstance(error, Problem) else None
    return _growing(state) if asked is None else asked


def given(params: Params) -> dict[str, Any]:
    """What was named: lists with commas, the rest as the API writes it."""
    return {name.rstrip("_"): _text(value) for name, value in params.items() if value is not None}


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ",".join(str(one) for one in value)
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            return str(value)


def written(body: BaseModel | Mapping[str, Any] | None) -> bytes | None:
    """JSON of what was given and nothing else: a field that is left out keeps what it has."""
    if body is None:
        return None
    if isinstance(body, BaseModel):
        return body.model_dump_json(exclude_unset=True, by_alias=True).encode()
    return _any.dump_json(dict(body))


_any: TypeAdapter[Any] = TypeAdapter(Any)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def parsed(kind: type[T], answer: httpx.Response) -> T:
    """Raises UnexpectedAnswer for what the API does not promise."""
    if kind is type(None):
        return None
    try:
        value: T = _adapter(cast(Any, kind)).validate_json(answer.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        path = answer.request.url.path
        raise UnexpectedAnswer(
            f"{path} answers in another form than {VERSION} knows: {place} {first['msg']}"
        ) from error
    return value


def understood(kind: type[T], answer: httpx.Response, key: str | None) -> T:
    """As `parsed`, of a change: it may have happened, whatever its answer looks like. Raises OutcomeUnknown."""
    try:
        return parsed(kind, answer)
    except UnexpectedAnswer as error:
        raise OutcomeUnknown(str(error), key) from error
