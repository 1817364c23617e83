"""The tables that are computed from the other tables, so that nobody has to wait for them: measures of the whole city.

A table here is flat; `trefpunt.tables.derived_schemas` says which columns are its key.
"""

from __future__ import annotations

import pandas as pd

from trefpunt.metrics.category_measures import category_measures
from trefpunt.metrics.living_environment_table import one_sidedness_table
from trefpunt.metrics.setting import Setting


def derived_tables(setting: Setting) -> dict[str, pd.DataFrame]:
    """Compute every derived table.

    Parameters
    ----------
    setting
        The municipality with all its distances.

    Returns
    -------
    dict
        Name (a key of `DERIVED_SCHEMAS`) → table, ordered by its key; the same bytes for the same setting.
    """
    per_category = category_measures(setting)
    one_sided = one_sidedness_table(setting)
    # Last, and imported here: what PySAL brings along then does not stand in memory beside the measures.
    from trefpunt.build.segregation import segregation

    separated = segregation({"neighbourhood": setting.neighbourhoods, "district": setting.districts})
    return {
        "bridging": per_category.categories.reset_index(),
        "closing": per_category.closing.sort_index().reset_index(),
        "clusters": separated.clusters.reset_index(),
        "one_sidedness": one_sided,
        "segregation": separated.indices.reset_index(),
    }
