"""What the pages show, and the only package that imports streamlit or folium."""
