"""`python -m hyp`."""

from hyp.cli.main import entry

entry()
