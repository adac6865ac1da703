"""Chromium in front of our pages, driven by Playwright, with a note of all that a page should not have done."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

WIDE, PHONE = (1280, 900), (375, 720)
ROOT = ("--no-sandbox",)
"""Chromium wants it where it runs as root, as in containers."""

OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth
  const boxed = e => { for (let up = e.parentElement; up; up = up.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return true; return false }
  const out = [...document.querySelectorAll('main *, header *, footer *')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > wide + 0.5 && !boxed(e))
    .map(e => `${e.tagName}.${e.getAttribute('class')} ${Math.round(e.getBoundingClientRect().right)}px ` +
      e.textContent.trim().slice(0, 40))
  return document.documentElement.scrollWidth > wide ? [`page ${document.documentElement.scrollWidth}`, ...out] : out
}"""
"""What is cut off or scrolls the page sideways. A box that scrolls by itself may be wider inside."""

AUDIT = """async () => (await axe.run(document, {preload: false, resultTypes: ['violations']})).violations
  .filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => `${v.impact} ${v.id}: ${v.help}; ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)"""

FOCUSED = "() => (document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
OUTLINED = """() => { const style = getComputedStyle(document.activeElement)
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none' }"""

AWAY = ("/login/start",)
"""Addresses of our own that lead to GitHub at once."""

LINKED = "all => all.map(a => new URL(a.getAttribute('href'), document.baseURI).href)"


class Browser:
    """A running Chromium. `context` opens a profile of its own."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    @contextmanager
    def page(
        self, base: str, size: tuple[int, int] = WIDE, *, dark: bool = False, scripts: bool = True, scale: float = 1
    ) -> Iterator[Tab]:
        """A tab in a profile of its own. When it is left, nothing that it noted may be wrong."""
        context = self._chromium.new_context(
            base_url=base,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            device_scale_factor=scale,
        )
        try:
            tab = Tab(context.new_page(), base)
            yield tab
            assert not tab.wrong, tab.wrong
        finally:
            context.close()


class Tab:
    """One tab. `page` is Playwright's; `wrong` is what the console, our own policy or the network complained about."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._host = urlsplit(base).netloc
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def open(self, path: str) -> None:
        """Go there, whatever it answers."""
        self.page.goto(path)

    def tabbed(self, most: int) -> list[str]:
        """What the Tab key reaches, to the last or so many, by name; what cannot be seen to have the focus is wrong."""
        reached = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("() => document.activeElement === document.body"):
                break  # past the last
            reached.append(self.page.evaluate(FOCUSED))
            if not self.page.evaluate(OUTLINED):
                self.wrong.append(f"focus is not seen: {reached[-1]}")
        return reached

    def overflowing(self) -> list[str]:
        """What is wider than the page."""
        found: list[str] = self.page.evaluate(OVERFLOWING)
        return found

    def audit(self, axe: str) -> list[str]:
        """What axe-core, whose source this is, finds serious or critical. Our policy does not let a page load it."""
        self.page.evaluate(axe)
        found: list[str] = self.page.evaluate(AUDIT)
        return found

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 404" not in text:
            self.wrong.append(f"console: {text}")

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != self._host:
            self.wrong.append(f"asked {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 500 or (response.status >= 400 and not response.request.is_navigation_request()):
            self.wrong.append(f"{response.status} {response.url}")


@contextmanager
def chromium(playwright: str, executable: str) -> Iterator[Browser]:
    """Start it. `playwright`: the folder that the library is installed in; it is looked into after all others."""
    if playwright not in sys.path:
        sys.path.append(playwright)
    with importlib.import_module("playwright.sync_api").sync_playwright() as library:
        running = library.chromium.launch(executable_path=executable, args=ROOT)
        try:
            yield Browser(running)
        finally:
            running.close()


def crawl(tab: Tab, start: Sequence[str], most: int) -> list[str]:
    """Every address of our own that these lead on to, one for each page and kind of question. Fails beyond `most`."""
    found, waiting = dict[str, str](), list(start)
    while waiting:
        path = waiting.pop(0)
        if _kind(path) in found or path.startswith(AWAY):
            continue
        assert len(found) < most, f"more than {most} pages: {list(found)}"
        found[_kind(path)] = path
        tab.open(path)
        links = tab.page.locator("a[href]:not([download])").evaluate_all(LINKED)
        urls = [urlsplit(link) for link in links]
        here = urlsplit(tab.page.url)
        waiting += [f"{u.path}?{u.query}" if u.query else u.path for u in urls if u.netloc == here.netloc]
    return list(found.values())


def _kind(path: str) -> str:
    """Pages of a list are one kind; each version and each artifact is one of its own."""
    parts = urlsplit(path)
    query = {k: v for k, v in parse_qs(parts.query).items() if k not in ("after", "page", "next")}
    return f"{parts.path}?{sorted(query.items())}"


def source(axe: str) -> str:
    """axe-core's own code."""
    return Path(axe).read_text("utf-8")
