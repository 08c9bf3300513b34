"""The HTML report in a real browser: how large it is, and how fast it is there.

    python ci/bench/picture.py

needs playwright, and Debian's chromium. It fails where a page takes too long, or where something complains in it, and
prints a table for RESULTS.md. Whether everything in the page works is told by tests/browser.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from picture_reports import report_of

from windtunnel.reporters import render

BROWSER = "/usr/bin/chromium"
SIZES = (5, 50, 500)
MOST_SECONDS = 2.0
DESK = {"width": 1280, "height": 900}
_LOADED = "() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    print("| DAGs | findings | size | made in (processor) | loaded in | elements |\n|---:|---:|---:|---:|---:|---:|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for number in SIZES:
            _measure(browser, Path(folder, f"{number}.html"), number)


def _measure(browser: Any, file: Path, number: int) -> None:
    report = report_of(number)
    began = time.process_time()
    file.write_text(render(report, "html"), encoding="utf-8")
    made = time.process_time() - began
    took = []
    for _ in range(3):
        with _opened(browser, file.as_uri(), viewport=DESK) as page:
            took.append(page.evaluate(_LOADED) / 1000)
            elements = page.locator("*").count()
    size = file.stat().st_size / 1024
    print(f"| {number} | {len(report.findings)} | {size:,.0f} KiB | {made:.1f} s | {min(took):.2f} s | {elements:,} |")
    assert min(took) < MOST_SECONDS, took


@contextmanager
def _opened(browser: Any, address: str, **how: Any) -> Iterator[Any]:
    """The page, of which nothing may complain, and which may ask for nothing."""
    context = browser.new_context(**how)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if request.url != address else None)
    page.goto(address)
    yield page
    assert not complaints, complaints
    context.close()


if __name__ == "__main__":
    main()
