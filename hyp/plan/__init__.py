"""From plan text to a checked, frozen model: source, spans, units, parse, model, checks."""
