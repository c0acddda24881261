"""The dashboard: what marketing, sales and operations open in a browser, in Portuguese first.

It reads the published release, the registry and small files of the home, and never the warehouse.
"""
