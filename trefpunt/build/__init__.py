"""The build step: from a folder of source files to a snapshot and its report."""
