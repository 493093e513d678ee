"""Who is at the other end of a socket, and what it says."""

from __future__ import annotations

import asyncio

import msgspec
import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.access import PERSONAL, within
from orchestrator.identity.caller import TOKEN_WORDS, Programs, Scope, TokenEnd
from orchestrator.identity.caller import Caller as Program
from orchestrator.identity.ended import WORDS, EndedSessions, EndedWhy
from orchestrator.identity.tokens import Bearer, bearer_of
from orchestrator.keys import Ring
from orchestrator.state import Clock

AUTH_WITHIN = 10.0  # seconds
LONGEST_MESSAGE = 64 * 1024
RECHECK = 30.0
BAD_REQUEST = 4400  # our close code: the address asks for what there is not
UNAUTHORISED = 4401  # our close code: get a new token and come back
SESSION_ENDED = 4403  # our close code: this login is over, and no token brings it back
TOO_MANY = 4429  # our close code: come back later, or with less


class Refused(Exception):
    """What the other end sent is not understood or not allowed; the socket stays open."""

    def __init__(self, code: str, detail: str, symbol: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        error = {"code": code, "detail": detail, "symbol": symbol}
        self.body: dict[str, object] = {
            "error": {name: value for name, value in error.items() if value is not None}
        }


class Caller:
    """The token comes as the first message or in the Authorization header. `binary`: we speak msgpack. `recheck`:
    seconds between looks at whether the token still holds. The end of its login is told at once."""

    def __init__(
        self,
        socket: WebSocket,
        *,
        key: bytes | Ring,
        clock: Clock,
        ended: EndedSessions,
        programs: Programs,
        binary: bool = False,
        recheck: float = RECHECK,
    ) -> None:
        self._socket, self._key, self._clock, self._binary = socket, key, clock, binary
        self._ended, self._programs, self._recheck = ended, programs, recheck
        self._program: Program | None = None
        self._session = ""
        self._token = ""
        self._renewed = asyncio.Event()  # by a token of another login
        self.user_id: UserId | None = None

    async def authenticate(self) -> bool:
        """Accept the socket and find out who it is; closes it and returns False for nobody."""
        await self._socket.accept()
        scheme, _, token = self._socket.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() == "bearer" and token:
                await self.take(token)
            else:
                async with asyncio.timeout(AUTH_WITHIN):
                    first = await receive(self._socket)
                if first.get("action") != "auth":
                    raise Refused("not_authenticated", 'the first message is {"action":"auth","token":...}')
                await self.take(str(first.get("token", "")))
        except (Refused, TimeoutError) as error:
            body = error.body if isinstance(error, Refused) else {"error": {"code": "not_authenticated"}}
            await self.dismiss(body)
            return False
        except WebSocketDisconnect:
            return False
        await self.say({"type": "authenticated"})
        return True

    async def take(self, token: str) -> None:
        """Use this token from now on, of a login or a personal one with `read`. Raises Refused for one that is not
        good, or another user's."""
        try:
            program = await self._held_by(token)
            login = None if program else bearer_of(token, key=self._key, now=self._clock(), ended=self._ended)
        except Problem as problem:
            raise Refused(problem.code, problem.detail) from problem
        user_id, session = (program.user_id, program.token or "") if program else _of(login)
        if self.user_id not in (None, user_id):
            raise Refused("token_invalid", "this socket belongs to another user")
        if session != self._session:
            self._renewed.set()
        self._token, self._session, self.user_id, self._program = token, session, user_id, program

    async def _held_by(self, token: str) -> Program | None:
        if not token.startswith(PERSONAL):
            return None
        client = self._socket.client
        return within(await self._programs.caller(token, client.host if client else ""), Scope.READ)

    @property
    def token(self) -> str | None:
        """The id of the personal token that it came with; None for a login."""
        return self._program.token if self._program else None

    @property
    def limited(self) -> bool:
        """Whether it may see only some of the user's accounts."""
        return self._program is not None and self._program.limited

    def sees(self, account: str) -> bool:
        """Whether this account of the user's is there for it."""
        return self._program is None or self._program.sees(account)

    async def until_expired(self) -> None:
        """Returns when the token or its login has ended, having said so and closed the socket."""
        while True:
            reason = await self._end()
            if reason is not None:
                words = WORDS[reason] if isinstance(reason, EndedWhy) else TOKEN_WORDS[reason]
                body = {"type": "session_ended", "data": {"reason": reason, "text": words}}
                await self.dismiss(body, SESSION_ENDED)
                return
            try:
                await self.take(self._token)
            except Refused as error:
                await self.dismiss(error.body)
                return

    async def _end(self) -> EndedWhy | TokenEnd | None:
        """Of the login that it calls by, once it is over; None when it is time to look at the token, or it calls by
        another login now."""
        self._renewed.clear()
        over: EndedSessions | Programs = self._programs if self._program else self._ended
        ending: asyncio.Future[EndedWhy | TokenEnd | None] = asyncio.ensure_future(
            over.wait(self._session, self._recheck)
        )
        renewing = asyncio.ensure_future(self._renewed.wait())
        try:
            await asyncio.wait((ending, renewing), return_when=asyncio.FIRST_COMPLETED)
            return ending.result() if ending.done() and not renewing.done() else None
        finally:
            ending.cancel()
            renewing.cancel()

    async def say(self, body: object) -> None:
        if self._binary:
            await self._socket.send_bytes(msgspec.msgpack.encode(body))
        else:
            await self._socket.send_text(orjson.dumps(body).decode())

    async def dismiss(self, body: object, code: int = UNAUTHORISED) -> None:
        try:
            await self.say(body)
            await self._socket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone already


def _of(login: Bearer | None) -> tuple[UserId, str]:
    assert login is not None
    return login.user_id, login.session


async def receive(socket: WebSocket) -> dict[str, object]:
    """The next message, JSON whatever we speak. Raises as `receive_text` and `read` do."""
    return read(await receive_text(socket))


async def receive_text(socket: WebSocket) -> str:
    """The next message as it came. Raises Refused for one that is too long, WebSocketDisconnect at the end."""
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code") or 1000)
    text: str = frame.get("text") or (frame.get("bytes") or b"").decode(errors="replace")
    if len(text) > LONGEST_MESSAGE:
        raise Refused("message_too_long", f"a message has at most {LONGEST_MESSAGE} characters")
    return text


def read(text: str) -> dict[str, object]:
    """Raises Refused for what is no JSON object."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json", "a message is a JSON object") from error
    if not isinstance(message, dict):
        raise Refused("invalid_json", "a message is a JSON object")
    return message
