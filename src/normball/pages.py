"""One HTML file that trusts nothing it shows and loads nothing: escaping, JSON inside it, its security policy."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata

__all__ = ["as_json", "content_policy", "visible"]

INVISIBLE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, surrogate, private, unassigned, separators
STEERS = set("\u061c\u200e\u200f\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn the text around


def visible(text: str) -> str:
    """The same text, with what cannot be seen written out (a newline as \\n): nothing hides, and it can be encoded."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        ascii(c)[1:-1] if c in STEERS or unicodedata.category(c) in INVISIBLE else c for c in text
    )  # fmt: skip


def as_json(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def content_policy(style: str, script: str) -> str:
    """Only this very style and script; no connection, picture, frame, form or base address."""
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; "
        f"base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
