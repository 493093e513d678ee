"""Kite's websocket: binary ticks of what is subscribed, and the user's orders as they change, as text.

A client gets the newest of each price at its own pace, never a queue; one that sends nonsense is told and, when it goes
on, left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.instrument import InstrumentId
from domain.market import Mode
from domain.order import OrderId
from orchestrator.bus import Bus, user_topic
from orchestrator.http.frames import frames_of
from orchestrator.http.together import until_one_ends
from orchestrator.identity.caller import TOKEN_WORDS, Caller, TokenEnd
from orchestrator.kite import packets
from orchestrator.kite.answers import encoded
from orchestrator.kite.listings import Listings
from orchestrator.kite.updates import Updates
from orchestrator.market.audience import Audience
from orchestrator.market.caller import Refused, receive_text
from orchestrator.market.conflating import Conflater
from orchestrator.market.following import Allowance
from orchestrator.market.prices import Seen
from orchestrator.orders.trading import Trading
from orchestrator.tokens.personal import PersonalTokens

MODES = {"ltp": Mode.LTP, "quote": Mode.QUOTE, "full": Mode.DEPTH}
SUBSCRIBED = Mode.QUOTE  # what a subscription is until another mode is asked for
MOST_TOKENS = 3000
PACE = 0.1  # seconds between two frames
FRAME = 1000  # packets of one frame: 10,000 a second at most
BEAT = 2.0  # seconds of silence before a heartbeat
RECHECK = 30.0  # seconds between looks at whether the token is still good
OVER = 1008  # close code: the token is
LOGIN_OVER = "This login has ended: log in again."


class Feed:
    """What one socket is subscribed to, and the newest of it whenever the connection takes more."""

    def __init__(self, socket: WebSocket, audience: Audience) -> None:
        self._frames, self._hub = frames_of(socket.scope), audience.hub
        self._follows: dict[InstrumentId, Mode] = {}
        self._numbers: dict[Seen, tuple[int, Mode]] = {}
        self.out = Conflater(self._frames, audience, self._write, pace=PACE, most=FRAME)
        self.sent_at = asyncio.get_running_loop().time()

    def follow(self, tokens: dict[InstrumentId, int], mode: Mode | None) -> None:
        """`mode` None: that of a new subscription, while what is subscribed keeps its own. Raises Refused."""
        if len(self._follows.keys() | tokens.keys()) > MOST_TOKENS:
            raise Refused("too_many_symbols", f"at most {MOST_TOKENS} instruments a connection")
        for name, token in tokens.items():
            before, seen = self._follows.get(name), self._hub.prices.seen(name)
            wanted = mode or before or SUBSCRIBED
            if wanted is not before:
                self._hub.watch([name], wanted)
                if before is not None:
                    self._hub.unwatch([name], before)
            self._follows[name], self._numbers[seen] = wanted, (token, wanted)
            seen.followers.add(self.out)
            if seen.price is not None:
                self.out.changed(seen)

    def unfollow(self, names: Iterable[InstrumentId]) -> None:
        for name in names:
            mode = self._follows.pop(name, None)
            if mode is None:
                continue
            seen = self._hub.prices.seen(name)
            self._numbers.pop(seen, None)
            self.out.forget(seen)
            seen.followers.discard(self.out)
            self._hub.unwatch([name], mode)

    def end(self) -> None:
        self.unfollow(list(self._follows))

    def beat(self, now: float) -> None:
        """Silence is told from a dead connection."""
        if now - self.sent_at >= BEAT and self._frames.ready:
            self._frames.binary(packets.HEARTBEAT)
            self.sent_at = now

    def _write(self, fresh: Iterable[Seen], now: float, now_ms: int) -> None:
        made = [packets.packet(token, seen, mode) for seen in fresh for token, mode in (self._numbers[seen],)]
        self._frames.binary(packets.frame(made))
        self.sent_at = now


class Ticker:
    """One open socket of one caller. `still_good`: whether what it came in with is."""

    def __init__(
        self,
        socket: WebSocket,
        caller: Caller,
        *,
        audience: Audience,
        listings: Listings,
        tokens: PersonalTokens,
        still_good: Callable[[], Awaitable[bool]],
        trading: Trading,
        bus: Bus,
    ) -> None:
        self._socket, self._caller, self._listings, self._bus = socket, caller, listings, bus
        self._tokens, self._still_good = tokens, still_good
        self._feed = Feed(socket, audience)
        self._updates = Updates(trading, caller, listings)
        self._allowance = Allowance()

    async def run(self) -> None:
        """Until the client leaves, its token ends, or it will not keep to the limits."""
        try:
            await until_one_ends(
                self._listen(),
                self._feed.out.catch_up(),
                self._beat(),
                self._tell_orders(),
                self._until_over(),
            )
        except (WebSocketDisconnect, RuntimeError):
            return  # starlette says RuntimeError for a send after the end
        finally:
            self._feed.end()

    async def _listen(self) -> None:
        while True:
            try:
                text = await receive_text(self._socket)
                self._allowance.take(asyncio.get_running_loop().time())
                await self._obey(text)
            except Refused as error:
                await self._say({"type": "error", "data": str(error)})
                if error.code == "message_too_long" or self._allowance.overdrawn:
                    await self._socket.close(OVER)
                    return

    async def _obey(self, text: str) -> None:
        """subscribe, unsubscribe or mode. Raises Refused for anything else."""
        action, value = _command(text)
        listings = await self._listings.ready()
        match action:
            case "subscribe":
                self._feed.follow(_named(value, listings), None)
            case "unsubscribe":
                self._feed.unfollow(_named(value, listings))
            case "mode":
                word, tokens = value if len(value) == 2 else (None, None)
                if not isinstance(word, str) or word not in MODES or not isinstance(tokens, list):
                    raise Refused("unknown_mode", f'mode is "v": [one of {", ".join(MODES)}, [tokens]]')
                self._feed.follow(_named(tokens, listings), MODES[word])
            case other:
                raise Refused("unknown_action", f"no action {str(other)[:40]!r}")

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT / 2)
            self._feed.beat(loop.time())

    async def _tell_orders(self) -> None:
        """All of the user's orders that the caller may see; nothing of the time before."""
        async with self._bus.subscribe(user_topic(self._caller.user_id)) as events:
            async for event in events:
                if event.type != "order":
                    continue
                payload = await self._updates.of(OrderId(str(event.data["id"])))
                if payload is not None:
                    await self._say({"type": "order", "data": payload})

    async def _until_over(self) -> None:
        end: TokenEnd | None = None
        while end is None and await self._still_good():
            end = await self._tokens.wait(self._caller.token or "", RECHECK)
        await self._say({"type": "error", "data": LOGIN_OVER if end is None else TOKEN_WORDS[end]})
        await self._socket.close(OVER)

    async def _say(self, body: dict[str, Any]) -> None:
        await self._socket.send_text(encoded(body).decode())


def _command(text: str) -> tuple[object, list[Any]]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json", "Invalid request: it is no JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("v"), list):
        raise Refused("invalid_json", 'Invalid request: it is {"a": action, "v": [tokens]}')
    return message.get("a"), message["v"]


def _named(tokens: list[Any], listings: Listings) -> dict[InstrumentId, int]:
    """Those that are listed; others are passed over, as at Kite."""
    whole = (token for token in tokens if type(token) is int and 0 < token <= packets.MOST)
    return {name: token for token in whole if (name := listings.of_token(token)) is not None}
