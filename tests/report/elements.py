"""A report taken apart, as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "path", "circle", "rect"}


class Page(HTMLParser):
    """What stands in a file: elements with attributes, the text of scripts and styles, unbalanced tags."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.text, self.raw = [], [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            key = (self.open[-1], self.tags[-1][1].get("type", ""))
            self.raw[key] = self.raw.get(key, "") + data
        else:
            self.text.append(data)
