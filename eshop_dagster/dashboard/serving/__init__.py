"""The dashboard's server, and the script that it runs for each visitor: apart from `pages/`, which Streamlit would
otherwise take for pages of its own.
"""
