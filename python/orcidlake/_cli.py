"""The program ``orcidlake``, as the wheel installs it."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> None:
    """Runs the program with the arguments of the command line, and ends with its status."""
    # Python would note Ctrl-C and go on; the program ends, or finishes what it must.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.main(["orcidlake", *sys.argv[1:]]))
