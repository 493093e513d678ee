"""Whatever is done to a chain, the check finds it and says where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.audit import file
from orchestrator.audit.chain import Entry
from orchestrator.audit.seal import Head, Seal
from orchestrator.audit.verify import MOST_TOLD, Fault, Report, check
from tests.orchestrator.audit.chains import SEAL, chain, erased, sealed

COUNT = 12
WHOLE = chain(COUNT)
HEAD = sealed(WHOLE)
KEYS = frozenset(SEAL.known)


def checked(entries: list[Entry], head: Head | None = HEAD, **more: Any) -> Report:
    return check(entries, head, keys=KEYS, **more)


def found(report: Report) -> list[tuple[int, Fault]]:
    return [(finding.position, finding.fault) for finding in report.findings]


def test_a_chain_that_nobody_touched_is_whole() -> None:
    report = checked(WHOLE)
    assert report.whole
    assert (report.entries, report.first, report.last, report.erased) == (COUNT, 1, COUNT, 0)


TEXTS = ("at", "user_id", "action", "actor_kind", "actor", "through", "subject", "personal_hash")


@given(
    place=st.integers(0, COUNT - 1),
    name=st.sampled_from(TEXTS),
    at=st.integers(0, 100),
    bit=st.integers(0, 6),
)
def test_one_flipped_bit_of_an_entry_is_found_at_that_entry(place: int, name: str, at: int, bit: int) -> None:
    one = WHOLE[place]
    text = getattr(one, name)
    at %= len(text)
    flipped = text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]
    report = checked([*WHOLE[:place], replace(one, **{name: flipped}), *WHOLE[place + 1 :]])
    assert (one.position, Fault.CHANGED) in found(report)
    assert {position for position, _ in found(report)} == {one.position}


@given(place=st.integers(0, COUNT - 1), name=st.sampled_from(["salt", "address", "detail"]))
def test_a_change_of_what_is_personal_is_found_at_that_entry(place: int, name: str) -> None:
    other = {"salt": "00", "address": "198.51.100.1", "detail": '{"quantity":"7000"}'}[name]
    one = replace(WHOLE[place], **{name: other})  # type: ignore[arg-type]
    report = checked([*WHOLE[:place], one, *WHOLE[place + 1 :]])
    assert found(report) == [(place + 1, Fault.PERSONAL)]


@pytest.mark.parametrize("name", ["salt", "address", "detail"])
def test_erasing_only_a_part_of_what_is_personal_is_found(name: str) -> None:
    one = replace(WHOLE[4], **{name: None})  # type: ignore[arg-type]
    assert found(checked([*WHOLE[:4], one, *WHOLE[5:]])) == [(5, Fault.PERSONAL)]


def test_a_changed_hash_is_found_at_its_entry_and_not_at_the_next() -> None:
    report = checked([*WHOLE[:4], replace(WHOLE[4], hash="f" * 64), *WHOLE[5:]])
    assert (5, Fault.CHANGED) in found(report)


@given(st.sets(st.integers(1, COUNT), min_size=1, max_size=COUNT))
def test_removed_entries_are_named_wherever_they_were(gone: set[int]) -> None:
    left = [one for one in WHOLE if one.position not in gone]
    report = checked(left)
    missing = {position for position, fault in found(report) if fault is Fault.MISSING}
    firsts = {position for position in gone if position - 1 not in gone}
    assert missing == firsts


def test_the_words_say_which_entries_are_missing() -> None:
    left = [one for one in WHOLE if one.position not in (3, 5, 6, 12)]
    words = [finding.words for finding in checked(left).findings]
    assert words == ["entry 3 is missing", "entries 5 to 6 are missing", "entry 12 is missing at the end"]


@given(st.integers(1, COUNT - 1), st.integers(1, COUNT))
def test_a_removal_that_is_covered_by_counting_anew_is_found(gone: int, extra: int) -> None:
    left = [one for one in WHOLE if one.position != gone]
    counted = [replace(one, position=place) for place, one in enumerate(left, start=1)]
    assert not checked(counted).whole
    shorter = SEAL.sign(COUNT - 1, counted[-1].hash, HEAD.at)  # even with a head that fits
    assert (gone, Fault.CHANGED) in found(checked(counted, shorter)) or gone == COUNT


@given(st.integers(1, COUNT), st.integers(1, COUNT))
def test_swapped_entries_are_both_named(first: int, second: int) -> None:
    if first == second:
        return
    at = {one.position: one for one in WHOLE}
    swapped = [
        replace(at[second], position=first)
        if one.position == first
        else replace(at[first], position=second)
        if one.position == second
        else one
        for one in WHOLE
    ]
    assert {position for position, _ in found(checked(swapped))} >= {first, second}


def test_entries_that_were_swapped_are_said_to_be_moved_and_their_neighbours_are_not_blamed() -> None:
    swapped = list(WHOLE)
    swapped[3], swapped[8] = replace(WHOLE[8], position=4), replace(WHOLE[3], position=9)
    assert found(checked(swapped)) == [(4, Fault.MOVED), (9, Fault.MOVED)]


def test_an_entry_put_in_is_named() -> None:
    made_up = replace(WHOLE[4], subject="ord_made_up")
    shifted = [replace(one, position=one.position + 1) for one in WHOLE[4:]]
    report = checked([*WHOLE[:4], made_up, *shifted])
    assert (5, Fault.CHANGED) in found(report)
    assert (COUNT + 1, Fault.UNSIGNED) in found(report)


def test_entries_put_in_behind_the_end_are_named_though_their_hashes_are_right() -> None:
    longer = chain(COUNT + 2)
    assert found(checked(longer)) == [(COUNT + 1, Fault.UNSIGNED)]


def test_a_chain_written_anew_from_its_beginning_is_found_by_its_head() -> None:
    other = [replace(one, subject="x") for one in WHOLE]
    forger = Seal(b"f" * 32)
    assert not checked(other).whole
    rewritten = chain(COUNT)
    forged = forger.sign(COUNT, rewritten[-1].hash, HEAD.at)
    assert found(checked(rewritten, forged)) == [(0, Fault.HEAD)]
    assert found(checked(rewritten, replace(forged, public_key=SEAL.public_key))) == [(0, Fault.HEAD)]


@pytest.mark.parametrize("name", ["position", "hash", "at", "signature", "public_key"])
def test_a_changed_head_is_found(name: str) -> None:
    other: Any = COUNT - 1 if name == "position" else "00" * 32
    assert not checked(WHOLE, replace(HEAD, **{name: other})).whole


def test_a_head_that_is_missing_is_found() -> None:
    assert found(checked(WHOLE, None)) == [(0, Fault.HEAD)]
    assert checked([], None).whole


def test_a_chain_cut_back_to_an_earlier_head_is_found_by_a_hash_noted_elsewhere() -> None:
    noted = WHOLE[-1].hash
    cut = WHOLE[:8]
    assert checked(cut, sealed(cut)).whole  # by itself nothing tells
    assert found(checked(cut, sealed(cut), noted=noted)) == [(0, Fault.HEAD)]
    assert checked(WHOLE, noted=WHOLE[3].hash).whole


def test_what_is_personal_may_be_erased_of_a_user_who_was_deleted() -> None:
    entries = chain(COUNT)
    first = next(one for one in entries if one.user_id == "usr_1")
    cut = [erased(one) if one is first else one for one in entries]
    report = checked(cut)
    assert found(report) == [(first.position, Fault.ERASED)]
    assert report.erased == 1


def test_a_check_may_begin_in_the_middle() -> None:
    report = checked(WHOLE[5:], position=5, previous=WHOLE[4].hash)
    assert report.whole
    assert not checked(WHOLE[5:], position=5, previous=WHOLE[3].hash).whole


def test_a_chain_in_ruins_is_told_of_shortly() -> None:
    many = chain(400)
    report = checked([replace(one, subject="x") for one in many], sealed(many))
    assert len(report.findings) <= MOST_TOLD + 1
    assert len(report.findings) + report.more >= 400


# --- files -------------------------------------------------------------------------------------------------------


def exported(entries: list[Entry], head: Head | None = HEAD) -> bytes:
    return b"".join(file.lines(entries, head, begins="0" * 64, position=0))


def read_and_checked(data: bytes) -> Report:
    read = file.read(data.splitlines(keepends=True))
    return check(read.entries, read, keys=KEYS, position=read.position, previous=read.begins)


def test_an_exported_file_tells_the_same_as_the_database() -> None:
    report = read_and_checked(exported(WHOLE))
    assert report.whole
    assert (report.entries, report.head) == (COUNT, HEAD)


DATA = exported(chain(3), sealed(chain(3)))


@given(at=st.integers(0, len(DATA) - 1), other=st.integers(0, 255))
def test_any_other_byte_in_an_exported_file_is_found(at: int, other: int) -> None:
    if DATA[at] == other:
        return
    changed = DATA[:at] + bytes([other]) + DATA[at + 1 :]
    try:
        report = read_and_checked(changed)
    except file.Unreadable:
        return
    # A line may end in a space or be broken in two where JSON does not mind: that changes nothing that is told.
    assert not report.whole or _same(changed)


def _same(changed: bytes) -> bool:
    read, whole = file.read(changed.splitlines()), file.read(DATA.splitlines())
    return list(read.entries) == list(whole.entries) and read.head == whole.head


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1"),
        (b"{}\n", "line 1: not an exported audit log"),
        (b'{"format": "other", "after": 0, "after_hash": ""}\n', "line 1: not the format"),
        (exported(WHOLE) + b"{}\n", "comes after the head"),
        (exported(WHOLE)[:-1] + b"x\n", "line 14"),
        (exported(WHOLE).replace(b'"position":3', b'"place":3'), "line 4"),
    ],
)
def test_what_is_no_exported_log_is_refused_with_the_line(data: bytes, words: str) -> None:
    with pytest.raises(file.Unreadable, match=words):
        read_and_checked(data)


def test_a_file_that_was_cut_off_is_found() -> None:
    lines = exported(WHOLE).splitlines(keepends=True)
    assert found(read_and_checked(b"".join(lines[:-1]))) == [(0, Fault.HEAD)]
    assert found(read_and_checked(b"".join([*lines[:-2], lines[-1]]))) == [(COUNT, Fault.MISSING)]


def test_lines_that_changed_places_are_found() -> None:
    lines = exported(WHOLE).splitlines(keepends=True)
    lines[3], lines[6] = lines[6], lines[3]
    faults = {fault for _, fault in found(read_and_checked(b"".join(lines)))}
    assert Fault.DISORDER in faults
