"""The tables of a snapshot: cleaning, classifying, deduplicating, and their contracts."""
