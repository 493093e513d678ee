"""The words of the description of the API that belong to no single operation."""

from __future__ import annotations

INTRODUCTION = """
One command centre over the broker accounts a trader already has.

* **Tokens.** `Authorization: Bearer <token>`: the access token of a login (`POST /v1/users/login`), or a personal token
  (`tm_...`) for programs, limited to its scopes and its policy. Each operation says which of them it takes.
* **Money** is decimal text in rupees (`"1512.35"`), never a JSON number. **Times** are RFC 3339 with `+05:30`.
* **Errors** are `application/problem+json` with a stable `code`, and the `field`, the `rule` and the `fix` where there
  are any. Each operation lists its codes; docs/reference/errors.md says what they mean.
* **Idempotency.** What must not exist twice takes an `Idempotency-Key`: the same key does it once, however often sent.
* **Asked again and again?** Answers to GET carry an `ETag`; with `If-None-Match` what has not changed is a 304.
* **Limits** are told in `RateLimit` and `RateLimit-Policy`; a 429 says in `Retry-After` how long to wait.
* **Going away?** An operation that will be removed says so in `Deprecation` and `Sunset`, half a year before.

The Python client and the command line are `trademaster-client`; docs/api has the rest, with examples that run.
"""

TAGS: dict[str, str] = {
    "meta": "Whether it runs, which version, and when the exchanges are open. Needs no token.",
    "identity": "Signing up and in, the second factor, passkeys, logins on other devices. For people.",
    "tokens": "Personal tokens for programs: made, limited by a policy, changed, rotated, revoked. For people.",
    "accounts": "Broker accounts: connecting them, their logins, how they do, where orders leave from.",
    "brokers": "What each broker can do.",
    "orders": "Orders over all accounts: previewed, placed once, changed, cancelled; positions left and converted.",
    "conditionals": "Orders that a broker keeps until a price comes (GTT, OCO).",
    "limits": "Your own limits of an order and a day, and the policy by which orders are routed.",
    "kill switch": "Stops all trading, and tells what is proven.",
    "portfolio": "Holdings, positions and what they earned, over all accounts; a broker that is missing is named.",
    "performance": "Returns, the curve of worth, and the money that came and went.",
    "trades": "Every trade of every account, and tradebooks brought in.",
    "funds": "Cash and margin; moving money at the mock broker.",
    "charges": "What a trade costs at every broker, before and after it.",
    "market": "Instruments, quotes, depth and candles.",
    "options": "Option chains, greeks and payoffs.",
    "watchlists": "Lists of instruments.",
    "alerts": "Price alerts, and what was told.",
    "attention": "What needs a person now.",
    "hooks": "Addresses at which TradingView and other senders of alerts place orders by a personal token.",
    "webhooks": "Servers of yours that are told what happens, in signed messages.",
    "approvals": "Orders beyond a token's policy that wait for their person. Said yes or no by a login.",
    "audit": "What was done in your name: every order, login, token and setting.",
    "my data": "All that is kept of you, as a file; and leaving.",
    "operator": "For operators: users, accounts, unclear orders, jobs, the audit log; nothing of what is theirs.",
    "exports": "Tables as CSV.",
    "sandbox": "The simulated market and its faults; only where there is one.",
}

WHO: dict[str, str] = {
    "anybody": "No token is needed.",
    "login": "Takes a login; no personal token.",
    "read": "Takes a login, or a personal token with the scope `read`.",
    "trade": "Takes a login, or a personal token with the scope `trade`, within its policy.",
    "asked": "Takes a login, or a personal token with the scope `read` or `trade`: what it asked itself.",
    "funds": "Takes a login, or a personal token with the scope `funds`.",
}
LOGIN = "The access token of a login, from `POST /v1/users/login`; good for a quarter of an hour."
PERSONAL = "A personal token (`tm_...`), made on the screen under Settings, Tokens."

HEADERS: dict[str, str] = {
    "X-Request-ID": "Names this request in the logs.",
    "RateLimit": "How much room is left and when there is more (draft-ietf-httpapi-ratelimit-headers).",
    "RateLimit-Policy": "The limits that counted.",
    "Retry-After": "Seconds to wait.",
    "ETag": "Names this state of the answer, for If-None-Match.",
    "Idempotency-Replayed": "`true`: this is the answer to an earlier request with the same key.",
}
UNCHANGED = "It is still what `If-None-Match` says; there is no body."
