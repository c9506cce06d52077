from __future__ import annotations

import pytest

from hyp.exits import ExitCode, Stop
from hyp.target.options import command_line, parse_match

STREAMS = ("hyp", "alpha")


@pytest.mark.parametrize(
    ("board", "wanted"),
    [("", "frames=7"), ("frames=100", "frames=7"), ("quiet frames=1 verbose", "quiet verbose frames=7")],
)
def test_our_frames_replace_the_boards(board: str, wanted: str) -> None:
    assert command_line(board, 7) == wanted


def test_a_match_needs_stream_and_text() -> None:
    match = parse_match("alpha:^ready: [0-9]+$", "--expect", STREAMS)
    assert match.seen_in("alpha", "ready: 12")
    assert not match.seen_in("hyp", "ready: 12")
    assert not match.seen_in("alpha", "not ready: 12")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpha", "write PARTITION:REGEX"),
        ("alpha:", "write PARTITION:REGEX"),
        ("gamma:x", "no partition 'gamma'; there are hyp, alpha"),
        ("alpha:(", "not a regular expression"),
    ],
)
def test_wrong_matches_are_usage_errors(text: str, said: str) -> None:
    with pytest.raises(Stop) as caught:
        parse_match(text, "--until", STREAMS)
    assert caught.value.code == ExitCode.ENVIRONMENT
    assert said in caught.value.message
