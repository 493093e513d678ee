"""Changing the files of keys while processes use them: each change is one rename, and two at once wait in turn."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.keys import Key, fresh, line, parse, written


def add(path: Path, new: Key | None = None) -> Key:
    """A new key before the others, this one if it was made already: from now on it is used. Gives it."""
    new = new or fresh()
    _change(path, lambda known: (new, *known))
    return new


def remove(path: Path, key_id: str) -> None:
    """Forget an earlier key. Raises LookupError for the one in use, and for one that is not there."""

    def without(known: tuple[Key, ...]) -> tuple[Key, ...]:
        if key_id not in {key.id for key in known[1:]}:
            raise LookupError(key_id)
        return tuple(key for key in known if key.id != key_id)

    _change(path, without)


def _change(path: Path, change: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
    with _alone(path):
        after = change(parse(path.read_text()))
        os.replace(written(path, "".join(map(line, after))), path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
