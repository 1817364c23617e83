"""Entry of the explorer: ``streamlit run streamlit_app.py``.

Streamlit finds `app` and starts its server with it; for every visitor it runs this file as the script.
"""

import streamlit as st

from trefpunt.ui import start

app = st.App(__file__, lifespan=start.warming)

if __name__ == "__main__":
    from trefpunt.ui import shell

    shell.run()
