"""Random cases: configs and command lists, few prices and few clients so that everything meets.

`scripts` are hypothesis strategies, short and shrinking to the smallest break; `long_case` is a seeded flow of
hundreds of commands, where books get deep. In both, changes and cancels go to orders that came before.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Configs = st.SearchStrategy[Json]
Scripts = st.SearchStrategy[list[Json]]

IDS = st.integers(0, 40)  # which of the orders so far is meant; `named` makes ids of them
PRICES = st.integers(95, 105)
SIZES = st.integers(1, 30)
PHASES = ["continuous", "continuous", "preopen", "limit_only", "matching", "post_close", "halted", "closed"]

SWITCHES: dict[str, Any] = {
    "stp": st.sampled_from(["none", "cancel_passive", "cancel_active"]),
    "dq_replenish": st.sampled_from(["lose", "keep"]),
    "market_residual": st.sampled_from(["ltp", "cancel"]),
    "sl_on_entry": st.sampled_from(["reject", "trigger"]),
    "auction_priority": st.sampled_from(["limit_first", "market_first"]),
    "halt_purges": st.booleans(),
}
MARKETS: dict[str, Any] = {
    "ltp": st.sampled_from([100, 99, 101, None]),
    "prev_close": st.sampled_from([100, 98, None]),
    "band": st.sampled_from([None, [96, 104], [90, 110]]),
    "tick": st.sampled_from([1, 1, 1, 1, 2]),
    "lot": st.sampled_from([1, 1, 1, 1, 5]),
    "freeze": st.sampled_from([None, None, None, 25]),
}


def configs(**fixed: Any) -> Configs:
    """Any switches and any market; `fixed` values stay."""
    free = {name: choice for name, choice in {**SWITCHES, **MARKETS}.items() if name not in fixed}
    return st.fixed_dictionaries(free).map(lambda config: {**config, **fixed})


@st.composite
def orders(draw: st.DrawFn, types: tuple[str, ...], validities: tuple[str, ...], disclosing: bool) -> Json:
    type_ = draw(st.sampled_from(types))
    command: Json = {
        "op": "add", "id": draw(IDS), "side": draw(st.sampled_from("BS")), "type": type_, "qty": draw(SIZES),
        "client": draw(st.sampled_from(["", "", "X", "Y"])), "validity": draw(st.sampled_from(validities)),
    }  # fmt: skip
    if type_ in ("LIMIT", "SL") or draw(st.integers(0, 9)) == 9:
        command["price"] = draw(PRICES)
    if type_ in ("SL", "SL-M"):
        command["trigger"] = draw(PRICES)
    if type_ in ("MARKET", "SL-M") and draw(st.booleans()):
        command["protection_pct"] = draw(st.sampled_from([0, 1, 2.5, 4]))
    if command["validity"] == "TTL":
        command["ttl"] = draw(st.integers(0, 4))
    if disclosing and draw(st.integers(0, 3)) == 3:
        command["disclosed"] = draw(st.integers(1, 10))
    return command


def limits() -> Configs:
    return orders(("LIMIT",), ("DAY",), disclosing=False)


def anything() -> Configs:
    return orders(
        ("LIMIT", "LIMIT", "LIMIT", "MARKET", "SL", "SL-M"), ("DAY", "DAY", "DAY", "IOC", "TTL"), True
    )


def collected() -> Configs:
    """What an auction takes."""
    return orders(("LIMIT", "LIMIT", "MARKET"), ("DAY",), disclosing=False)


CHANGES: Configs = st.fixed_dictionaries(
    {"op": st.just("modify"), "id": IDS},
    optional={
        "qty": SIZES, "price": PRICES, "trigger": PRICES, "disclosed": st.integers(0, 10),
        "type": st.sampled_from(["LIMIT", "MARKET", "SL", "SL-M"]),
        "validity": st.sampled_from(["DAY", "IOC", "TTL"]),
    },
)  # fmt: skip
PLAIN_CHANGES: Configs = st.fixed_dictionaries(
    {"op": st.just("modify"), "id": IDS}, optional={"qty": SIZES, "price": PRICES}
)
CANCELS: Configs = st.fixed_dictionaries({"op": st.just("cancel"), "id": IDS})
PRINTS: Configs = st.fixed_dictionaries({"op": st.just("ltp"), "price": PRICES})
TIME: Configs = st.fixed_dictionaries({"op": st.just("advance"), "minutes": st.integers(0, 3)})
AUCTION: Configs = st.just({"op": "auction"})
HALT: Configs = st.just({"op": "halt"})
CLOSE: Configs = st.just({"op": "close"})
RESUMES: Configs = st.fixed_dictionaries(
    {"op": st.just("resume")}, optional={"phase": st.sampled_from(["continuous", "preopen"])}
)
PHASE_CHANGES: Configs = st.fixed_dictionaries(
    {"op": st.just("phase"), "phase": st.sampled_from(PHASES)}, optional={"price": PRICES}
)
BANDS: Configs = st.tuples(st.integers(90, 99), st.integers(101, 110)).map(
    lambda band: {"op": "band", "low": band[0], "high": band[1]}
)
RANGES: Configs = st.one_of(
    st.just({"op": "range"}),
    st.tuples(st.integers(94, 99), st.integers(101, 106)).map(
        lambda limits: {"op": "range", "low": limits[0], "high": limits[1]}
    ),
)


def named(script: list[Json]) -> list[Json]:
    """Give new orders new ids, save a few that repeat one; point the rest at what came before."""
    ids: list[str] = []
    found = []
    for command in script:
        command = dict(command)
        if command["op"] == "add" and (command["id"] != 40 or not ids):
            ids.append(f"o{len(ids)}")
            command["id"] = ids[-1]
        elif "id" in command:
            command["id"] = ids[-1 - command["id"] % len(ids)] if ids else "nobody"
        found.append(command)
    return found


def scripts(*choices: Configs, shortest: int = 6, longest: int = 40) -> Scripts:
    return st.lists(st.one_of(*choices), min_size=shortest, max_size=longest).map(named)


CONTINUOUS = scripts(limits(), anything(), anything(), CHANGES, PLAIN_CHANGES, CANCELS, PRINTS, TIME)
WHOLE_DAYS = scripts(
    limits(), anything(), anything(), collected(), collected(), CHANGES, PLAIN_CHANGES, CANCELS, PRINTS, TIME,
    AUCTION, HALT, CLOSE, RESUMES, RESUMES, PHASE_CHANGES, BANDS, RANGES,
)  # fmt: skip
AUCTIONS = scripts(collected(), collected(), collected(), PLAIN_CHANGES, CANCELS, AUCTION)

# --- long flows -----------------------------------------------------------------------------------------------

OPS = {
    "add": 60, "modify": 20, "cancel": 6, "ltp": 3, "advance": 2, "auction": 1, "halt": 0.5, "close": 0.2,
    "resume": 2, "phase": 2, "band": 0.6, "range": 0.6,
}  # fmt: skip


TRADING = {"add": 60, "modify": 20, "cancel": 6, "ltp": 2, "advance": 2, "range": 0.6}  # continuous alone
OPENINGS = {"add": 60, "modify": 12, "cancel": 6, "auction": 5, "resume": 5}


def long_case(seed: int, length: int = 250, ops: Mapping[str, float] = OPS) -> tuple[Json, list[Json]]:
    """A config and a flow of `length` commands, by default through every phase; the same for the same seed."""
    draw = Random(seed)
    config: Json = {
        "stp": draw.choice(["none", "cancel_passive", "cancel_active"]),
        "dq_replenish": draw.choice(["lose", "keep"]), "market_residual": draw.choice(["ltp", "ltp", "cancel"]),
        "sl_on_entry": draw.choice(["reject", "trigger"]),
        "auction_priority": draw.choice(["limit_first", "market_first"]), "halt_purges": draw.random() < 0.3,
        "phase": draw.choice(["continuous", "preopen"]) if "auction" in ops else "continuous",
        "ltp": draw.choice([None, 100]),
        "prev_close": draw.choice([None, 98, 100]), "band": draw.choice([None, [92, 108]]),
    }  # fmt: skip
    words = draw.choices(list(ops), list(ops.values()), k=length)
    return config, named([_long_command(word, draw) for word in words])


def long_cases(
    ops: Mapping[str, float] = OPS, length: int = 100
) -> st.SearchStrategy[tuple[Json, list[Json]]]:
    return st.integers(0, 10**6).map(lambda seed: long_case(seed, length, ops))


def _long_command(op: str, draw: Random) -> Json:
    command: Json = {"op": op}
    match op:
        case "add":
            return command | _long_order(draw)
        case "modify":
            change = draw.choice(["qty", "qty", "price", "price", "trigger", "disclosed", "type", "validity"])
            value: Any = draw.randint(95, 105)
            if change in ("qty", "disclosed"):
                value = draw.randint(0, 40) if change == "qty" else draw.randint(0, 10)
            elif change in ("type", "validity"):
                words = ["LIMIT", "MARKET", "SL", "SL-M"] if change == "type" else ["DAY", "IOC", "TTL"]
                value = draw.choice(words)
            command |= {"id": draw.randrange(12), change: value}
            if draw.random() < 0.3:
                command |= {"price": draw.randint(95, 105), "trigger": draw.randint(95, 105)}
        case "cancel":
            command["id"] = draw.randrange(20)
        case "ltp":
            command["price"] = draw.randint(96, 104)
        case "advance":
            command["minutes"] = draw.randint(0, 2)
        case "resume":
            command["phase"] = draw.choice(["continuous", "continuous", "preopen"])
        case "phase":
            command |= {"phase": draw.choice(PHASES), "price": draw.choice([0, 99, 100])}
        case "band":
            command |= {"low": draw.randint(90, 96), "high": draw.randint(104, 110)}
        case "range" if draw.random() < 0.7:
            command |= {"low": draw.randint(93, 97), "high": draw.randint(103, 107)}
    return command


def _long_order(draw: Random) -> Json:
    """Prices lie on the far side of 100 more often than not, so that books get deep; stops lie beyond the market."""
    side = draw.choice("BS")
    sign = 1 if side == "B" else -1
    type_ = draw.choice(["LIMIT"] * 7 + ["MARKET", "MARKET", "SL", "SL-M"])
    found: Json = {
        "id": 40 if draw.random() < 0.01 else 0, "side": side, "type": type_, "qty": draw.randint(1, 30),
        "client": draw.choice(["", "", "", "X", "Y"]), "validity": draw.choice(["DAY"] * 8 + ["IOC", "TTL"]),
        "ttl": draw.randint(1, 3),
    }  # fmt: skip
    if type_ == "LIMIT":
        found["price"] = 100 - sign * draw.choice([-3, -1, 0, 1, 1, 2, 2, 3, 4])
    elif type_ == "MARKET" or draw.random() < 0.5:
        found["protection_pct"] = draw.choice([None, 1, 2.5])
    if type_ in ("SL", "SL-M"):
        found["trigger"] = 100 + sign * draw.randint(-1, 4)
        found["price"] = found["trigger"] + sign * draw.randint(0, 3)
    if draw.random() < 0.2:
        found["disclosed"] = draw.randint(1, 8)
    return found
