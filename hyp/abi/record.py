"""Records: C structures described as data, with one layout rule and a codec.

A record's fields are little-endian and naturally aligned; padding is never implicit, so a layout is
what is written here. The C header asserts every offset again.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

_SCALARS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i32": "i", "i64": "q"}
_POINTER_SIZE = 8
_SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i32": 4, "i64": 8, "char": 1}

Value = int | str | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True)
class Field:
    """One member: `kind` is a scalar name, `char` (a NUL-padded UTF-8 text), another record, or `*` and a C type: an address."""

    name: str
    kind: str | Record
    doc: str = ""
    count: int = 1

    @property
    def is_pointer(self) -> bool:
        return isinstance(self.kind, str) and self.kind.startswith("*")

    @property
    def scalar(self) -> str:
        """The `struct` letter of a scalar or address."""
        return "Q" if self.is_pointer else _SCALARS[str(self.kind)]

    @property
    def item_size(self) -> int:
        if isinstance(self.kind, Record):
            return self.kind.size
        return _POINTER_SIZE if self.is_pointer else _SIZES[self.kind]

    @property
    def alignment(self) -> int:
        return self.kind.alignment if isinstance(self.kind, Record) else self.item_size

    @property
    def size(self) -> int:
        return self.item_size * self.count


@dataclass(frozen=True)
class Record:
    """A C structure `struct <name>`; `doc` says who writes it and who reads it."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Byte offset of each field; ValueError if a field would need padding."""
        at, found = 0, {}
        for field in self.fields:
            if at % field.alignment:
                raise ValueError(f"{self.name}.{field.name} at {at} needs padding before it")
            found[field.name] = at
            at += field.size
        return found

    @cached_property
    def size(self) -> int:
        """Bytes; ValueError if the tail would need padding."""
        last = self.fields[-1]
        size = self.offsets[last.name] + last.size
        if size % self.alignment:
            raise ValueError(f"{self.name} has {size} bytes and needs padding at its end")
        return size

    @cached_property
    def alignment(self) -> int:
        return max(field.alignment for field in self.fields)

    def pack(self, /, **values: Value) -> bytes:
        """The record's bytes; fields that are not named are zero; KeyError for an unknown name."""
        known = {field.name for field in self.fields}
        if unknown := set(values) - known:
            raise KeyError(f"{self.name} has no field {sorted(unknown)}")
        parts = [_encode(field, values[field.name]) if field.name in values else bytes(field.size) for field in self.fields]
        return b"".join(parts)

    def unpack(self, data: bytes | memoryview, at: int = 0) -> dict[str, Value]:
        """Field values of the record that starts at byte `at` of `data`."""
        return {field.name: _decode(field, data, at + self.offsets[field.name]) for field in self.fields}


def _encode(field: Field, value: Value) -> bytes:
    if field.kind == "char":
        raw = str(value).encode("utf-8")
        if len(raw) >= field.count:
            raise ValueError(f"{field.name}: {value!r} is longer than {field.count - 1} characters")
        return raw.ljust(field.count, b"\0")
    items = value if isinstance(value, list) else [value]
    if len(items) > field.count:
        raise ValueError(f"{field.name} holds {field.count} values, got {len(items)}")
    if isinstance(field.kind, Record):
        encoded = b"".join(field.kind.pack(**item) for item in items if isinstance(item, dict))
    else:
        encoded = struct.pack(f"<{len(items)}{field.scalar}", *items)
    return encoded.ljust(field.size, b"\0")


def _decode(field: Field, data: bytes | memoryview, at: int) -> Value:
    if field.kind == "char":
        return bytes(data[at : at + field.count]).split(b"\0", 1)[0].decode("utf-8", "replace")
    items: list[Value]
    if isinstance(field.kind, Record):
        items = [dict(field.kind.unpack(data, at + n * field.item_size)) for n in range(field.count)]
    else:
        items = list(struct.unpack_from(f"<{field.count}{field.scalar}", data, at))
    return items[0] if field.count == 1 else items
