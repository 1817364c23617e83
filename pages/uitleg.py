"""The explanation: what this shows, how it is computed, and what it does not say."""

from trefpunt.ui import explain, shell, style

t = shell.text()
style.heading(t("explain.title"), t("explain.intro"))
explain.shows(t)
explain.measures(t)
explain.limits(t)
explain.categories(t)
explain.sources(t)
explain.projector(t)
explain.access(t)
explain.privacy(t)
explain.contact(t)
