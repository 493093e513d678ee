"""Kite's instrument dump: gzipped CSV, made once a day, no login needed."""

from __future__ import annotations

import gzip

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.kite.reply import bad_input
from mocks.brokers.kite.tokens import SEGMENTS, Tokens
from mocks.exchange.model import Instrument, Kind

HEADER = (
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
    "instrument_type,segment,exchange"
)


class Dump:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens
        self._made: dict[str, bytes] = {}
        self._day = office.exchange.day

    async def instruments(self, request: Request) -> Response:
        exchange = request.path_params.get("exchange", "")
        if exchange and exchange not in SEGMENTS:
            raise bad_input("Invalid `exchange`.")
        if self._day != self._office.exchange.day:  # other contracts, ticks and closes
            self._day = self._office.exchange.day
            self._made.clear()
        if exchange not in self._made:
            chosen = [
                one for one in self._office.exchange.instruments.values() if exchange in ("", one.exchange)
            ]
            text = "\n".join([HEADER, *(self._line(one) for one in chosen), ""])
            self._made[exchange] = gzip.compress(text.encode(), mtime=0)
        body = self._made[exchange]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(body, media_type="text/csv", headers={"content-encoding": "gzip"})
        return Response(gzip.decompress(body), media_type="text/csv")

    def _line(self, instrument: Instrument) -> str:
        """`last_price` is the previous close: the dump is made before the day begins and stays as it is."""
        index, contract = instrument.kind is Kind.INDEX, instrument.expiry != ""
        segment = "INDICES" if index else instrument.exchange
        if contract:
            segment += "-FUT" if instrument.kind is Kind.FUTURE else "-OPT"
        name = instrument.name if index or contract else instrument.name.upper().replace(",", " ")
        fields = (
            self._tokens.by_key[instrument.key],
            instrument.token,
            instrument.symbol,
            name,
            f"{instrument.prev_close / 100:.10g}",
            instrument.expiry,
            f"{instrument.strike / 100:.10g}",
            0 if index else f"{instrument.tick / 100:g}",
            0 if index else instrument.lot,
            "EQ" if index else instrument.kind.value,
            segment,
            instrument.exchange,
        )
        return ",".join(str(field) for field in fields)
