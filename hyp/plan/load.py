"""`load`: the plan stage from a path to a checked plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.diagnostics import Diagnostic
from hyp.plan import language as lang
from hyp.plan.boards import find_board, load_board
from hyp.plan.checks import PLAN_CHECKS
from hyp.plan.document import read_document, version_is
from hyp.plan.finish import finished
from hyp.plan.images import with_images
from hyp.plan.manifests import check_manifests
from hyp.plan.model import Plan
from hyp.plan.node import Mapping
from hyp.plan.parse import draft_of
from hyp.plan.report import Found, Report
from hyp.plan.source import Source, read_bytes
from hyp.plan.spans import Spans


@dataclass(frozen=True)
class Loaded:
    """`plan` is None when there are errors. `spans` is None when the text has no tree. `sources`: by the file's name in places."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    spans: Spans | None
    sources: dict[str, Source]


def load(path: Path | str, *, text: str | bytes | None = None, base: Path | None = None, board: str | None = None) -> Loaded:
    """Reads and checks the plan at `path`, or `text` under that name. `base` is the folder of its relative paths.

    `board` takes the place of the board that the plan names: the same plan for another machine.

    Raises Stop (exit code 2) when the file cannot be opened; everything else is a diagnostic.
    """
    file = Path(path)
    found = Found()
    document = read_document(str(path), read_bytes(file) if text is None else text, found, defaults=True)
    sources = {document.source.name: document.source}
    report = document.report
    plan = None
    if report is not None:
        folder = (base if base is not None else file.parent).resolve()
        plan = _plan(report, file, folder, found, sources, board)
    return Loaded(plan, found.sorted(str(path)), report.spans if report else None, sources)


def _plan(report: Report, file: Path, base: Path, found: Found, sources: dict[str, Source], other: str | None) -> Plan | None:
    root = report.spans.root
    if isinstance(root, Mapping) and "hyp_board" in root.entries and "hyp" not in root.entries:
        report.add("VAL017", ("hyp_board",), "this is a board file, not a plan", "name a plan that uses it: `board: NAME`", key=True)
        return None
    if not version_is(report, "hyp", lang.VERSION):
        return None
    values = lang.PLAN.read(root, (), report)
    if values is None:
        return None
    board = None
    written = values.get(lang.BOARD) if other is None else other
    if written is not None:
        board_file = find_board(written, base, report)
        board = None if board_file is None else load_board(board_file, report, found, sources)
    draft = with_images(draft_of(values, board, file, base, report))
    check_manifests(draft, found, sources)
    for check in PLAN_CHECKS:
        check(draft)
    return None if found.errors() else finished(draft)
