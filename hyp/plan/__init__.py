"""From plan text to a checked, frozen model: source, tree, kinds, draft, checks, model."""

from hyp.plan.load import Loaded, load

__all__ = ["Loaded", "load"]
