"""Whatever the bytes: a plan or diagnostics, in every format, and never an exception."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyp.plan import load
from hyp.plan.exchange import check_json, sarif
from hyp.plan.render import render_text
from tests.unit.plan.plans import BASE, GOOD, ROOT

BAD = [
    file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "tests" / "bad").glob("*.yaml"))
    if file.stat().st_size < 4000 and not file.with_suffix(".expect").exists()
]
PLANS = [GOOD, *BAD]
BOARD = (BASE / "boards" / "qemu-q35.yaml").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    ["0x", "010", "NO", "{", "}", "[", "]", ":", " ", "\n", "- ", "&a ", "*a", "<<: ", "!!str ", '"', "'", "|\n", ">", "%", "@",
     "`", "\t", "null", "ms", "-1", "9" * 50, "\x85", "\u2028", "é", "\ufeff", "#", "? ", "\x00", "\x1b[2J", "a: *a\n",
     "auto", "hyp: 1\n", "0 ms", "ℵ", "\U0001f680"]
)  # fmt: skip


def survives(text: str | bytes) -> None:
    loaded = load("fuzz.yaml", text=text, base=BASE)
    assert loaded.plan is not None or loaded.diagnostics
    for diagnostic in loaded.diagnostics:
        place = diagnostic.place
        assert place.line >= 1
        assert place.column >= 1
        assert (place.end_line, place.end_column) >= (place.line, place.column)
    shown = render_text(loaded.diagnostics, loaded.sources)
    assert all(char.isprintable() or char == "\n" for char in shown)
    json.dumps(check_json("fuzz.yaml", loaded.diagnostics))
    json.dumps(sarif(loaded.diagnostics))


@given(st.binary(max_size=400))
def test_bytes(data: bytes) -> None:
    survives(data)


@given(st.text(max_size=400))
def test_texts(text: str) -> None:
    survives(text)


@given(st.lists(PIECES, max_size=40))
def test_pieces_of_yaml(pieces: list[str]) -> None:
    survives("".join(pieces))


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """A text with a few pieces cut out, put in or doubled."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        piece = draw(PIECES | st.just(text[at : at + 40]) | st.just(""))
        text = text[:at] + piece + text[at + length :]
    return text


@settings(max_examples=400)
@given(mutated(PLANS))
def test_mutated_plans(text: str) -> None:
    survives(text)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=mutated([BOARD]))
def test_mutated_board_files(tmp_path: Path, text: str) -> None:
    """A plan whose board file is damaged; every example overwrites the same file."""
    file = tmp_path / "damaged.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    survives(GOOD.replace("board: qemu-q35", f"board: {file}"))
