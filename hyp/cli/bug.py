"""What is kept when hyp itself fails: the traceback, in a file, so that the user sees one line."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from hyp import __version__


def save_traceback(error: Exception) -> str:
    """Writes the traceback of `error`; returns words for where it is. HYP_DEBUG=1 prints it instead."""
    text = f"hyp {__version__}, Python {sys.version.split()[0]}\n" + "".join(traceback.format_exception(error))
    if os.environ.get("HYP_DEBUG") == "1":
        print(text, file=sys.stderr, end="")
        return "the text above"
    try:
        handle, name = tempfile.mkstemp(prefix="hyp-traceback-", suffix=".txt", text=True)
        with os.fdopen(handle, "w") as file:
            file.write(text)
    except OSError:
        return "HYP_DEBUG=1 set, which prints where it happened"
    return name
