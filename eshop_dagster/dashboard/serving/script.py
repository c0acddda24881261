"""What Streamlit runs for each visitor and click."""

from eshop_dagster.dashboard.app import main

main()
