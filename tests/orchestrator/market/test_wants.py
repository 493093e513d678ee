"""What is wanted over all users, and how much of it."""

from domain.instrument import InstrumentId
from domain.market import Mode
from orchestrator.market.wants import Wants

INFY, TCS = InstrumentId.parse("NSE:INFY"), InstrumentId.parse("NSE:TCS")


def test_whoever_wants_most_decides_the_mode() -> None:
    wants = Wants()
    wants.watch([INFY, TCS], Mode.LTP)
    wants.watch([INFY], Mode.DEPTH)
    wants.glance([TCS], Mode.QUOTE, until=10)
    assert wants.strongest() == {INFY: Mode.DEPTH, TCS: Mode.QUOTE}
    wants.unwatch([INFY], Mode.DEPTH)
    assert wants.strongest()[INFY] is Mode.LTP


def test_the_last_to_leave_ends_it() -> None:
    wants = Wants()
    wants.watch([INFY], Mode.LTP)
    wants.watch([INFY], Mode.LTP)
    wants.unwatch([INFY], Mode.LTP)
    assert (wants.watchers(INFY), list(wants.strongest())) == (1, [INFY])
    wants.unwatch([INFY], Mode.LTP)
    assert (wants.watchers(INFY), list(wants.strongest())) == (0, [])


def test_a_glance_ends_by_itself_and_another_one_prolongs_it() -> None:
    wants = Wants()
    assert wants.glance([INFY], Mode.LTP, until=10)
    assert not wants.glance([INFY], Mode.LTP, until=20)
    wants.forget(10)
    assert list(wants.strongest()) == [INFY]
    wants.forget(20)
    assert not wants.strongest()


def test_only_a_change_of_what_is_wanted_is_a_new_edition() -> None:
    wants = Wants()
    wants.watch([INFY], Mode.LTP)
    edition = wants.edition
    wants.watch([INFY], Mode.LTP)
    wants.unwatch([INFY], Mode.LTP)
    wants.forget(100)
    assert wants.edition == edition
    wants.unwatch([INFY], Mode.LTP)
    assert wants.edition > edition
