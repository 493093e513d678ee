"""Groww's feed: a NATS server over a websocket, with prices of instruments and updates of accounts.

Nothing is sent on subscribing and nothing is replayed: a subject speaks when something changes.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import uuid
from collections.abc import Callable

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.faults import Message
from mocks.brokers.groww import protobuf
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import status_word
from mocks.exchange.model import Kind, Quote

TICK_SECONDS = 0.25
OUTBOX_CAP = 10_000  # a client that reads nothing is cut off, as NATS cuts a slow consumer
CRLF = b"\r\n"
LONGEST_LINE = 65_536  # bytes; a longer one is no command
PRICE, MESSAGE = b"MSG /ld/", b"MSG "  # how a price begins, and anything that was subscribed to

Encoder = Callable[[Name, Quote], bytes]
_ENCODERS: dict[str, Encoder] = {
    "price": protobuf.price,
    "price_detailed": protobuf.price_detailed,
    "book": protobuf.depth,
}


def frame_of(message: Message) -> str:
    """What a frame carries, for the fault plan: `tick`, `update` (an order or a position) or `other`."""
    data = message.get("bytes") or b""
    if data.startswith(PRICE):
        return "tick"
    return "update" if data.startswith(MESSAGE) else "other"


class FeedTokens:
    """The feed's user tokens: each is good for one key of one session."""

    def __init__(self) -> None:
        self._issued: dict[str, tuple[Session, str]] = {}
        self._subscription: dict[str, str] = {}

    def issue(self, session: Session, public_key: str) -> tuple[str, str]:
        """(token, the account's subscription id)."""
        claims = {"jti": secrets.token_hex(16), "sub": public_key, "name": session.user_id}
        parts = ({"typ": "JWT", "alg": "ed25519-nkey"}, claims)
        token = ".".join(base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts)
        token += "." + secrets.token_urlsafe(64)
        self._issued[token] = (session, public_key)
        return token, self.subscription_of(session.user_id)

    def subscription_of(self, user_id: str) -> str:
        return self._subscription.setdefault(user_id, uuid.uuid4().hex)

    def session(self, token: str, signature: str, nonce: str) -> Session | None:
        """The session behind a token, if the signature over the nonce is its key's."""
        issued = self._issued.get(token)
        if issued is None:
            return None
        session, public_key = issued
        try:
            _key(public_key).verify(base64.b64decode(signature), nonce.encode())
        except (InvalidSignature, ValueError):
            return None
        return session


def _key(nkey: str) -> Ed25519PublicKey:
    """From `U...`: base32 of a prefix byte, 32 key bytes and a checksum. Raises ValueError."""
    raw = base64.b32decode(nkey + "=" * (-len(nkey) % 8))
    return Ed25519PublicKey.from_public_bytes(raw[1:33])


class Feed:
    def __init__(self, branch: Branch, tokens: FeedTokens) -> None:
        self._branch = branch
        self._tokens = tokens

    def route(self) -> WebSocketRoute:
        return WebSocketRoute("/", self.serve)

    async def serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        client = Client(websocket, self._branch, self._tokens)
        try:
            await client.run()
        except (WebSocketDisconnect, RuntimeError):
            pass  # RuntimeError is how the server says that a send came after the end
        except asyncio.CancelledError:
            pass  # the sandbox ends: there is nothing to undo and no one to tell
        finally:
            client.close()


