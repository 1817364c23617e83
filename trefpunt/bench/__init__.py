"""How fast, how large, beside its peers: `python -m trefpunt bench`. On this machine, now; never part of the tests."""
