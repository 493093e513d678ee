"""Children that this process is sending or changing, and since when: what was recorded too long ago must not leave any
more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.leases.lease import Seconds, since_boot

# A process that was stopped in between wakes up after others have begun to look for the order, and may have found that
# it never left. They begin later than this.
LATEST = 5.0  # seconds from the recording
MOVED = 20.0  # seconds from the recording in which what never reached its broker may go to another
LEARNING = 30.0  # seconds more that an answer may take to be written down


class UnderWay:
    """Ids of children. `clock` gives seconds that pass while the process is stopped, too."""

    def __init__(self, clock: Seconds = since_boot) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def update(self, ids: Iterable[str]) -> None:
        """They are recorded, and will be sent."""
        now = self._clock()
        self._since.update((one, self._since.get(one, now)) for one in ids)

    def add(self, one: str) -> None:
        """The same for one; for one that is known nothing changes."""
        self.update([one])

    def discard(self, one: str) -> None:
        self._since.pop(one, None)

    def too_late(self, one: str, latest: float = LATEST) -> bool:
        """Whether it may have been given up by others."""
        since = self._since.get(one)
        return since is not None and self._clock() - since > latest

    def awaited(self, answer_deadline: float) -> set[str]:
        """Those whose answer may still come. Of an older one the recording itself was never answered: whether it was
        recorded or not, nobody sends it."""
        oldest = self._clock() - answer_deadline - LEARNING
        return {one for one, since in self._since.items() if since >= oldest}

    def __contains__(self, one: object) -> bool:
        return one in self._since

    def __iter__(self) -> Iterator[str]:
        return iter(self._since)

    def __len__(self) -> int:
        return len(self._since)
