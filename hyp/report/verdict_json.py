"""`verdict.json`, version 1: the schema is hyp/schemas/verdict.schema.json."""

from __future__ import annotations

from typing import Any

import hyp
from hyp.abi.numbers import ABI_VERSION
from hyp.image.manifest import Manifest
from hyp.target.run import Run
from hyp.timeline.verdict import Verdict, WindowResult

VERSION = 1


def verdict_json(manifest: Manifest, clock: str, run: Run, verdict: Verdict) -> dict[str, Any]:
    """Jitter and path are in ticks of `tsc_hz`; null where no release was seen. `end` says how the run ended."""
    return {
        "version": VERSION,
        "verdict": "good" if verdict.good else "bad",
        "reasons": [{"code": reason.code, "message": reason.message} for reason in verdict.reasons],
        "target": run.target,
        "clock": clock,
        "end": run.session.end.value,
        "frames": verdict.frames,
        "tsc_hz": verdict.tsc_hz,
        "jitter_bound": verdict.jitter_bound,
        "release_jitter_max": verdict.release_jitter_max,
        "kernel_path_max": verdict.kernel_path_max,
        "schedules": dict(verdict.facts.schedules),
        "module_restarts": verdict.facts.module_restarts,
        "windows": [_window(result) for result in verdict.windows],
        "health": [
            {"partition": found.partition, "event": found.event, "action": found.action, "count": found.count, "first_ns": found.first_ns}
            for found in verdict.facts.health
        ],
        "drops": {name: {"bytes": drop.bytes, "events": drop.events} for name, drop in verdict.facts.drops.items()},
        "partitions": {name: {"passed": said.passed, "text": said.text} for name, said in verdict.facts.verdicts.items()},
        "line_losses": list(run.session.losses),
        "trace_lost": sum(dump.lost for dump in run.traces or ()),
        "image_sha256": manifest["image"]["sha256"],
        "plan": manifest["plan"],
        "versions": {"hyp": hyp.__version__, "image_hyp": manifest["hyp"], "abi": ABI_VERSION, "target": run.version},
    }


def _window(result: WindowResult) -> dict[str, Any]:
    window, facts = result.window, result.facts
    return {
        "schedule": result.schedule,
        "index": window["index"],
        "core": window["core"],
        "partition": window["partition"],
        "at_ns": window["at_ns"],
        "for_ns": window["for_ns"],
        "planned": result.planned,
        "delivered": facts.delivered,
        "not_ready": facts.not_ready,
        "jitter_min": facts.late_min,
        "jitter_max": facts.late_max,
        "path_max": facts.path_max,
    }
