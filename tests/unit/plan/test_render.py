"""The text of diagnostics, exactly."""

from __future__ import annotations

from hyp.plan.render import WIDTH, render_text, summary
from tests.unit.plan.plans import GOOD, changed, check


def rendered(text: str, *, colour: bool = False) -> str:
    loaded = check(text)
    return render_text(loaded.diagnostics, loaded.sources, colour=colour)


def test_a_diagnostic_with_a_related_place() -> None:
    assert rendered(changed(("at: 2 ms", "at: 500 us"))) == (
        "plan.yaml:11:9: error SCH001: windows 2 (`a`) [0 ms, 1 ms) and 1 (`b`) [500 us, 1.5 ms) overlap\n"
        "   11 |       - {partition: b, at: 500 us, for: 1 ms}\n"
        "      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  why: a core runs one partition at a time\n"
        "  fix: start window 1 at 1 ms or later, or shorten window 2\n"
        "  plan.yaml:12:9: window 2\n"
        "   12 |       - {partition: a, at: 0 ms, for: 1 ms}\n"
        "      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
    )


def test_two_diagnostics_are_apart() -> None:
    blocks = rendered(changed(("name: good", "name: Good"), ("fpu: false", "fpu: NO"))).split("\n\n")
    assert [block.split(": ")[1] for block in blocks] == ["error NAM001", "error VAL007"]


def test_long_lines_are_cut_around_the_place() -> None:
    text = changed(('args: "--gain 0.4"', "args: " + "x" * 100_000 + ", fpu: true"))
    lines = rendered(text).splitlines()
    assert all(len(line) < WIDTH + 40 for line in lines)
    assert any(line.strip(" |") == "^" * 3 for line in lines), "the second `fpu` is marked"


def test_a_line_that_fits_is_shown_whole() -> None:
    line = "console: {uart: com1, mode: text, buffer: 4 KiB,                                              baud: fast}"
    assert len(line) < WIDTH
    assert rendered(changed(("board: qemu-q35\n", f"board: qemu-q35\n{line}\n"))).splitlines()[1] == f"    4 | {line}"


def test_carets_of_a_long_value_end_at_the_cut() -> None:
    lines = rendered(changed(("name: good", "name: " + "x" * 100_000))).splitlines()
    assert all(len(line) < WIDTH + 40 for line in lines)


def test_a_terminal_is_not_obeyed() -> None:
    text = rendered(changed(("name: good", "name: 'a\x85b\u202ec'")))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_wide_characters_keep_the_caret_in_place() -> None:
    lines = rendered(changed(("board: qemu-q35", "guard: {時計: 1, b: 2}\nboard: qemu-q35"))).splitlines()
    assert "  時計" not in lines[2]
    source, carets = lines[1].split("| ")[1], lines[2].split("| ")[1]
    assert source == "guard: {時計: 1, b: 2}"
    assert carets == " " * 7 + "^" * (len("{時計: 1, b: 2}") + 2)


def test_colour() -> None:
    text = changed(("name: good", "name: Good"))
    plain, coloured = rendered(text), rendered(text, colour=True)
    assert "\x1b[31m" in coloured
    for code in ("\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_summary() -> None:
    assert summary(check(GOOD).diagnostics) == "no errors"
    assert summary(check(changed(("name: good", "name: Good"))).diagnostics) == "1 error"
    assert summary(check(changed(("budget: 900 us", "budget: 90 us"))).diagnostics) == "no errors, 1 warning"
