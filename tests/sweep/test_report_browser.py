"""The report in a real browser: what it loads, how it moves, whether it can be read, on paper and on telephones too.

Needs a chromium on the path and the Python package playwright, and installs neither.  Where one is missing, a sentence
says so on stderr, and what can be said without a browser is still tested (here and in tests/report/test_page.py).
"""

from __future__ import annotations

import re
import shutil
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import confusion_matrix

from normball.report import build_report
from normball.report.build import page_file
from report.class_sample import flowers
from report.elements import Page
from report.sample import HOSTILE, hostile, huge, ordinary, outcomes

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = [
    *([] if BROWSER else ["no chromium was found (Debian, Ubuntu: apt install chromium)"]),
    *([] if find_spec("playwright") else ["the Python package playwright is not installed"]),
]


def test_the_script_speaks_of_what_is_there():
    """Every element that the script asks for by its name exists in a large report or one of three classes."""
    text, script = build_report(huge()) + build_report(flowers()), page_file("script.js")
    wanted = set(re.findall(r'(?:byId|ById)\("([^"]+)"\)', script))
    assert {"data", "rows", "search", "more", "threshold", "exact", "cut"} <= wanted
    assert wanted <= set(re.findall(r' id="([^"]+)"', text))
    cells = set(re.findall(r'data-cell="([^"]+)"', text))
    put = re.search(r"put\(\{(.*?)\}\);", script, re.S)
    assert put and cells == set(re.findall(r"(\w+): ", put[1]))
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("):
        assert danger not in script


if MISSING:

    def test_without_a_browser_this_is_all_that_was_looked_at(capfd):
        with capfd.disabled():
            print(f"\nThe report was NOT opened in a browser: {'; '.join(MISSING)}.", file=sys.__stderr__, flush=True)
        for word in HOSTILE:
            page = Page(build_report(hostile(word)))
            assert sum(tag == "script" for tag, _ in page.tags) == 2
            assert not any(name.startswith("on") or name in ("src", "style") for _, at in page.tags for name in at)


else:

    @pytest.fixture(scope="module")
    def chromium():
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
            yield browser
            browser.close()

    @pytest.fixture
    def show(chromium, tmp_path):
        """show(facts, width=…, scheme=…) -> the page, offline; afterwards: it asked for itself only, without a word."""
        contexts, heard = [], []

        def opened(facts, width=1200, scheme="light", script=True):
            file = tmp_path / f"{len(contexts)}.html"
            file.write_text(build_report(facts), "utf-8")
            context = chromium.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True, java_script_enabled=script
            )
            contexts.append(context)
            page = context.new_page()
            page.on("request", lambda r: heard.append(r.url) if r.url != file.as_uri() else None)
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on("dialog", lambda dialog: heard.append(dialog.message))
            page.goto(file.as_uri())
            return page

        yield opened
        for context in contexts:
            context.close()
        assert heard == []

    def cells(page):
        return {
            key: page.text_content(f"[data-cell={key}]").replace(",", "")
            for key in ("threshold", "tp", "fp", "fn", "tn", "precision", "recall")
        }

    def expected(threshold):
        eta, y = outcomes()
        tn, fp, fn, tp = confusion_matrix(y, expit(eta) >= threshold).ravel()
        rate = lambda a, b: f"{a / b:.3f}" if b else "–"
        return dict(
            threshold=f"{threshold:g}", tp=str(tp), fp=str(fp), fn=str(fn), tn=str(tn), precision=rate(tp, tp + fp),
            recall=rate(tp, tp + fn),
        )  # fmt: skip

    @pytest.mark.parametrize("word", HOSTILE, ids=lambda w: ascii(w)[:12])
    def test_hostile_names_do_nothing(show, word):
        page = show(hostile(word), width=375)
        page.fill("#search", word.replace("\n", " ").replace("\0", "").replace("\r", "").replace("\ud800", ""))
        page.keyboard.press("End")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.documentElement.scrollWidth") == 375

    @pytest.mark.parametrize("width", [320, 375, 600, 760, 900, 1200, 1800])
    def test_no_sideways_scrolling(show, width):
        for facts in (ordinary(), huge(), flowers(), flowers(labels=tuple(f"class number {k}" for k in range(12)))):
            assert show(facts, width=width).evaluate("document.documentElement.scrollWidth") == width

    @pytest.mark.parametrize("width", [375, 1200])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("facts", [ordinary, flowers])
    def test_every_text_can_be_read(show, facts, scheme, width):
        """Computed colours of every visible text against what lies behind it: 4.5:1; letters of 10 px and more."""
        page = show(facts(), width=width, scheme=scheme)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        texts = page.evaluate(TEXTS)
        assert len(texts) > 150
        dark = scheme == "dark"
        assert (sum(luminance(t["behind"]) for t in texts) / len(texts) < 0.1) == dark
        for t in texts:
            low, high = sorted((luminance(t["ink"]), luminance(t["behind"])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, t
            assert t["size"] >= 10.0, t

    def test_slider_with_the_keyboard(show):
        page = show(ordinary())
        assert cells(page) == expected(0.5)
        page.focus("#threshold")
        for _ in range(13):
            page.keyboard.press("ArrowRight")
        assert page.input_value("#threshold") == page.input_value("#exact") == "0.63"
        assert cells(page) == expected(0.63)
        assert page.get_attribute("#threshold", "aria-valuetext").startswith("0.63: ")
        page.keyboard.press("Home")
        assert cells(page) == expected(0.0)
        page.keyboard.press("End")
        assert cells(page) == expected(1.0)
        assert page.get_attribute("#plot-pr .marker", "visibility") == "hidden"  # nobody is called: no precision

    def test_threshold_typed_and_by_button(show):
        page = show(ordinary())
        page.fill("#exact", "0.217")
        assert cells(page) == expected(0.217)
        page.click("[data-threshold='0.5']")
        assert cells(page) == expected(0.5) and page.input_value("#exact") == "0.5"
        page.fill("#exact", "")
        page.fill("#exact", "7")
        assert cells(page) == expected(1.0)
        page.click("button:has-text('base rate')")
        assert abs(float(page.input_value("#exact")) - outcomes()[1].mean()) < 6e-4

    def test_balls_lie_on_the_curves(show):
        """Where the script puts a ball, Python's curve runs: the numbers of the frame are the same in both."""
        page, (eta, y) = show(ordinary()), outcomes()
        for threshold in (0.12, 0.5, 0.86):
            page.fill("#exact", str(threshold))
            called = expit(eta) >= threshold
            for key, x, height in (
                ("roc", called[y == 0].mean(), called[y == 1].mean()),
                ("pr", called[y == 1].mean(), y[called].mean()),
            ):
                at = [float(page.get_attribute(f"#plot-{key} .marker", c)) for c in ("cx", "cy")]
                assert at == pytest.approx([58 + 328 * x, 326 - 312 * height], abs=0.06)
                line = page.get_attribute(f"#plot-{key} .curve", "d")
                points = np.array([pair.split(",") for pair in re.split("[ML]", line)[1:]], dtype=float)
                assert np.hypot(*(points - at).T).min() < 12.0

    def test_thumb_and_line_agree(show):
        """The thumb stands below the line of the threshold, at every width."""
        for width in (375, 1200):
            page = show(ordinary(), width=width)
            for threshold in ("0", "0.25", "1"):
                page.fill("#exact", threshold)
                line, box = (page.evaluate(PLACE % name) for name in ("cut", "threshold"))
                thumb = box[0] + 9 + float(threshold) * (box[1] - 18)
                assert abs(line[0] + line[1] / 2 - thumb) < 1.5

    def test_search_finds_names_anywhere(show):
        page = show(huge())
        rows = lambda: page.locator("#rows tr").count()
        assert rows() == 40
        page.fill("#search", "LENGTH 1999")
        assert rows() == 1 and page.text_content("#rows th") == "a column of ordinary length 1999"
        assert page.text_content("#found") == "1 of 2000"
        page.fill("#search", "no such column")
        assert rows() == 0
        page.fill("#search", "")
        page.click("#more")
        assert rows() == 240 and "240" in page.text_content("#count")

    def test_without_scripts_all_numbers_are_there(show):
        page = show(ordinary(), script=False)
        assert cells(page) == expected(0.5)
        assert page.locator("#rows tr").count() == 3
        for control in ("#threshold", "#exact", "#search"):
            assert not page.is_visible(control)

    def test_keyboard_reaches_all_controls_in_order(show):
        page, reached = show(huge()), []
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached[0] == "skip"
        order = [reached.index(name) for name in ("search", "more", "threshold", "exact")]
        assert order == sorted(order)

    def test_on_paper(show):
        """White paper, also where the screen is dark; no controls; the charts stay; a few pages."""
        page = show(ordinary(), scheme="dark")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert luminance(page.evaluate("getComputedStyle(document.body).color")) < 0.05
        for gone in ("#threshold", "#exact", "#search", "nav"):
            assert not page.is_visible(gone)
        for there in ("#plot-roc", "#plot-stacks", ".confusion", "#rows"):
            assert page.is_visible(there)
        pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 1 <= pages <= 6


def luminance(colour):
    """Of what getComputedStyle gives, as WCAG defines it."""
    unit = 1.0 if colour.startswith("color(srgb ") else 255.0
    channels = [float(c) / unit for c in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


PLACE = "(() => { const b = document.getElementById('%s').getBoundingClientRect(); return [b.left, b.width] })()"

TEXTS = """
(() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, box = element.getBoundingClientRect();
    if (!walk.currentNode.data.trim() || !box.width || !box.height) continue;
    if (["SCRIPT", "STYLE", "title"].includes(element.tagName) || element.className === "skip") continue;
    const style = getComputedStyle(element), drawn = element instanceof SVGElement;
    let behind = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const scale = drawn ? element.ownerSVGElement.getScreenCTM().a : 1;
    found.push({
      text: walk.currentNode.data.trim().slice(0, 40), ink: drawn ? style.fill : style.color,
      behind: getComputedStyle(behind).backgroundColor, size: parseFloat(style.fontSize) * scale,
    });
  }
  return found;
})()
"""
