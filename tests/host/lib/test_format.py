"""The formatter against the host's snprintf."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.host.lib.building import HostBuild

SOURCES = ("format.c", "format_output.c", "format_double.c", "decimal.c")


@dataclass(frozen=True)
class Formatter:
    """The harness as a server: one request, two answers."""

    process: subprocess.Popen[str]

    def both(self, kind: str, pattern: str, value: str) -> tuple[str, str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{kind}\n{pattern}\n{value}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline(), self.process.stdout.readline()

    def check(self, kind: str, pattern: str, value: str) -> None:
        ours, theirs = self.both(kind, pattern, value)
        assert ours == theirs, (kind, pattern, value)
        assert ours.endswith("\n"), "the harness ended: a sanitizer has spoken"


@pytest.fixture(scope="module")
def formatter(host_build: HostBuild) -> Iterator[Formatter]:
    program = host_build.program("compare", SOURCES, [])
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Formatter(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=180) == 0


FLAGS = st.sets(st.sampled_from("-+ 0"), max_size=4).map(lambda flags: "".join(sorted(flags)))
WIDTH = st.one_of(st.just(""), st.integers(1, 60).map(str))
PRECISION = st.one_of(st.just(""), st.just("."), st.integers(0, 40).map(lambda digits: f".{digits}"))
DIGITS = st.integers(0, 2**64 - 1)
EDGES = st.sampled_from(
    [0, 1, 7, 8, 9, 10, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]
)


@settings(max_examples=1500, deadline=None)
@given(
    flags=FLAGS,
    width=WIDTH,
    precision=PRECISION,
    length=st.sampled_from(["", "h", "hh"]),
    conversion=st.sampled_from("diuxXoc"),
    value=st.one_of(EDGES, DIGITS),
)
def test_int(formatter: Formatter, flags: str, width: str, precision: str, length: str, conversion: str, value: int) -> None:
    if conversion == "c":
        flags, precision, length, value = flags.replace("0", ""), "", "", 33 + value % 90
    formatter.check("i", f"<%{flags}{width}{precision}{length}{conversion}>", str(value % 2**32))


@settings(max_examples=1000, deadline=None)
@given(
    flags=FLAGS,
    alternate=st.booleans(),
    width=WIDTH,
    precision=PRECISION,
    length=st.sampled_from(["l", "ll", "z", "j", "t"]),
    conversion=st.sampled_from("diuxXo"),
    value=st.one_of(EDGES, DIGITS),
)
def test_long(
    formatter: Formatter, flags: str, alternate: bool, width: str, precision: str, length: str, conversion: str, value: int
) -> None:
    hashed = "#" if alternate and conversion in "xXo" else ""
    formatter.check("l", f"%{hashed}{flags}{width}{precision}{length}{conversion}|", str(value))


DOUBLES = st.one_of(
    DIGITS,
    st.floats(allow_nan=False).map(lambda value: struct.unpack("<Q", struct.pack("<d", value))[0]),
    st.floats(-1000, 1000).map(lambda value: struct.unpack("<Q", struct.pack("<d", value))[0]),
    st.integers(-(10**6), 10**6).map(lambda value: struct.unpack("<Q", struct.pack("<d", value / 1024))[0]),
    st.sampled_from(
        [
            0,
            1,
            1 << 63,
            0x7FF << 52,
            0xFFF << 52,
            0x7FEF_FFFF_FFFF_FFFF,
            0x0010_0000_0000_0000,
            0x000F_FFFF_FFFF_FFFF,
            *(
                struct.unpack("<Q", struct.pack("<d", value))[0]
                for value in (0.5, 1.5, 2.5, 9.5, 99.5, 0.05, 0.25, 999999.5, 0.1, 1e22, 1e23)
            ),
        ]
    ),
)


@settings(max_examples=3000, deadline=None)
@given(
    flags=FLAGS, alternate=st.sampled_from(["", "#"]), width=WIDTH, precision=PRECISION, conversion=st.sampled_from("feEgGF"), bits=DOUBLES
)
def test_double(formatter: Formatter, flags: str, alternate: str, width: str, precision: str, conversion: str, bits: int) -> None:
    hashed = alternate if conversion not in "gG" else ""
    formatter.check("d", f"%{hashed}{flags}{width}{precision}{conversion}|", str(bits))


@pytest.mark.parametrize(("value", "text"), [(2.5, "2.50000"), (999999.5, "1.00000e+06"), (0.0, "0.00000"), (1e-5, "1.00000e-05")])
def test_alternate_general_keeps_its_zeros(formatter: Formatter, value: float, text: str) -> None:
    """C11 7.21.6.1 p6; glibc drops the zeros of 999999.5, so it is no reference here."""
    ours, _ = formatter.both("d", "%#g", str(struct.unpack("<Q", struct.pack("<d", value))[0]))
    assert ours == f"{len(text)} {text}\n"


@pytest.mark.parametrize("pattern", ["%.0f", "%.1f", "%.20f", "%.400f", "%.1100f", "%.800e", "%.770g", "%f"])
@pytest.mark.parametrize("value", [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 123456789.987654321, -2.5])
def test_double_is_exact_at_the_extremes(formatter: Formatter, pattern: str, value: float) -> None:
    formatter.check("d", pattern, str(struct.unpack("<Q", struct.pack("<d", value))[0]))


@settings(max_examples=300, deadline=None)
@given(
    flags=st.sampled_from(["", "-"]),
    width=WIDTH,
    precision=PRECISION,
    value=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
)
def test_text(formatter: Formatter, flags: str, width: str, precision: str, value: str) -> None:
    formatter.check("s", f"a%%b%{flags}{width}{precision}s%%", value)


@settings(max_examples=200, deadline=None)
@given(width=st.integers(-40, 40), precision=st.integers(-3, 40), number=st.integers(-(2**31), 2**31 - 1))
def test_width_and_precision_from_arguments(formatter: Formatter, width: int, precision: int, number: int) -> None:
    formatter.check("w", "%*.*d|", f"{width} {precision} {number}")


def test_pointer(formatter: Formatter) -> None:
    formatter.check("p", "%p %%", str(0x21_0000))
    formatter.check("p", "%20p|", str(2**47 - 1))


def test_an_unknown_conversion_appears_as_written(formatter: Formatter) -> None:
    ours, _ = formatter.both("i", "a%yb", "1")
    assert ours == "4 a%yb\n"
