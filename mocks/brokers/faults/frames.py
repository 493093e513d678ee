"""What can go wrong with the frames of an open websocket: updates lost, doubled, late or out of order, old prices,
silence, and a cut in the middle of a message."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

from mocks.brokers.faults.asgi import Message, Send, abort
from mocks.brokers.faults.kinds import Fault
from mocks.brokers.faults.plan import FaultPlan, Socket
from mocks.brokers.faults.rule import Rule

WAIT_SECONDS = 1.0  # a held update goes out alone when no other comes
FLUSH_SECONDS = 0.02


class Frames:
    """Sits between a server and one websocket; without any rule it costs one dictionary look a frame."""

    def __init__(
        self, plan: FaultPlan, socket: Socket, frame_of: Callable[[Message], str], send: Send
    ) -> None:
        self._plan = plan
        self._socket = socket
        self._frame_of = frame_of
        self._send = send
        self._held: Message | None = None  # an update that waits for the next
        self._merge = False  # the next update takes its place instead of overtaking it
        self._old_tick: Message | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, message: Message) -> None:
        if message["type"] != "websocket.send" or not (self._plan.rules or self._held or self._old_tick):
            await self._send(message)
            return
        if self._plan.stalled(self._socket):
            return
        kind = self._frame_of(message)
        rule = self._plan.pick_frame(self._socket, kind)
        if rule is not None:
            await self._spoil(rule, message)
        elif kind == "update":
            await self._pass_update(message)
        else:
            if kind == "tick":
                self._old_tick = None
            await self._send(message)

    def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    async def _pass_update(self, message: Message) -> None:
        held, self._held = self._held, None
        await self._send(message)
        if held is not None and not self._merge:
            await self._send(held)

    async def _spoil(self, rule: Rule, message: Message) -> None:
        match rule.fault:
            case Fault.DROP_UPDATE:
                return
            case Fault.DUPLICATE_UPDATE:
                await self._pass_update(message)
                await self._send(message)
            case Fault.LATE_UPDATE:
                self._later(rule.seconds or 0.0, message)
            case Fault.REORDER_UPDATES | Fault.MERGE_UPDATES:
                await self._hold(rule, message)
            case Fault.STALE_TICKS:
                self._old_tick = self._old_tick or message
                await self._send(self._old_tick)
            case _:
                await self._cut(message)

    async def _hold(self, rule: Rule, message: Message) -> None:
        """A second update on hold lets the first go: after the newer when reordering, never when merging."""
        merge = rule.fault is Fault.MERGE_UPDATES
        if self._held is not None:
            await self._pass_update(message)
            return
        self._held, self._merge = message, merge
        seconds = WAIT_SECONDS if rule.seconds is None else rule.seconds
        self._later(seconds, message, only_if_held=True)

    def _later(self, seconds: float, message: Message, *, only_if_held: bool = False) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            if only_if_held:
                if self._held is not message:
                    return
                self._held = None
            await self._send(message)

        task = asyncio.ensure_future(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _cut(self, message: Message) -> None:
        """The frame's head and half its payload, then nothing more, ever."""
        write = self._socket.scope.get("state", {}).get("write")
        if write is not None:
            write(_half(message))
            await asyncio.sleep(FLUSH_SECONDS)
        abort(self._socket.scope)


def _half(message: Message) -> bytes:
    """The first half of a server's websocket frame (RFC 6455, section 5.2), its head whole."""
    text = message.get("text")
    payload: bytes = text.encode() if text is not None else message.get("bytes") or b""
    head = bytes([0x81 if text is not None else 0x82])
    if len(payload) < 126:
        head += bytes([len(payload)])
    elif len(payload) < 2**16:
        head += struct.pack("!BH", 126, len(payload))
    else:
        head += struct.pack("!BQ", 127, len(payload))
    return head + payload[: len(payload) // 2]
