"""Whether decoded JSON has the shape of a TypedDict: a manifest may have been edited or come from another version."""

from __future__ import annotations

from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

_WORDS = {int: "a number", str: "a text", bool: "true or false", dict: "an object", list: "a list"}


def misfit(value: object, wanted: Any, path: str = "") -> str | None:
    """What is wrong with `value`, with its path; None when it has the shape `wanted`. Unknown keys are allowed."""
    at = path or "the file"
    if wanted is Any:
        return None
    if is_typeddict(wanted):
        if not isinstance(value, dict):
            return f"{at} is not an object"
        for key, kind in get_type_hints(wanted).items():
            inner = f"{path}.{key}" if path else key
            if key not in value:
                return f"{inner} is missing"
            if found := misfit(value[key], kind, inner):
                return found
        return None
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        complaints = [misfit(value, kind, path) for kind in arguments]
        return None if None in complaints else complaints[0]
    plain = origin or wanted
    if not isinstance(value, plain) or (plain is int and isinstance(value, bool)):
        return f"{at} is not {_WORDS.get(plain, 'null')}"
    if plain is list:
        assert isinstance(value, list)
        inners = ((f"{path}[{n}]", item, arguments[0]) for n, item in enumerate(value))
    elif plain is dict and arguments:
        assert isinstance(value, dict)
        inners = ((f"{path}.{key}", item, arguments[1]) for key, item in value.items())
    else:
        return None
    return next((found for inner, item, kind in inners if (found := misfit(item, kind, inner))), None)
