"""What a run of load has measured, as tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.books import Books
from benchmarks.load.measured import Histogram

# A broker that failed, told as what it is: under load with faults these are the injected ones.
OF_BROKERS = frozenset(
    {"broker_unavailable", "outcome_unknown", "cancel_unconfirmed", "no_quote", "position_unknown"}
)

ENOUGH = 5  # minutes that tell a growth


@dataclass
class Run:
    """Everything of one run. Processor times are milliseconds inside the measured time, memory is MiB."""

    title: str
    seconds: float
    users: Mapping[str, Any]
    sockets: Mapping[str, Any] | None
    overhead: Histogram
    ticks: Histogram
    processor: Mapping[str, float]
    memory: Sequence[Mapping[str, float]]
    injected: int
    bugs: int
    ended: Sequence[str]
    books: Books
    notes: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """What must not be, in words; [] when all is well. Slow is not wrong here: the tables tell."""
        _, others = errors(self.users["problems"])
        found = [f"{count} times {told}" for told, count in others.items()]
        found += [f"{name} ended by itself" for name in self.ended]
        found += [f"{self.bugs} requests ended in a fault of the product"] if self.bugs else []
        found += [
            f"{sum(map(len, self.users['unanswered'].values()))} orders had no answer after all attempts"
        ] * any(self.users["unanswered"].values())
        if self.sockets is not None:
            found += [f"{self.sockets['closed']} sockets were closed"] if self.sockets["closed"] else []
            found += (
                [f"{self.sockets['backwards']} prices came after newer ones"]
                if self.sockets["backwards"]
                else []
            )
        return found + self.books.differences


def errors(problems: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Answers that were no success: those that tell of a broker, and all others."""
    of_brokers = {told: count for told, count in problems.items() if told.rpartition(" ")[2] in OF_BROKERS}
    return of_brokers, {told: count for told, count in problems.items() if told not in of_brokers}


def text(run: Run) -> str:
    """All tables."""
    parts = [f"### {run.title}", *run.notes, _routes(run), _orders(run)]
    parts += [_prices(run)] if run.sockets is not None else []
    parts += [_processor(run), _memory(run), _errors(run), _verdict(run)]
    return "\n\n".join(parts) + "\n"


def _routes(run: Run) -> str:
    rows = [
        (
            name,
            row["asked"],
            f"{row['asked'] / run.seconds:.1f}",
            *(row[p] for p in ("p50", "p95", "p99", "most")),
        )
        for name, row in sorted(run.users["routes"].items())
    ]
    return table(("route", "asked", "a second", "p50 ms", "p95 ms", "p99 ms", "most ms"), rows)


def _orders(run: Run) -> str:
    shares = [_ms(run.overhead.at(share)) for share in (50, 95, 99)]
    return table(
        ("orders sent", "overhead p50 ms", "p95 ms", "p99 ms"), [(int(run.overhead.count), *shares)]
    )  # fmt: skip


def _prices(run: Run) -> str:
    assert run.sockets is not None
    of = run.sockets
    rows = [
        (
            "from the change to all sockets (the product's own clock)",
            *(_ms(run.ticks.at(p)) for p in (50, 95, 99)),
        ),
        ("from sent to read", *(of["on_the_way"][p] for p in ("p50", "p95", "p99"))),
        ("from the exchange's time to read", *(of["age"][p] for p in ("p50", "p95", "p99"))),
    ]
    told = (
        f"{of['sockets']:,} sockets of {of['each']}: {of['prices'] / of['seconds']:,.0f} prices in "
        f"{of['messages'] / of['seconds']:,.0f} messages a second, {of['mib'] / of['seconds']:.2f} MiB/s"
    )
    return f"{told}\n\n" + table(("a price", "p50 ms", "p95 ms", "p99 ms"), rows)


def _processor(run: Run) -> str:
    rows = [(name, f"{used / run.seconds / 10:.0f} %") for name, used in run.processor.items()]
    return table(("process", "of one core"), rows)


def growth(memory: Sequence[Mapping[str, float]], name: str) -> float | None:
    """MiB an hour that a process grew by in the second half of the minutes (least squares); None for too few."""
    half = [at[name] for at in memory[len(memory) // 2 :]]
    if len(half) < ENOUGH:
        return None
    middle, mean = (len(half) - 1) / 2, sum(half) / len(half)
    spread = sum((minute - middle) ** 2 for minute in range(len(half)))
    return 60 * sum((minute - middle) * (size - mean) for minute, size in enumerate(half)) / spread


def _memory(run: Run) -> str:
    names = list(run.memory[0]) if run.memory else []
    rows = [(minute, *(f"{at[name]:.0f}" for name in names)) for minute, at in enumerate(run.memory)]
    grown = ((name, growth(run.memory, name)) for name in names)
    told = [f"{name} {by:+.0f} MiB" for name, by in grown if by is not None]
    words = f"\n\nIn the second half an hour would have added: {', '.join(told)}." if told else ""
    return table(("minute", *(f"{name} MiB" for name in names)), rows) + words


def _errors(run: Run) -> str:
    of_brokers, others = errors(run.users["problems"])
    rows = [(told, count, "a broker") for told, count in of_brokers.items()]
    rows += [(told, count, "**other**") for told, count in others.items()]
    told = f"{run.injected} faults were injected at the brokers."
    return f"{told}\n\n" + table(("answer", "times", "of"), rows) if rows else f"{told} No answer failed."


def _verdict(run: Run) -> str:
    books, wrong = run.books, run.wrong()
    told = f"{books.orders} orders compared with the exchange's ({books.rejected} of them rejected)"
    if not wrong:
        return f"{told}: nothing lost, nothing doubled."
    return f"{told}. **Wrong:**\n\n" + "\n".join(f"- {one}" for one in wrong)


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return "beyond all buckets" if seconds == float("inf") else f"{seconds * 1000:.1f}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join("-" if cell is None else str(cell) for cell in line) + " |" for line in lines
    )
