"""Quantities: exact, with a unit, and every mistake shows the fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.plan.units import (
    DURATION,
    FAMILIES,
    FREQUENCY,
    SHARE,
    SIZE,
    Family,
    Rate,
    Wrong,
    duration,
    format_quantity,
    parse_integer,
    parse_quantity,
    parse_rate,
)

families = st.sampled_from(FAMILIES)
values = st.integers(min_value=0, max_value=(1 << 63) - 1)


@given(families, values)
def test_what_is_formatted_reads_back(family: Family, value: int) -> None:
    assert parse_quantity(format_quantity(value, family), family) == value


@given(families, st.data(), st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=5))
def test_number_times_unit_is_exact(family: Family, data: st.DataObject, number: int, spaces: int) -> None:
    unit = data.draw(st.sampled_from(sorted(family.units)))
    assert parse_quantity(f"{number}{' ' * spaces}{unit}", family) == number * family.units[unit]
    assert parse_quantity(f"{number:#x} {unit}", family) == number * family.units[unit]


@given(values)
def test_three_decimals_of_a_millisecond(ns: int) -> None:
    us = ns % 10**12
    assert parse_quantity(f"{us // 1000}.{us % 1000:03d} ms", DURATION) == us * 1000


@given(families, st.text(max_size=60))
def test_any_text_is_a_value_or_a_reason(family: Family, text: str) -> None:
    read = parse_quantity(text, family)
    if isinstance(read, Wrong):
        assert read.message
        assert read.fix
        assert len(read.message) < 200
    else:
        assert read >= 0


@given(st.text(max_size=60))
def test_any_text_is_an_integer_or_a_reason(text: str) -> None:
    read = parse_integer(text)
    assert isinstance(read, int) or (read.code == "VAL005" and read.fix)


@given(st.integers(min_value=-(1 << 63), max_value=1 << 64))
def test_integers_are_decimal_or_hexadecimal(value: int) -> None:
    assert parse_integer(str(value)) == value
    assert parse_integer(hex(value)) == value


@pytest.mark.parametrize(
    ("text", "family", "value"),
    [
        ("0 ms", DURATION, 0),
        ("1.5 ms", DURATION, 1_500_000),
        ("1min", DURATION, 60_000_000_000),
        ("64 KiB", SIZE, 65536),
        ("0.5 KiB", SIZE, 512),
        ("1.8432 MHz", FREQUENCY, 1_843_200),
        ("1 %", SHARE, 10_000),
        ("0.5 %", SHARE, 5_000),
        ("50 ppm", SHARE, 50),
    ],
)
def test_quantities(text: str, family: Family, value: int) -> None:
    assert parse_quantity(text, family) == value


@pytest.mark.parametrize(
    ("text", "family", "code", "fix"),
    [
        ("10", DURATION, "VAL009", "write the unit, `ns`, `us`, `ms`, `s` or `min`: e.g. `10 ms`"),
        ("0", SIZE, "VAL009", "write the unit, `B`, `KiB`, `MiB` or `GiB`: e.g. `0 KiB`"),
        ("64 KB", SIZE, "VAL010", "write `64 KiB` for powers of 1024, or the number in `B`"),
        ("64 kib", SIZE, "VAL010", "write `64 KiB`"),
        ("10 µs", DURATION, "VAL010", "write `10 us`"),
        ("10 msec", DURATION, "VAL010", "write `10 ms`"),
        ("10 parsec", DURATION, "VAL010", "use `ns`, `us`, `ms`, `s` or `min`: e.g. `10 ms`"),
        ("1.5 B", SIZE, "VAL011", "write `1 B` or `2 B`"),
        ("0.0000001 ms", DURATION, "VAL011", "write `0 ns` or `1 ns`"),
        ("010 ms", DURATION, "VAL012", "write `10 ms`"),
        ("-1 ms", DURATION, "VAL012", "write a number and a unit, e.g. `10 ms`"),
        ("1e3 ms", DURATION, "VAL012", "write a number and a unit, e.g. `10 ms`"),
        ("1_000 ms", DURATION, "VAL012", "write a number and a unit, e.g. `10 ms`"),
        ("12:30", DURATION, "VAL012", "write a number and a unit, e.g. `10 ms`"),
        ("9" * 50 + " ms", DURATION, "VAL012", "write a number and a unit, e.g. `10 ms`"),
    ],
)
def test_mistakes_show_the_fix(text: str, family: Family, code: str, fix: str) -> None:
    wrong = parse_quantity(text, family)
    assert isinstance(wrong, Wrong)
    assert (wrong.code, wrong.fix) == (code, fix)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("010", "write 10, or 0x8 if you meant octal"),
        ("089", "write 89"),
        ("1.0", "write a decimal integer, or a hexadecimal one with `0x`"),
        ("0o17", "write a decimal integer, or a hexadecimal one with `0x`"),
        ("1_000", "write a decimal integer, or a hexadecimal one with `0x`"),
    ],
)
def test_integers_are_not_guessed(text: str, fix: str) -> None:
    wrong = parse_integer(text)
    assert isinstance(wrong, Wrong)
    assert wrong.fix == fix


def test_rates() -> None:
    assert parse_rate("1 per 5 ms", "per", None) == Rate(1, 5_000_000)
    assert parse_rate("3 in 1 s", "in", None) == Rate(3, 1_000_000_000)
    assert parse_rate("200 B per 1 s", "per", SIZE) == Rate(200, 1_000_000_000)


@pytest.mark.parametrize("text", ["3", "3 in", "3 per 1 s", "0 in 1 s", "3 in 0 s", "x in 1 s", "3 in 1", "3 in 1 s in 2 s", "3" * 100])
def test_rates_that_are_none(text: str) -> None:
    wrong = parse_rate(text, "in", None)
    assert isinstance(wrong, Wrong)
    assert wrong.fix


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 ms"),
        (998_500, "998.5 us"),
        (1_234_567, "1234.567 us"),
        (90_000_000_000, "90 s"),
        (60_000_000_000, "1 min"),
        (-1500, "-1.5 us"),
        (7, "7 ns"),
    ],
)
def test_durations_are_short(ns: int, text: str) -> None:
    assert duration(ns) == text
