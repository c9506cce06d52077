"""Names that must exist: partitions and schedules, looked up where others name them."""

from __future__ import annotations

from hyp.plan.draft import Draft
from hyp.plan.node import Path
from hyp.plan.quote import nearest, quote


def find_partition(draft: Draft, name: str | None, path: Path, *, key: bool = False, declare: str = "name a partition of the plan") -> None:
    """Reports `name` when it is no partition. `declare` is the fix when no name is near."""
    if name is not None and draft.names and name not in draft.names:
        meant = nearest(name, draft.names)
        fix = f"did you mean `{meant}`?" if meant else declare
        draft.report.add("NAM004", path, f"there is no partition `{quote(name)}`", fix, key=key)


def find_schedule(draft: Draft, name: str, path: Path) -> None:
    """Reports `name` when it is no schedule."""
    if draft.schedule_names and name not in draft.schedule_names:
        meant = nearest(name, draft.schedule_names)
        fix = f"did you mean `{meant}`?" if meant else "name a schedule of the plan"
        draft.report.add("NAM007", path, f"there is no schedule `{quote(name)}`", fix)


def entry(draft: Draft, path: Path, index: int) -> Path:
    """The path of an entry of a list, where one value may stand alone."""
    return (*path, index) if draft.report.spans.is_list(path) else path