class Client:
    """One connection: what it subscribed to, what it last saw, and what waits to be sent."""

    def __init__(self, websocket: WebSocket, branch: Branch, tokens: FeedTokens) -> None:
        self._websocket = websocket
        self._branch = branch
        self._tokens = tokens
        self._nonce = secrets.token_urlsafe(12)
        self._buffer = b""
        self._user_id: str | None = None
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(OUTBOX_CAP)
        self._market: dict[str, tuple[str, Name, Encoder]] = {}  # by sid
        self._account: dict[str, str] = {}  # subject by sid
        self._seen: dict[str, tuple[object, ...]] = {}
        self._stop: Callable[[], None] = _nothing
        self._ended = False

    async def run(self) -> None:
        self._put(b"INFO " + orjson.dumps(self._info()) + CRLF)
        tasks = [asyncio.create_task(job) for job in (self._read(), self._write(), self._tick())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        self._stop()

    def _info(self) -> dict[str, object]:
        return {
            "server_id": "SANDBOXGROWW",
            "server_name": "sandbox",
            "version": "2.10.0",
            "proto": 1,
            "host": "0.0.0.0",  # noqa: S104 - what a NATS server says of itself
            "port": 4222,
            "headers": True,
            "auth_required": True,
            "max_payload": 1_048_576,
            "nonce": self._nonce,
        }

    # in and out -----------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        """Ends after the last word of a failed login. Prices share frames; whatever else is said has its own."""
        pending = await self._outbox.get()
        while True:
            data, together = pending, pending.startswith(PRICE)
            pending = b""
            while together and not self._outbox.empty():
                pending = self._outbox.get_nowait()
                together = pending.startswith(PRICE)
                if together:
                    data, pending = data + pending, b""
            await self._websocket.send_bytes(data)
            if self._ended:
                await self._websocket.close()
                return
            pending = pending or await self._outbox.get()

    def _put(self, data: bytes) -> None:
        try:
            self._outbox.put_nowait(data)
        except asyncio.QueueFull:
            self._ended = True

    def _fail(self, words: str) -> None:
        self._put(f"-ERR '{words}'".encode() + CRLF)

    async def _read(self) -> None:
        while not self._ended:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes") or (message.get("text") or "").encode()
            self._buffer += data
            while CRLF in self._buffer and not self._ended:
                line, self._buffer = self._buffer.split(CRLF, 1)
                self._command(line)
            if len(self._buffer) > LONGEST_LINE and not self._ended:
                self._fail("Maximum Control Line Exceeded")
                self._ended = True
        await asyncio.Event().wait()  # the writer ends the connection

    def _command(self, line: bytes) -> None:
        verb, *words = line.decode("utf-8", "replace").split() or [""]
        match verb.upper():
            case "PING":
                self._put(b"PONG" + CRLF)
            case "PONG":
                pass
            case "CONNECT":
                self._connect(line)
            case "SUB" if self._user_id and words:
                self._subscribe(words[0], words[-1])
            case "UNSUB" if self._user_id and words:
                self._market.pop(words[0], None)
                self._account.pop(words[0], None)
                self._seen.pop(words[0], None)
            case "PUB" | "HPUB" if self._user_id and words:
                self._fail(f'Permissions Violation for Publish to "{words[0]}"')
            case _:
                self._fail("Authorization Violation" if not self._user_id else "Unknown Protocol Operation")
                self._ended = True

    def _connect(self, line: bytes) -> None:
        try:
            options = orjson.loads(line.split(b" ", 1)[1])
        except (ValueError, IndexError):
            options = {}
        if not isinstance(options, dict):
            options = {}
        session = self._tokens.session(str(options.get("jwt")), str(options.get("sig") or ""), self._nonce)
        if session is None or session.expires_at <= self._branch.office.now():
            self._fail("Authorization Violation")
            self._ended = True
            return
        self._stop()
        self._user_id = session.user_id
        self._websocket.scope.setdefault("state", {})["account"] = session.user_id
        self._stop = self._branch.office.listen(session.user_id, self._hear)
        if options.get("verbose"):
            self._put(b"+OK" + CRLF)

    # subscriptions --------------------------------------------------------------------------------------------

    def _subscribe(self, subject: str, sid: str) -> None:
        if subject.startswith("/ld/"):
            found = self._instrument(subject)
            if found is not None:  # NATS takes a subject nobody speaks on, too
                self._market[sid] = (subject, *found)
                self._seen[sid] = _state(self._branch.exchange.quote(found[0].key), found[1])
            return
        assert self._user_id is not None
        if subject.endswith(f".{self._tokens.subscription_of(self._user_id)}"):
            self._account[sid] = subject
        else:
            self._fail(f'Permissions Violation for Subscription to "{subject}"')

    def _instrument(self, subject: str) -> tuple[Name, Encoder] | None:
        """`/ld/eq/nse/price.2885`"""
        path, _, token = subject.partition(".")
        parts = path.split("/")
        if len(parts) != 5:
            return None
        _, _, segment, exchange, kind = parts
        name = self._branch.names.of_topic(segment, exchange, token)
        encoder = _ENCODERS.get(kind)
        if name is None or encoder is None:
            return None
        return name, protobuf.index_value if name.instrument.kind is Kind.INDEX else encoder

    def _send(self, subject: str, sid: str, payload: bytes) -> None:
        self._put(f"MSG {subject} {sid} {len(payload)}".encode() + CRLF + payload + CRLF)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for sid, (subject, name, encode) in list(self._market.items()):
                quote = self._branch.exchange.quote(name.key)
                state = _state(quote, encode)
                if state != self._seen.get(sid):
                    self._seen[sid] = state
                    self._send(subject, sid, encode(name, quote))

    def _hear(self, update: OrderUpdate) -> None:
        """One stage of one of the user's orders. `stocks` is cash, `stocks_fo` derivatives."""
        name = self._branch.names.known(update.order.key)
        family = "stocks" if name.segment == "CASH" else "stocks_fo"
        for sid, subject in self._account.items():
            if subject.startswith(f"{family}/order/"):
                status = status_word(update.row.stage, update.order.code)
                self._send(subject, sid, protobuf.order_update(name, update.order, update.row, status))
            elif subject.startswith(f"{family}/position/") and update.fill is not None:
                for position in self._branch.office.positions(update.order.user_id):
                    if position.key == name.key and position.product is update.order.product:
                        self._send(subject, sid, protobuf.position_update(name, position))


def _state(quote: Quote, encode: Encoder) -> tuple[object, ...]:
    """What must change for a subject to speak."""
    if encode is protobuf.depth:
        return quote.bids, quote.asks
    return quote.last_price, quote.last_time


def _nothing() -> None:
    """No one listens yet."""
