"""The monitor's line: records are found again after noise, and lost ones are counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyp.monitor.records import SIZE, Decoder, Record, crc8, encode

RECORDS = st.builds(
    Record, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 16) - 1)
)


def test_the_code_is_the_usual_one() -> None:
    assert crc8(b"123456789") == 0xF4


@given(st.lists(RECORDS, max_size=5), st.integers(1, 40))
def test_whole_records_come_back_however_they_are_cut(records: list[Record], size: int) -> None:
    decoder, data = Decoder(), b"".join(map(encode, records))
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [one for piece in pieces for one in decoder.feed(piece)] == records


def test_what_is_lost_is_counted() -> None:
    decoder = Decoder()
    sent = [encode(Record(0, 0, number % 256, number, 0)) for number in range(250, 262)]
    damaged = bytearray(b"".join(sent))
    damaged[2 * SIZE + 5] ^= 0x10
    del damaged[5 * SIZE : 5 * SIZE + 4]
    assert [one.a for one in decoder.feed(bytes(damaged))] == [250, 251, 253, 254, 256, 257, 258, 259, 260, 261]
    assert decoder.lost == 2


@given(st.binary(max_size=200))
def test_noise_is_no_error(noise: bytes) -> None:
    list(Decoder().feed(noise))
