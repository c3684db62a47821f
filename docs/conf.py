"""Sphinx: Markdown pages, one theme, nothing from outside; the gallery's scripts run here."""

import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # gallery_order

project = "normball"
author = "The normball authors"
copyright = "2026, The normball authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_gallery.gen_gallery"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = "normball"
html_theme_options = {
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 3,  # more would take a second line
}
html_sidebars = {"[!g]**": [], "guide/*": []}  # only the gallery has a section to navigate in
html_show_sourcelink = False
myst_heading_anchors = 3

TORCH = importlib.util.find_spec("torch") is not None  # without it the networks' pages show their code alone
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": "plot_" if TORCH else "plot_(?!net_)",
    "within_subsection_order": "gallery_order.ByStory",
    "write_computation_times": False,
    "download_all_examples": False,
    "reset_modules": ("matplotlib",),
    "capture_repr": (),  # what is printed, not the last object of a block
}

autodoc_typehints = "none"
autodoc_member_order = "bysource"


def as_written(app, what, name, obj, options, lines):
    """Docstrings are plain text with formulas, aligned by hand: shown as they stand."""
    if lines and what != "module":
        lines[:] = ["::", "", *("   " + line for line in lines), ""]


def setup(app):
    app.connect("autodoc-process-docstring", as_written)
