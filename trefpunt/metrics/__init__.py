"""Measures of places, neighbourhoods and the city: pure functions on tables and arrays."""
