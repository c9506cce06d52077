"""`defaults:` merged into the tree, key by key, before anything is read; inherited nodes keep their own places."""

from __future__ import annotations

from hyp.plan.node import Entry, Mapping, Node


def merge_defaults(root: Node) -> Node:
    """The tree with `defaults.partition` under every partition."""
    if not isinstance(root, Mapping) or "partitions" not in root.entries or "defaults" not in root.entries:
        return root
    defaults, partitions = root.entries["defaults"].value, root.entries["partitions"]
    shared = defaults.entries.get("partition") if isinstance(defaults, Mapping) else None
    if shared is None or not isinstance(shared.value, Mapping) or not isinstance(partitions.value, Mapping):
        return root
    merged = {name: Entry(entry.key, _over(shared.value, entry.value)) for name, entry in partitions.value.entries.items()}
    return root._replace(entries={**root.entries, "partitions": Entry(partitions.key, partitions.value._replace(entries=merged))})


def _over(default: Node, own: Node) -> Node:
    """`own`, with what only `default` has. Lists are not merged: the own one replaces the default's."""
    if not isinstance(default, Mapping) or not isinstance(own, Mapping):
        return own
    entries = dict(own.entries)
    for key, entry in default.entries.items():
        mine = entries.get(key)
        entries[key] = entry if mine is None else Entry(mine.key, _over(entry.value, mine.value))
    return own._replace(entries=entries, damaged=own.damaged or default.damaged)
