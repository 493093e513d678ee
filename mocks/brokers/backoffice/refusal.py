"""Why a back office says no: one exception, a stable code and the numbers behind it.

A broker server turns a `Refusal` into its own envelope, status and words.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Neutral reasons. The comment names the fields that come with each."""

    BAD_LOGIN = "bad_login"
    UNKNOWN_USER = "unknown_user"
    UNKNOWN_APP = "unknown_app"
    BAD_REDIRECT = "bad_redirect"
    BAD_CODE = "bad_code"  # login code unknown, used, too old, or of another app
    NO_SESSION = "no_session"  # access token unknown
    SESSION_EXPIRED = "session_expired"
    UNKNOWN_INSTRUMENT = "unknown_instrument"  # key
    NOT_TRADABLE = "not_tradable"  # key: an index
    BAD_QUANTITY = "bad_quantity"
    LOT = "lot"  # lot
    FREEZE = "freeze"  # freeze
    TICK = "tick"  # tick (paise), price (paise)
    BAND = "band"  # low, high (paise), price
    BAD_PRICE = "bad_price"
    BAD_TRIGGER = "bad_trigger"
    TRIGGER_REACHED = "trigger_reached"  # last_price
    BAD_DISCLOSED = "bad_disclosed"
    BAD_VALIDITY = "bad_validity"
    BAD_PRODUCT = "bad_product"  # product, kind
    INSUFFICIENT_FUNDS = "insufficient_funds"  # needs, has (paise)
    INSUFFICIENT_HOLDINGS = "insufficient_holdings"  # needs, has (shares)
    NEEDS_AUTHORISATION = "needs_authorisation"  # needs, has (shares)
    UNKNOWN_ORDER = "unknown_order"  # order_id
    NOT_OPEN = "not_open"  # stage
    BELOW_FILLED = "below_filled"  # filled
    TOO_MANY_CHANGES = "too_many_changes"  # limit
    BEING_PROCESSED = "being_processed"  # stage: not at the exchange yet, or a change is on its way
    BLOCKED = "blocked"  # segment: the client's kill switch is on
    AMO_HOURS = "amo_hours"  # an after-market order while the market is open
    BAD_ICEBERG = "bad_iceberg"  # legs, quantity (shares of a leg)
    BAD_CONDITION = "bad_condition"  # a trigger, a gap or a set of legs that cannot be
    UNKNOWN_CONDITION = "unknown_condition"  # conditional_id
    TOO_MANY_CONDITIONS = "too_many_conditions"  # limit
    NO_POSITION = "no_position"  # has (shares)
    INTRADAY_OVER = "intraday_over"  # past the broker's square-off hour
    UNKNOWN_AUTHORISATION = "unknown_authorisation"
    NO_CONTRACT_NOTE = "no_contract_note"  # nothing was traded on that day
    CLOSED = "closed"  # the market is shut
    EXCHANGE = "exchange"  # reason: any other word of the exchange


class Refusal(Exception):
    """A definite no. `fields` are integers (paise, shares) or short strings, as `Code` says."""

    def __init__(self, code: Code, message: str, **fields: int | str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields: dict[str, int | str] = fields
