"""`python -m stoop` is `stoop`."""

from stoop.cli import main

main()
