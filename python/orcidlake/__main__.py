"""``python -m orcidlake`` is the program ``orcidlake``."""

from ._cli import main

main()
