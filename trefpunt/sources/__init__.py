"""Reading of source files and services. The only package that may open a network connection."""
