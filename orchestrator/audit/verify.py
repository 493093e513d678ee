"""Checks a chain from what it tells itself and from its signed head, and says which entries do not fit.

Works on entries wherever they come from: the database, or an exported file where there is no product at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from orchestrator.audit.actions import Action
from orchestrator.audit.chain import BEGINNING, Entry, hash_of, personal_hash
from orchestrator.audit.seal import Head

MOST_TOLD = 50


class Fault(StrEnum):
    """What is wrong."""

    CHANGED = "changed"  # or put in
    MOVED = "moved"
    MISSING = "missing"
    DISORDER = "disorder"  # of a file: comes where it should not
    PERSONAL = "personal"
    ERASED = "erased"  # of somebody who was not deleted
    UNSIGNED = "unsigned"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Finding:
    """`position` is the entry's; 0: no single one's."""

    position: int
    fault: Fault
    words: str


@dataclass(slots=True)
class Report:
    """What was looked at and what was found. `more`: findings beyond those that are listed."""

    entries: int = 0
    first: int = 0
    last: int = 0
    erased: int = 0
    head: Head | None = None
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    @property
    def whole(self) -> bool:
        return not self.findings

    def add(self, position: int, fault: Fault, words: str) -> None:
        if len(self.findings) < MOST_TOLD:
            self.findings.append(Finding(position, fault, words))
        else:
            self.more += 1


@runtime_checkable
class HasHead(Protocol):
    """A file that tells its head once its entries were read."""

    @property
    def head(self) -> Head | None: ...


@dataclass(slots=True)
class _Suspect:
    """An entry that does not have the hash of its place; `before` is the hash that the entry before it has."""

    entry: Entry
    before: str


class _Walk:
    """Along the chain, in order. Knows what the next entry must be."""

    def __init__(self, report: Report, *, position: int, previous: str | None) -> None:
        self.report = report
        self._position, self._previous = position, previous
        self._suspects: list[_Suspect] = []
        self._erased: dict[str, int] = {}  # whose entries were erased, and the first of them
        self._deleted: set[str] = set()

    @property
    def position(self) -> int:
        return self._position

    @property
    def previous(self) -> str | None:
        return self._previous

    def take(self, one: Entry) -> None:
        report = self.report
        report.entries += 1
        report.first = report.first or one.position
        if one.position <= self._position:
            report.add(one.position, Fault.DISORDER, f"entry {one.position} comes after {self._position}")
            return
        if one.position > self._position + 1:
            self._gap(self._position + 1, one.position - 1)
        self._check_hash(one)
        self._check_personal(one)
        self._position, self._previous, report.last = one.position, one.hash, one.position

    def _gap(self, first: int, last: int) -> None:
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        self.report.add(first, Fault.MISSING, f"{which} missing")
        self._previous = None  # what comes next cannot be held against it

    def _check_hash(self, one: Entry) -> None:
        before = self._previous
        if before is None or hash_of(one, previous=before, position=one.position) == one.hash:
            return
        if len(self._suspects) < MOST_TOLD:
            self._suspects.append(_Suspect(one, before))
        else:
            self.report.more += 1

    def _check_personal(self, one: Entry) -> None:
        if one.erased:
            self.report.erased += 1
            self._erased.setdefault(one.user_id or "", one.position)
        elif one.salt is None or personal_hash(one.salt, one.address, one.detail) != one.personal_hash:
            self.report.add(
                one.position, Fault.PERSONAL, f"the address or the detail of entry {one.position} was changed"
            )
        if one.action == Action.DELETED.value and one.user_id:
            self._deleted.add(one.user_id)

    def end(self) -> None:
        """Say what could only be known at the end."""
        self._tell_suspects()
        for user, position in self._erased.items():
            if user not in self._deleted:
                whose = f"user {user}" if user else "nobody"
                self.report.add(
                    position,
                    Fault.ERASED,
                    f"entry {position} of {whose} was erased, and no later entry says that this user was deleted",
                )
        self.report.findings.sort(key=lambda finding: finding.position)

    def _tell_suspects(self) -> None:
        """An entry whose hash fits another suspect's place was moved from there."""
        belongs: dict[int, Entry] = {}
        places = {suspect.entry.position: suspect.before for suspect in self._suspects}
        for suspect in self._suspects:
            for place, before in places.items():
                if hash_of(suspect.entry, previous=before, position=place) == suspect.entry.hash:
                    belongs[place] = suspect.entry
        moved = {one.position: place for place, one in belongs.items()}
        for suspect in self._suspects:
            position = suspect.entry.position
            rightful = belongs.get(position - 1)
            if (
                rightful
                and hash_of(suspect.entry, previous=rightful.hash, position=position) == suspect.entry.hash
            ):
                continue  # only what is before it is not in its place
            if position in moved:
                self.report.add(
                    position, Fault.MOVED, f"the entry at {position} was moved there from {moved[position]}"
                )
            else:
                self.report.add(
                    position,
                    Fault.CHANGED,
                    f"entry {position} does not have the hash of its content and its place: it was changed or put in",
                )


def check(
    entries: Iterable[Entry],
    head: Head | HasHead | None,
    *,
    keys: frozenset[str] | None,
    position: int = 0,
    previous: str | None = BEGINNING,
    noted: str = "",
) -> Report:
    """All entries behind `position`, whose hash is `previous`, up to the head.

    `keys` are the public keys that may have signed the head; None: any (of a file, where none is known). `noted` is
    the hash of an earlier entry, written down elsewhere, that must still be there.
    """
    report = Report()
    walk, seen = _Walk(report, position=position, previous=previous), not noted
    for one in entries:
        walk.take(one)
        seen = seen or one.hash == noted
    report.head = head.head if isinstance(head, HasHead) else head
    _check_head(report, walk, report.head, keys)
    if not seen:
        report.add(
            0, Fault.HEAD, f"no entry has the hash {noted}: the log was written anew since it was noted"
        )
    walk.end()
    return report


def _check_head(report: Report, walk: _Walk, head: Head | None, keys: frozenset[str] | None) -> None:
    if head is None:
        if report.entries:
            report.add(0, Fault.HEAD, "the signed head is missing")
        return
    if keys is not None and head.public_key not in keys:
        report.add(0, Fault.HEAD, f"the head was signed by another key: {head.public_key}")
    elif not head.holds():
        report.add(0, Fault.HEAD, "the signature of the head does not hold")
    if walk.position < head.position:
        first, last = walk.position + 1, head.position
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        report.add(first, Fault.MISSING, f"{which} missing at the end")
    elif walk.position > head.position:
        report.add(
            head.position + 1,
            Fault.UNSIGNED,
            f"entries {head.position + 1} to {walk.position} were put in behind the signed head",
        )
    elif walk.previous not in (None, head.hash):
        report.add(
            head.position, Fault.HEAD, f"the last entry, {head.position}, is not the one that was signed"
        )
