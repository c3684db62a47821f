"""Sphinx: Markdown pages, one theme, nothing from outside."""

project = "normball"
author = "The normball authors"
copyright = "2026, The normball authors"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_show_sourcelink = False
myst_heading_anchors = 3
