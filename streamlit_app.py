"""Entry of the explorer: ``streamlit run streamlit_app.py``."""

from trefpunt.ui import shell

shell.run()
