"""Local servers that answer as CBS, PDOK, Overpass and an extract server do, faults included."""
