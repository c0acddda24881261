"""The page's style sheet, and the script behind the picture buttons: what Streamlit's theme cannot say."""

from pathlib import Path

STYLE = """
<style>
[data-testid="InputInstructions"], [data-testid="stStatusWidget"], [data-testid="stElementToolbar"] {
  display: none !important; }
[data-testid="stMainBlockContainer"] { padding-top: 2.2rem; padding-bottom: 3rem; max-width: 1500px; }
[data-testid="stMetric"] { background: #FFFFFF; min-height: 7rem; }
[class*="st-key-chart-"], [class*="st-key-box-"] { background: #FFFFFF; }
[data-testid="stMetricValue"] { font-size: 1.55rem; font-weight: 600; }
[data-testid="stMetricLabel"] p { font-size: 0.9rem; color: #52606D; }
h1 { font-size: 1.9rem !important; padding-bottom: 0.2rem !important; }
h3 { font-size: 1.08rem !important; padding: 0.1rem 0 !important; }
.modebar-container { visibility: hidden; }
.eshop-image { font: inherit; font-size: 0.9rem; padding: 0.25rem 0.75rem; min-height: 2.1rem; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid #D5DBE1; border-radius: 0.5rem; }
.eshop-image:hover { border-color: #0072B2; color: #0072B2; }
[data-testid="stDownloadButton"] button { min-height: 2.1rem; padding: 0.25rem 0.75rem; font-size: 0.9rem; }
.eshop-table { overflow-x: auto; }
.eshop-table table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
.eshop-table:has(th:nth-child(10)) table { font-size: 0.8rem; }
.eshop-table:has(th:nth-child(10)) :is(th, td) { padding: 0.34rem 0.4rem; }
.eshop-table th { text-align: left; color: #52606D; font-weight: 600; border-bottom: 2px solid #D5DBE1; }
.eshop-table th, .eshop-table td { padding: 0.38rem 0.7rem; vertical-align: top; }
.eshop-table td { border-bottom: 1px solid #EEF1F4; }
.eshop-table .number { text-align: right; font-variant-numeric: tabular-nums; }
.eshop-table td.number { white-space: nowrap; }
.eshop-persona h4 { margin: 0; padding: 0; font-size: 1.1rem; }
.eshop-persona .swatch { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 50%;
  margin-right: 0.5rem; }
.eshop-persona dl { display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 0.8rem; margin: 0.7rem 0; padding: 0; }
.eshop-persona dt { color: #52606D; margin: 0; padding: 0; }
.eshop-persona dd { margin: 0; text-align: right; font-weight: 600; }
.eshop-persona p { font-size: 0.88rem; color: #3E4C59; margin: 0; }
</style>
"""

SCRIPT = """
<script>
document.documentElement.lang = "{language}";
window.eshopSkip = () => {{
  const words = document.querySelector("[data-testid=stSkipToContent]")?.firstChild;
  if (words && words.nodeValue !== "{skip}") words.nodeValue = "{skip}";
}};
window.eshopSkip();
if (!window.eshopIsReady) {{
  // Streamlit draws the link before this script, after it, or again, as it likes.
  new MutationObserver(() => window.eshopSkip()).observe(document.body, {{ childList: true, subtree: true }});
  window.eshopIsReady = true;
  document.addEventListener("click", (event) => {{
    const button = event.target.closest(".eshop-image");
    if (!button) return;
    const chart = document.querySelector(".st-key-" + CSS.escape(button.dataset.chart));
    const save = chart && chart.querySelector(".modebar-btn");
    if (save) save.dispatchEvent(new MouseEvent("click", {{ bubbles: true }}));
  }});
}}
</script>
"""
"""Says the language, words Streamlit's only English link in it, and lets a labelled button click Plotly's own."""

ICON = Path(__file__).with_name("icon.png")
"""The tab's own picture: without one, Streamlit takes it from another site."""
