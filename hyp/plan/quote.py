"""Words of the user's in our sentences: short, printable, and the nearest known word to a mistaken one."""

from __future__ import annotations

from collections.abc import Iterable

QUOTE_MAX = 40
"""Characters of a user's text that a message repeats."""


def quote(text: str) -> str:
    """`text` cut to QUOTE_MAX characters, control characters as `\\xNN`."""
    cut = text if len(text) <= QUOTE_MAX else text[: QUOTE_MAX - 1] + "…"
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in cut)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` may have been meant to be."""
    if len(word) > QUOTE_MAX:
        return None
    import difflib  # only a mistake needs it, and it costs milliseconds

    folded = {name.lower().replace("-", "_"): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def listed(words: Iterable[str], limit: int = 12) -> str:
    """`a`, `b` and `c`; long lists are cut."""
    names = [f"`{quote(word)}`" for word in words]
    if len(names) > limit:
        return ", ".join(names[:limit]) + f" and {len(names) - limit} more"
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def alternatives(words: Iterable[str], limit: int = 12) -> str:
    """`a`, `b` or `c`."""
    names = [f"`{quote(word)}`" for word in words]
    if len(names) > limit:
        return ", ".join(names[:limit]) + f" or {len(names) - limit} more"
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " or " + names[-1]
