"""The names of everything that can go wrong, and of the calls it can happen to."""

from __future__ import annotations

from enum import StrEnum

BROKERS = ("kite", "upstox", "groww", "mock")

# What a request is called, alike at all brokers. `ticks` and `order_updates` are the websockets; one socket for both
# is `ticks`.
STREAMS = frozenset({"ticks", "order_updates"})
# Calls that fail together when a part of a broker is down; a rule's `call` may name one of these.
GROUPS: dict[str, frozenset[str]] = {
    "session_api": frozenset({"login", "token", "authorise", "ip"}),
    "order_api": frozenset(
        {"place", "modify", "cancel", "multi_place", "cancel_all", "exit_all", "kill_switch", "convert"}
        | {"gtt_place", "gtt_modify", "gtt_cancel"}
    ),
    "book_api": frozenset(
        {"orders", "order", "order_history", "trades", "order_trades", "gtts", "gtt", "alerts", "postback"}
    ),
    "portfolio_api": frozenset(
        {"profile", "funds", "holdings", "positions", "margin", "charges", "contract_note", "statement"}
    ),
    "data_api": frozenset(
        {"instruments", "quote", "ltp", "ohlc", "candles", "option_chain", "search", "holidays"}
        | {"market_status"}
    ),
}
CALLS = STREAMS.union(*GROUPS.values())


class Fault(StrEnum):
    """The comment says what the client sees. "Processed" means that the broker did what was asked."""

    # a request
    DELAY = "delay"  # processed `seconds` late, even when the client has left, and answered then
    LATE_ANSWER = "late_answer"  # processed at once, answered `seconds` late: updates overtake the answer
    TIMEOUT_BEFORE = "timeout_before"  # not processed; silence for `seconds`, then a cut connection
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"  # processed; the same silence
    ERROR_5XX_BEFORE = "error_5xx_before"  # not processed; `status` 502 (503, 504), a page of `body`
    ERROR_5XX_AFTER_ACCEPT = "error_5xx_after_accept"  # processed; the same page
    ERROR_400_AFTER_ACCEPT = "error_400_after_accept"  # processed; "timed out", in the broker's words
    RATE_LIMIT = "rate_limit"  # not processed; the broker's own 429, or with `body` another one
    DROP_REQUEST = "drop_request"  # not processed; the connection is cut at once
    DROP_ANSWER = "drop_answer"  # processed; cut in the middle of the answer
    TRICKLE = "trickle"  # processed; the answer's bytes come one after another over `seconds`
    STALE_READS = "stale_reads"  # orders, trades and positions answer what was true `seconds` ago
    CHANGED_DUMP = "changed_dump"  # the instrument file comes with doubled ticks and lots
    # a session or the broker's rules
    EXPIRE_TOKEN = "expire_token"  # at once, or at the matching request when `call` is given
    IP_NOT_ALLOWED = "ip_not_allowed"  # not processed; the address is not on the list
    SERVICE_HOURS = "service_hours"  # not processed; the API is closed at this hour
    KILL_SWITCH = "kill_switch"  # not processed; trading is switched off for the account
    CLOCK_SKEW = "clock_skew"  # the broker's stamps are `seconds` ahead (negative: behind), until removed
    # the whole broker
    OUTAGE = "outage"  # connections are cut and refused until the rule goes
    # websockets
    DROP_SOCKET = "drop_socket"  # open ones are cut; new ones too, with `times` or `seconds`
    DROP_MID_MESSAGE = "drop_mid_message"  # a message begins, then the socket is cut
    STALL = "stall"  # open, silent, and what was to be sent is lost; until `seconds` are over
    DROP_UPDATE = "drop_update"  # an order update is never sent
    DUPLICATE_UPDATE = "duplicate_update"  # it is sent twice
    REORDER_UPDATES = "reorder_updates"  # it is sent after the next one
    MERGE_UPDATES = "merge_updates"  # only the newer of two is sent
    LATE_UPDATE = "late_update"  # it is sent `seconds` late
    STALE_TICKS = "stale_ticks"  # the old prices are sent again
    # an order, inside the broker (see `backoffice.mishap`)
    LATE_ACCEPT = "late_accept"
    STUCK = "stuck"
    LATE_REJECT = "late_reject"
    PARTIAL_THEN_CANCEL = "partial_then_cancel"
    LATE_FILL = "late_fill"
    DUPLICATE_ORDER = "duplicate_order"
    CANCEL_LOST_RACE = "cancel_lost_race"
    CHANGE_LOST = "change_lost"
    PARTIAL_SUCCESS = "partial_success"  # of several orders in one request every second one fails


# Order updates or ticks: the frames of an open websocket.
UPDATE_FAULTS = frozenset(
    {Fault.DROP_UPDATE, Fault.DUPLICATE_UPDATE, Fault.REORDER_UPDATES, Fault.MERGE_UPDATES, Fault.LATE_UPDATE}
)
FRAME_FAULTS = UPDATE_FAULTS | {Fault.STALE_TICKS, Fault.DROP_MID_MESSAGE}
STREAM_FAULTS = FRAME_FAULTS | {Fault.DROP_SOCKET, Fault.STALL}
# In force while the rule is there, matched against no request.
STANDING = frozenset({Fault.OUTAGE, Fault.STALL, Fault.CLOCK_SKEW})
MISHAPS = frozenset(
    {Fault.LATE_ACCEPT, Fault.STUCK, Fault.LATE_REJECT, Fault.PARTIAL_THEN_CANCEL, Fault.LATE_FILL}
    | {Fault.DUPLICATE_ORDER, Fault.CANCEL_LOST_RACE, Fault.CHANGE_LOST, Fault.PARTIAL_SUCCESS}
)
# Which calls a fault is for when the rule names none; the others may hit any request.
USUAL_CALLS: dict[Fault, frozenset[str]] = {
    **{fault: frozenset({"place", "multi_place"}) for fault in MISHAPS},
    Fault.CANCEL_LOST_RACE: frozenset({"cancel"}),
    Fault.CHANGE_LOST: frozenset({"modify"}),
    Fault.PARTIAL_SUCCESS: frozenset({"multi_place", "cancel_all", "exit_all", "place"}),
    Fault.STALE_READS: GROUPS["book_api"] | {"positions"},
    Fault.CHANGED_DUMP: frozenset({"instruments"}),
    Fault.SERVICE_HOURS: GROUPS["order_api"] | GROUPS["book_api"] | GROUPS["portfolio_api"],
    Fault.IP_NOT_ALLOWED: GROUPS["order_api"],
    Fault.KILL_SWITCH: frozenset({"place", "multi_place", "modify", "gtt_place"}),
    Fault.ERROR_400_AFTER_ACCEPT: GROUPS["order_api"],
}
NEEDS_SECONDS = frozenset(
    {Fault.DELAY, Fault.LATE_ANSWER, Fault.TRICKLE, Fault.STALE_READS, Fault.CLOCK_SKEW, Fault.LATE_UPDATE}
    | {Fault.LATE_ACCEPT, Fault.STUCK, Fault.LATE_REJECT, Fault.LATE_FILL}
)


def calls_of(name: str | None, fault: Fault) -> frozenset[str] | None:
    """The calls that a rule's `call` stands for: one call, a group of them, or None for any."""
    if name is None:
        return USUAL_CALLS.get(fault)
    return GROUPS.get(name) or frozenset({name})
