"""Figures: pure functions from small frames and translated words to Plotly figures."""
