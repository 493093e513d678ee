"""Every number that the product tells about itself, declared in one place: counted wherever it happens.

No label names a person, an account, an order or an instrument: the number of series is bounded by the code. Times are
in seconds. What is read at the moment of asking (`orchestrator/probes`) is a gauge.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

PREFIX = "trademaster"
ANSWERS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OVERHEAD = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 1)
SHORT = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(name, says, labels, namespace=PREFIX, registry=REGISTRY)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return Gauge(name, says, labels, namespace=PREFIX, registry=REGISTRY)


def _histogram(name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(name, says, labels, namespace=PREFIX, registry=REGISTRY, buckets=buckets)


# --- requests -----------------------------------------------------------------------------------------------------

HTTP_REQUESTS = _counter(
    "http_requests", "Answers, by class of their status (2xx ... 5xx).", "method", "route", "status"
)
HTTP_SECONDS = _histogram(
    "http_request_seconds", "From the request's head to the end of its answer.", ANSWERS, "method", "route"
)
HTTP_IN_FLIGHT = _gauge("http_requests_in_flight", "Requests that are being answered.")
SOCKETS = _gauge("sockets", "Open websockets: of prices, or of events.", "kind")

# --- orders -------------------------------------------------------------------------------------------------------

ORDER_OVERHEAD = _histogram(
    "order_overhead_seconds",
    "Of a request that sent orders: its whole time but for the time that we waited for brokers.",
    OVERHEAD,
)
ORDERS_UNKNOWN = _gauge("orders_unknown", "Parts of orders without a clear answer, being looked for.")
ORDERS_UNKNOWN_AGE = _gauge(
    "orders_unknown_age_seconds", "Since the oldest order without a clear answer was made; 0: there is none."
)
RECONCILED_AT = _gauge(
    "reconciler_last_pass_timestamp_seconds", "When unclear orders were last looked through."
)

# --- brokers ------------------------------------------------------------------------------------------------------

BROKER_SECONDS = _histogram(
    "broker_call_seconds",
    "The broker's time alone, of calls that left.",
    (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5, 8),
    "broker",
    "call",
)
BROKER_CALLS = _counter(
    "broker_calls",
    "How calls that left ended: ok, rejected, barred, session, unavailable, unknown.",
    "broker",
    "call",
    "outcome",
)
BREAKERS = _gauge("breakers", "Accounts whose breaker stands so.", "broker", "calls", "state")
ACCOUNTS = _gauge("accounts", "Accounts that this process holds, by state.", "broker", "state")
READING_AGE = _gauge(
    "reading_age_seconds", "Of the oldest numbers among accounts that are logged in.", "broker"
)

# --- the market ---------------------------------------------------------------------------------------------------

MARKET_OPEN = _gauge("market_open", "1 while the cash market trades continuously.")
FEEDS = _gauge("feeds", "Connections for prices that carry something: up, or down.", "broker", "state")
FEED_AGE = _gauge("feed_age_seconds", "Since the last price of the freshest feed that carries any.", "broker")
TICKS = _counter("ticks", "Prices that brokers' feeds told this process.")
TICK_SECONDS = _histogram(
    "tick_seconds", "From when a changed price may leave to when all sockets that want it have it.", SHORT
)

# --- this process -------------------------------------------------------------------------------------------------

BUILD = _gauge("build_info", "1, with what runs.", "version", "role")
LOOP_LAG = _histogram("loop_lag_seconds", "How late the event loop wakes who asked to be woken.", SHORT)
LOOP_FAILURES = _counter("loop_failures", "Background loops that failed and were begun again.", "loop")
BUGS = _counter("bugs", "Requests that ended in a fault of ours.")
DATABASE_SECONDS = _histogram("database_seconds", "A transaction, with the wait for its turn.", SHORT, "kind")
DATABASE_WAITING = _gauge("database_waiting", "Transactions that wait for their turn.")
CLOCK_SKEW = _gauge("clock_skew_seconds", "This machine's clock less that of the database or Redis.", "of")
PART_UP = _gauge("part_up", "1 while this part answers: database, migrations, bus, clock.", "part")

# --- events and queues --------------------------------------------------------------------------------------------

OUTBOX_LAG = _gauge("outbox_lag_seconds", "Since the oldest event that was written and not sent on.")
OUTBOX_WAITING = _gauge("outbox_waiting", "Events that were written and not sent on.")
DEAD_LETTERS = _gauge("dead_letters", "Events that their consumer gave up.", "group")
QUEUE_WAITING = _gauge("queue_waiting", "Letters and messages that are due and not sent.", "queue")

# --- leases -------------------------------------------------------------------------------------------------------

LEASE_MOVES = _counter("lease_moves", "Leases that this process took from another owner or from nobody.")
LEASES_HELD = _gauge("leases_held", "Leases that this process holds.")

# --- jobs ---------------------------------------------------------------------------------------------------------

JOB_FAILING = _gauge("job_failing", "1 while the last run of the job that ended was given up.", "job")
JOB_SUCCESS = _gauge("job_last_success_timestamp_seconds", "When the job last ended well.", "job")
JOB_FAILURES = _counter("job_failures", "Attempts of the job that failed.", "job")
