"""Which prices anyone wants, and how much of each: watched until told otherwise, or glanced at for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.instrument import InstrumentId
from domain.market import Mode


class Wants:
    """`edition` grows with every change of what is wanted."""

    def __init__(self) -> None:
        self._watched: dict[Mode, dict[InstrumentId, int]] = {mode: {} for mode in Mode}
        self._glanced: dict[Mode, dict[InstrumentId, float]] = {mode: {} for mode in Mode}  # until when
        self.edition = 0
        self._strongest: tuple[int, dict[InstrumentId, Mode]] = (0, {})

    def watch(self, names: Iterable[InstrumentId], mode: Mode) -> None:
        """Until `unwatch` with the same names and mode."""
        watched = self._watched[mode]
        for name in names:
            count = watched.get(name, 0)
            watched[name] = count + 1
            self.edition += not count

    def unwatch(self, names: Iterable[InstrumentId], mode: Mode) -> None:
        watched = self._watched[mode]
        for name in names:
            left = watched.pop(name, 0) - 1
            if left > 0:
                watched[name] = left
            else:
                self.edition += 1

    def watchers(self, name: InstrumentId) -> int:
        """How many watch it, in whatever mode."""
        return sum(watched.get(name, 0) for watched in self._watched.values())

    def glance(self, names: Iterable[InstrumentId], mode: Mode, *, until: float) -> bool:
        """Whether any of them was not glanced at before."""
        glanced, before = self._glanced[mode], self.edition
        for name in names:
            self.edition += name not in glanced
            glanced[name] = until
        return self.edition != before

    def forget(self, now: float) -> None:
        """Glances whose time is over."""
        for glanced in self._glanced.values():
            for name in [name for name, until in glanced.items() if until <= now]:
                del glanced[name]
                self.edition += 1

    def strongest(self) -> Mapping[InstrumentId, Mode]:
        """Everything wanted, by the mode of whoever wants most of it. Not to be changed."""
        edition, known = self._strongest
        if edition != self.edition:
            known = {
                name: mode for mode in Mode for name in (*self._watched[mode], *self._glanced[mode])
            }  # a later mode holds more
            self._strongest = (self.edition, known)
        return known
