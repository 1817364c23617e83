"""The two coordinate systems of the project: metres inside, degrees at the edge of the map."""

RD = "EPSG:28992"
"""Amersfoort / RD New, metres. Every table and every distance."""

WGS84 = "EPSG:4326"
"""Longitude and latitude, degrees. Only what is sent to a map or written to GeoJSON or CSV."""
