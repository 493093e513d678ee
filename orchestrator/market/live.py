"""One socket of live prices, from its first message to its end."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.http.frames import frames_of
from orchestrator.http.together import until_one_ends
from orchestrator.instruments.service import Instruments
from orchestrator.market.audience import Audience
from orchestrator.market.caller import TOO_MANY, Caller, Refused, read, receive_text
from orchestrator.market.following import ACTIONS, Allowance, Following, Options, named
from orchestrator.schemas import in_ist


class LiveSocket:
    """Prices to one client, as it wants them."""

    def __init__(
        self,
        socket: WebSocket,
        caller: Caller,
        *,
        audience: Audience,
        instruments: Instruments,
        options: Options,
    ) -> None:
        self._socket, self._caller, self._audience = socket, caller, audience
        self._allowance = Allowance()
        self._following = Following(
            frames_of(socket.scope), caller.say, audience=audience, instruments=instruments, options=options
        )

    async def run(self) -> None:
        """Until the client leaves, its token ends, or it will not keep to the limits."""
        user_id = self._caller.user_id
        assert user_id is not None
        try:
            self._audience.enter(user_id)
        except Refused as error:
            await self._caller.dismiss(error.body, TOO_MANY)
            return
        try:
            await until_one_ends(
                self._listen(), self._following.out.catch_up(), self._beat(), self._caller.until_expired()
            )
        except (WebSocketDisconnect, RuntimeError):
            return  # starlette says RuntimeError for a send after the end
        finally:
            self._following.end()
            self._audience.leave(user_id)

    async def _listen(self) -> None:
        while True:
            message: dict[str, object] = {}
            try:
                text = await receive_text(self._socket)
                self._allowance.take(asyncio.get_running_loop().time())
                message = read(text)
                await self._obey(message)
            except Refused as error:
                await self._caller.say(error.body | named(message))
                if error.code == "message_too_long" or self._allowance.overdrawn:
                    await self._caller.dismiss(error.body, TOO_MANY)
                    return

    async def _obey(self, message: dict[str, object]) -> None:
        action = message.get("action")
        if action in ACTIONS:
            await self._following.obey(message)
        elif action == "auth":
            await self._caller.take(str(message.get("token", "")))
            if named(message):
                await self._caller.say({"type": "ok"} | named(message))
        else:
            raise Refused("unknown_action", f"action is {', '.join(ACTIONS)} or auth, not {action!r}")

    async def _beat(self) -> None:
        """A quiet market is told from a dead connection; the server's own pings find clients that are gone."""
        while True:
            await asyncio.sleep(self._audience.heartbeat)
            await self._caller.say({"type": "heartbeat", "at": in_ist(self._audience.clock())})
