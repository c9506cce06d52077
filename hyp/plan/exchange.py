"""Diagnostics for programs: the check command's JSON, version 1, and SARIF 2.1.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hyp import __version__
from hyp.codes import CODES
from hyp.diagnostics import Diagnostic, Place, Severity

CHECK_VERSION = 1
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def check_json(plan: str, diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """`plan` is the file as the user named it. Lines and columns are 1-based, ends exclusive."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    return {
        "version": CHECK_VERSION,
        "plan": plan,
        "summary": {"errors": severities.count(Severity.ERROR), "warnings": severities.count(Severity.WARNING)},
        "diagnostics": [
            {
                "code": diagnostic.code,
                "severity": str(diagnostic.severity),
                **_place(diagnostic.place),
                "message": diagnostic.message,
                "why": diagnostic.why,
                "fix": diagnostic.fix,
                "related": [
                    {"file": one.place.file, "line": one.place.line, "column": one.place.column, "message": one.message}
                    for one in diagnostic.related
                ],
            }
            for diagnostic in diagnostics
        ],
    }


def sarif(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """A SARIF log with one run; rules are those that were broken."""
    used = sorted({diagnostic.code for diagnostic in diagnostics})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES[code].title},
            "fullDescription": {"text": CODES[code].why},
            "defaultConfiguration": {"level": str(CODES[code].severity)},
        }
        for code in used
    ]
    results = [
        {
            "ruleId": diagnostic.code,
            "ruleIndex": used.index(diagnostic.code),
            "level": str(diagnostic.severity),
            "message": {"text": f"{diagnostic.message}. Why: {diagnostic.why}. Fix: {diagnostic.fix}"},
            "locations": [_location(diagnostic.place)],
            "relatedLocations": [{**_location(one.place), "message": {"text": one.message}} for one in diagnostic.related],
        }
        for diagnostic in diagnostics
    ]
    driver = {"name": "hyp", "version": __version__, "rules": rules}
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    """A relative reference, or a file URI for an absolute path."""
    from urllib.parse import quote  # here: SARIF alone needs it

    return f"file://{quote(file)}" if file.startswith("/") else quote(file)
