"""What the command line prints: amounts as they are grouped in India, and nobody's text as a command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from trademaster.cli import screen
from trademaster.cli.screen import age, rupees, shown, table, units

amounts = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("-0.5", "-0.50"),
        ("999", "999.00"),
        ("1000", "1,000.00"),
        ("100000", "1,00,000.00"),
        ("1234567.8", "12,34,567.80"),
        ("-12345678.905", "-1,23,45,678.905"),
        ("123456789012345.1234", "12,34,56,78,90,12,345.1234"),
    ],
)
def test_rupees_are_grouped_in_lakhs_and_crores(amount: str, text: str) -> None:
    assert rupees(Decimal(amount)) == text


@given(amounts)
def test_an_amount_that_is_printed_is_the_whole_amount(amount: Decimal) -> None:
    assert Decimal(rupees(amount).replace(",", "")) == amount


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_units_are_all_there(quantity: int) -> None:
    assert int(units(quantity).replace(",", "")) == quantity


def test_what_is_not_known_is_a_dash() -> None:
    assert [rupees(None), units(None), age(None)] == ["–"] * 3


def test_ages_have_one_unit() -> None:
    now = datetime.now(UTC)
    spans = (timedelta(), timedelta(seconds=59), timedelta(minutes=3), timedelta(hours=5), timedelta(days=2))
    assert [age(now - span) for span in spans] == ["0 s", "59 s", "3 min", "5 h", "2 d"]
    assert age(now + timedelta(minutes=5)) == "0 s"  # a clock that runs ahead


@given(st.text())
def test_nobodys_text_steers_the_terminal(text: str) -> None:
    console = Console(force_terminal=True, color_system=None, width=10_000)
    with console.capture() as printed:
        console.print(shown(text))
    assert "\x1b" not in printed.get()
    assert all(one.isprintable() for one in printed.get().removesuffix("\n"))


def test_nobodys_text_is_markup() -> None:
    console = Console(width=80)
    with console.capture() as printed:
        console.print(table(("words",), [("[red]Infosys[/red] [link=https://evil]x",)]))
    assert "[red]Infosys[/red] [link=https://evil]x" in printed.get()


def test_json_keeps_amounts_exact() -> None:
    assert screen.as_json({"a": Decimal("0.10"), "b": [datetime(2026, 1, 1, tzinfo=UTC)]}, indent=None) == (
        '{"a": "0.10", "b": ["2026-01-01T00:00:00Z"]}'
    )


def test_what_is_piped_on_is_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Console(highlight=False, width=20)  # as a window's width that was handed on
    monkeypatch.setattr(screen, "out", narrow)
    screen.say(table(["order", "what"], [["ord_01m80tx5cbxnkypky3fqzeh4mg", "BUY 2 NSE:INFY CNC"]]))
    assert capsys.readouterr().out.splitlines()[1] == "ord_01m80tx5cbxnkypky3fqzeh4mg  BUY 2 NSE:INFY CNC"


def test_a_narrow_window_keeps_all_of_a_name() -> None:
    console = Console(force_terminal=True, color_system=None, width=20)
    with console.capture() as printed:
        console.print(table(["order"], [["ord_01m80tx5cbxnkypky3fqzeh4mg"]]))
    assert "".join(printed.get().split()) == "orderord_01m80tx5cbxnkypky3fqzeh4mg"
