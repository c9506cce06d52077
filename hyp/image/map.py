"""image.map: the memory of an image for people, by physical address and by partition."""

from __future__ import annotations

from hyp.image.layout import Layout
from hyp.image.manifest import Manifest
from hyp.plan.model import Plan, Range


def text_map(plan: Plan, manifest: Manifest, layout: Layout, tables: Range) -> str:
    """The map as text; every range is half-open."""
    image, memory = manifest["image"], manifest["memory"]
    lines = [
        f"image of plan {plan.name} for board {plan.board.name}",
        f"  entry {image['entry']:#x}, {image['size']} bytes, sha256 {image['sha256']}",
        f"  RAM used {memory['used']} bytes, free {memory['free']} bytes",
        "",
        "physical memory",
    ]
    kernel = layout.kernel.segments
    rows: list[tuple[Range, str]] = [(Range(s.physical, s.size), f"kernel {_kernel_part(s.write, s.execute)}") for s in kernel]
    rows += [
        (layout.blob, "plan blob"),
        (layout.states, "partition, channel and port states, window counters"),
        (layout.cores, "core records and stacks"),
        (layout.tss, "task state segments"),
        (layout.ports, "closed I/O bitmap"),
        *((extent, f"{name}: I/O bitmap") for name, extent in layout.bitmaps.items()),
        (layout.rings, "console ring records"),
        (layout.buffers, "console buffers, health and trace rings, messages"),
        (tables, "page tables"),
    ]
    rows += [(extent, f"shared: {name}") for name, extent in layout.shared.items()]
    for placed in layout.partitions:
        name = placed.space.partition.name
        rows.append((placed.context, f"{name}: context (save area, FPU state, pristine data)"))
        rows += [(Range(a.physical, a.area.size), f"{name}: {a.area.name}") for a in placed.areas if a.area.own]
    lines += [f"  {r.start:#012x} .. {r.end:#012x}  {r.size:>10}  {what}" for r, what in sorted(rows, key=lambda row: row[0].start)]
    for channel in manifest["channels"]:
        slots = f"{channel['depth']} slots of {channel['stride']} at {channel['slots']:#x}"
        lines += [
            "",
            f"channel {channel['name']}: {channel['kind']}, {channel['source']} to {', '.join(channel['destinations'])}",
            f"  messages of {channel['size']} bytes, {slots}, state at {channel['state']:#x}",
        ]
    for partition in manifest["partitions"]:
        roots = ", ".join(f"core {core}: {root:#x}" for core, root in partition["roots"].items()) or "none"
        lines += ["", f"partition {partition['id']} {partition['name']}: entry {partition['entry']:#x}, page table root {roots}"]
        for a in partition["areas"]:
            end = a["virtual"] + a["size"]
            lines.append(f"  {a['virtual']:#016x} .. {end:#016x}  {a['size']:>10}  {a['access']:<2}  at {a['physical']:#012x}  {a['name']}")
    return "\n".join(lines) + "\n"


def _kernel_part(write: bool, execute: bool) -> str:
    return "text" if execute else "data" if write else "rodata"
