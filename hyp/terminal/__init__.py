"""A person at a target's console: what `hyp console` does."""
