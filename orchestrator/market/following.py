"""What one socket follows of the live prices, and the newest of each to it at its own pace, never a queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from domain.instrument import InstrumentId
from domain.market import Mode
from orchestrator.http.frames import Frames
from orchestrator.instruments.service import Instruments
from orchestrator.market.audience import Audience
from orchestrator.market.caller import Refused
from orchestrator.market.conflating import Conflater
from orchestrator.market.prices import Seen
from orchestrator.market.wording import (
    RANKS,
    Form,
    json_price,
    json_prices,
    msgpack_price,
    msgpack_prices,
)
from orchestrator.schemas import in_ist

PACE = 25  # milliseconds between two messages about one price
PACES = range(20, 60_001)
BURST, PER_SECOND = 50, 10  # messages a client may send at once, and for long
PATIENCE = 100  # messages beyond that until the socket is closed
MOST_ERRORS = 20  # told of one message
LONGEST_ID = 64
ACTIONS = ("subscribe", "unsubscribe", "mode", "ping")

Say = Callable[[object], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Options:
    """How a client wants its prices: `batch`, several in one message; `pace` in seconds."""

    form: Form = Form.JSON
    batch: bool = False
    pace: float = PACE / 1000

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Options:
        """From the address. Raises Refused."""
        form, batch, pace = (query.get(name, usual) for name, usual in (
            ("format", Form.JSON.value), ("batch", "false"), ("pace", str(PACE)),
        ))  # fmt: skip
        if form not in set(Form):
            raise Refused("unknown_option", f"format is json or msgpack, not {form!r}")
        if batch not in ("true", "false"):
            raise Refused("unknown_option", f"batch is true or false, not {batch!r}")
        if not pace.isascii() or not pace.isdigit() or len(pace) > 6 or int(pace) not in PACES:
            raise Refused("unknown_option", f"pace is {PACES[0]} to {PACES[-1]} milliseconds, not {pace!r}")
        return cls(Form(form), batch == "true", int(pace) / 1000)


class Allowance:
    """How many messages a client may still send; `overdrawn` once it goes on and on."""

    def __init__(self) -> None:
        self._left, self._at, self._beyond = float(BURST), 0.0, 0

    @property
    def overdrawn(self) -> bool:
        return self._beyond > PATIENCE

    def take(self, now: float) -> None:
        """Raises Refused when there is none left."""
        self._left = min(float(BURST), self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            self._beyond += 1
            raise Refused("too_many_messages", f"at most {PER_SECOND} messages a second, {BURST} at once")
        self._left -= 1


class Following:
    """Follows what its client subscribes to. `say` sends an answer, `frames` the prices."""

    def __init__(
        self, frames: Frames, say: Say, *, audience: Audience, instruments: Instruments, options: Options
    ) -> None:
        self._frames, self._say, self._options = frames, say, options
        self._audience, self._hub, self._instruments = audience, audience.hub, instruments
        self._follows: dict[InstrumentId, Mode] = {}
        self._ranks: dict[Seen, int] = {}  # the same by where the price is
        self.out = Conflater(frames, audience, self._write, pace=options.pace)

    async def obey(self, message: dict[str, object]) -> None:
        """One of `ACTIONS`. Raises Refused for what is not understood or too much."""
        refused: list[Refused] = []
        match message.get("action"):
            case "subscribe":
                names, refused = self._names(message)
                self._follow(names, _mode(message) or Mode.LTP)
            case "mode":
                self._follow(*self._of_mode(message))
            case "unsubscribe":
                names, refused = self._names(message)
                self._unfollow([name for name in names if name in self._follows])
            case "ping":
                await self._say({"type": "pong", "at": in_ist(self._audience.clock())} | named(message))
                return
            case other:
                raise Refused("unknown_action", f"no action {other!r}")
        for error in refused[:MOST_ERRORS]:
            await self._say(error.body | named(message))
        if not refused and named(message):
            await self._say({"type": "ok"} | named(message))

    def end(self) -> None:
        """Follow nothing any more."""
        self._unfollow(list(self._follows))

    def _of_mode(self, message: dict[str, object]) -> tuple[list[InstrumentId], Mode]:
        """Without symbols, everything that is followed."""
        mode = _mode(message)
        if mode is None:
            raise Refused("unknown_mode", f"mode is one of {', '.join(Mode)}")
        names = list(self._follows)
        if "symbols" in message:
            names, refused = self._names(message)
            strange = [name for name in names if name not in self._follows]
            if refused:
                raise refused[0]
            if strange:
                raise Refused("not_subscribed", f"{strange[0]} is not subscribed", str(strange[0]))
        return names, mode

    def _names(self, message: dict[str, object]) -> tuple[list[InstrumentId], list[Refused]]:
        """Those that are known, each once, and what is wrong with the others."""
        symbols = message.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
            raise Refused("symbols_required", 'symbols is a list such as ["NSE:INFY"]')
        names: dict[InstrumentId, None] = {}
        refused: list[Refused] = []
        for text in symbols:
            try:
                names[self._name(text)] = None
            except Refused as error:
                refused.append(error)
        return list(names), refused

    def _name(self, text: str) -> InstrumentId:
        try:
            name = InstrumentId.parse(text)
        except ValueError as error:
            raise Refused("unknown_symbol", f"{text!r} is not of the form NSE:INFY", text) from error
        if self._instruments.get(name) is None:
            raise Refused("unknown_symbol", f"no broker lists {name}", text)
        return name

    # --- following -----------------------------------------------------------------------------------------------

    def _follow(self, names: list[InstrumentId], mode: Mode) -> None:
        """The newest of each that is known goes out at once."""
        new = sum(name not in self._follows for name in names)
        most = self._audience.symbols
        if len(self._follows) + new > most:
            raise Refused("too_many_symbols", f"one socket follows at most {most} instruments")
        before = {name: held for name in names if (held := self._follows.get(name)) is not None}
        self._hub.watch(names, mode)
        for held in Mode:
            self._hub.unwatch([name for name, one in before.items() if one is held], held)
        for name in names:
            seen = self._hub.prices.seen(name)
            self._follows[name], self._ranks[seen] = mode, RANKS[mode]
            seen.followers.add(self.out)
            if seen.price is not None:
                self.out.changed(seen)

    def _unfollow(self, names: list[InstrumentId]) -> None:
        for name in names:
            mode, seen = self._follows.pop(name), self._hub.prices.seen(name)
            del self._ranks[seen]
            self.out.forget(seen)
            seen.followers.discard(self.out)
            self._hub.unwatch([name], mode)

    # --- what the client gets ------------------------------------------------------------------------------------

    def _write(self, fresh: Iterable[Seen], now: float, now_ms: int) -> None:
        ranks, frames = self._ranks, self._frames
        prices = [(seen, ranks[seen]) for seen in fresh]
        json = self._options.form is Form.JSON
        if self._options.batch:
            if json:
                frames.text(json_prices(prices, now_ms))
            else:
                frames.binary(msgpack_prices(prices, now_ms))
            return
        for seen, rank in prices:
            if not frames.ready:
                self.out.changed(seen)
            elif json:
                frames.text(json_price(seen, rank, now_ms))
            else:
                frames.binary(msgpack_price(seen, rank, now_ms))


def _mode(message: dict[str, object]) -> Mode | None:
    """None where the message names none. Raises Refused."""
    word = message.get("mode")
    if word is None:
        return None
    if word not in tuple(Mode):  # of whatever type it is
        raise Refused("unknown_mode", f"mode is one of {', '.join(Mode)}, not {word!r}")
    return Mode(str(word))


def named(message: dict[str, object]) -> dict[str, object]:
    """The client's own name of a message comes back with the answer to it."""
    name = message.get("id")
    short = isinstance(name, int) or (isinstance(name, str) and len(name) <= LONGEST_ID)
    return {"id": name} if short else {}
