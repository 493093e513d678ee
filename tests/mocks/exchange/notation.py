"""Books and commands as text, so that a rule's test reads like its sentence.

`a B 10 @100` is a limit order, `b S 10 MKT` a market order, `c B 10 @101 SL 100` and `d B 10 SLM 100` stops; behind
them `IOC`, `TTL 5`, `DQ 4`, `PROTECT 2`, `client X`. `modify a qty 5 price 99`, `cancel a`, `ltp 100`, `advance 5`,
`auction`, `halt`, `resume preopen`, `close` are themselves, and so are the further commands of `drive.py`: `phase
post_close 100`, `band 90 110`, `range 95 105`, `range off`, `modify a type MARKET`. A book side is `100 15/10 a,b` a
level: total/displayed.
"""

from __future__ import annotations

from typing import Any

from tests.mocks.exchange.drive import drive

Json = dict[str, Any]
MODIFIABLE = ("qty", "price", "trigger", "disclosed")


def command(line: str) -> Json:
    words = line.split()
    if words[0] in ("auction", "halt", "close"):
        return {"op": words[0]}
    if words[0] == "resume":
        return {"op": "resume", "phase": words[1]}
    if words[0] == "cancel":
        return {"op": "cancel", "id": words[1]}
    if words[0] == "ltp":
        return {"op": "ltp", "price": int(words[1])}
    if words[0] == "advance":
        return {"op": "advance", "minutes": int(words[1])}
    if words[0] == "phase":
        return {"op": "phase", "phase": words[1], "price": int(words[2]) if words[2:] else 0}
    if words[0] == "range" and words[1] == "off":
        return {"op": "range"}
    if words[0] in ("band", "range"):
        return {"op": words[0], "low": int(words[1]), "high": int(words[2])}
    if words[0] == "modify":
        changes = dict(zip(words[2::2], words[3::2], strict=True))
        assert set(changes) <= {*MODIFIABLE, "type"}
        values = {name: word if name == "type" else int(word) for name, word in changes.items()}
        return {"op": "modify", "id": words[1], **values}
    return order(words)


def order(words: list[str]) -> Json:
    found: Json = {"op": "add", "id": words[0], "side": words[1], "type": "LIMIT", "qty": int(words[2])}
    rest = iter(words[3:])
    for word in rest:
        match word:
            case "MKT":
                found["type"] = "MARKET"
            case "SL" | "SLM":
                found["type"] = "SL" if word == "SL" else "SL-M"
                found["trigger"] = int(next(rest))
            case "IOC":
                found["validity"] = "IOC"
            case "TTL":
                found |= {"validity": "TTL", "ttl": int(next(rest))}
            case "DQ":
                found["disclosed"] = int(next(rest))
            case "PROTECT":
                found["protection_pct"] = int(next(rest))
            case "client":
                found["client"] = next(rest)
            case _:
                assert word.startswith("@"), word
                found["price"] = int(word[1:])
    return found


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]


def play(text: str, **config: Any) -> Json:
    """Run commands given as text, one a line or divided by semicolons."""
    return drive(config, [command(line) for line in lines(text)]).result()


def trades(result: Json) -> list[str]:
    """`buyer<seller quantity@price` of every trade."""
    return [f"{trade['buy']}<{trade['sell']} {trade['qty']}@{trade['price']}" for trade in result["trades"]]


def side(levels: list[list[Any]]) -> list[str]:
    return [f"{price} {total}/{shown} {','.join(ids)}" for price, total, shown, ids in levels]


def bids(result: Json) -> list[str]:
    return side(result["book"]["bids"])


def asks(result: Json) -> list[str]:
    return side(result["book"]["asks"])


def state(result: Json, id_: str) -> str:
    word, filled = result["orders"][id_]
    return f"{word} {filled}"


def rejects(result: Json) -> list[str]:
    return [f"{id_} {reason}" for _, id_, reason in result["rejects"]]
