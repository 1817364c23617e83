"""All municipalities at once: `python -m trefpunt build --all` (docs/country.md)."""
