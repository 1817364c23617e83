"""The tables that are computed from the other tables, so that nobody has to wait for them: measures of the whole city.

A table here is flat; `trefpunt.tables.derived_schemas` says which columns are its key.
"""

from __future__ import annotations

import pandas as pd

from trefpunt.build.segregation import segregation
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
    separated = segregation({"neighbourhood": setting.neighbourhoods, "district": setting.districts})
    return {
        "segregation": separated.indices.reset_index(),
        "clusters": separated.clusters.reset_index(),
    }
