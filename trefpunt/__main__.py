"""`python -m trefpunt`."""

from trefpunt.cli import main

main()
