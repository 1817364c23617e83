"""The page for printing: one sheet about a place, a neighbourhood, two of them, the municipality or the map."""

from trefpunt.ui import print_view, shell

t = shell.text()
print_view.page(t)
