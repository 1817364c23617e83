"""Trefpunt: where residents of low- and high-welfare neighbourhoods could meet."""

__version__ = "0.1.0"
