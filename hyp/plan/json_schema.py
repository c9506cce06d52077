"""JSON Schemas (draft 2020-12) of plan, board, manifest and the check command's output: for editors, and for programs that write plans."""

from __future__ import annotations

from typing import Any

from hyp.codes import CODES
from hyp.plan import board_language, language
from hyp.plan.exchange import CHECK_VERSION
from hyp.plan.shapes import Record

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """All schemas of the plan stage by file name."""
    return {
        "plan.schema.json": language_schema("hyp partition plan", "hyp", language.VERSION, language.PLAN),
        "board.schema.json": language_schema("hyp board file", "hyp_board", board_language.VERSION, board_language.BOARD),
        "partition.schema.json": {"$schema": DRAFT, "title": "hyp partition manifest", **language.MANIFEST.schema()},
        "check.schema.json": _check(),
    }


def language_schema(title: str, key: str, version: int, record: Record) -> dict[str, Any]:
    """The schema of a file whose `key` says the version of its language."""
    schema = record.schema()
    schema["properties"][key] = {"description": schema["properties"][key]["description"], "const": version}
    return {"$schema": DRAFT, "title": f"{title}, version {version}", **schema}


def _check() -> dict[str, Any]:
    place = {"file": {"type": "string"}, "line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}}
    ends = {"end_line": {"type": "integer", "minimum": 1}, "end_column": {"type": "integer", "minimum": 1}}
    texts = {"message": {"type": "string"}, "why": {"type": "string"}, "fix": {"type": "string"}}
    related = _closed({**place, "message": {"type": "string"}})
    diagnostic = _closed(
        {
            "code": {"enum": sorted(CODES)},
            "severity": {"enum": ["error", "warning"]},
            **place,
            **ends,
            **texts,
            "related": {"type": "array", "items": related},
        }
    )
    count = {"type": "integer", "minimum": 0}
    output = _closed(
        {
            "version": {"const": CHECK_VERSION},
            "plan": {"type": "string"},
            "summary": _closed({"errors": count, "warnings": count}),
            "diagnostics": {"type": "array", "items": diagnostic},
        }
    )
    return {"$schema": DRAFT, "title": f"hyp check --format json, version {CHECK_VERSION}", **output}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly these keys."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
