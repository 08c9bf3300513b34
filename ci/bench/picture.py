"""The HTML report in a real browser: how large it is, how fast it is there, and whether everything in it works.

    python ci/bench/picture.py [AXE]

needs playwright, and Debian's chromium. AXE is the path of axe.min.js (npm install axe-core); with it accessibility is
looked at too. It fails where something does not work, and prints a table for RESULTS.md.
"""

from __future__ import annotations

import sys
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
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_LOADED = "() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"
_OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"


def main(axe: Path | None) -> None:
    """Print the table, and look at a page of each kind."""
    from playwright.sync_api import sync_playwright

    print("| DAGs | findings | size | made in (processor) | loaded in | elements |\n|---:|---:|---:|---:|---:|---:|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for number in SIZES:
            file = Path(folder, f"{number}.html")
            _measure(browser, file, number)
        for number in (SIZES[0], SIZES[-1]):
            _works(browser, Path(folder, f"{number}.html").as_uri())
        if axe is not None:
            _is_accessible(browser, Path(folder, f"{SIZES[0]}.html").as_uri(), axe.read_text(encoding="utf-8"))
    print("\neverything works")


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


def _works(browser: Any, address: str) -> None:
    with _opened(browser, address, viewport=DESK) as page:
        _filters(page)
        _leads(page)
        _colours(page)
    with _opened(browser, address, viewport=PHONE) as page:
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    with _opened(browser, address, viewport=DESK, java_script_enabled=False) as page:
        assert page.locator("svg.graph").count() > page.locator(".dag").count()
        assert not page.locator("#filters").is_visible()


def _filters(page: Any) -> None:
    everything = page.locator(".finding:visible").count()
    page.keyboard.press("/")
    page.keyboard.type("KeyError task_2")
    page.wait_for_function("() => document.querySelector('#count').textContent")
    found = page.locator(".finding:visible")
    assert 0 < found.count() < everything
    assert "task_2" in found.first.text_content()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('#count').textContent")
    assert page.locator(".finding:visible").count() == everything
    page.locator("[value=error]").uncheck()
    assert page.locator(".finding.error:visible").count() == 0
    page.locator("[value=error]").check()
    code = page.locator(".finding").first.get_attribute("data-code")
    page.locator("#code").select_option(code)
    assert set(page.locator(".finding:visible strong").all_text_contents()) == {code}
    page.locator("#code").select_option("")
    page.locator("#dag").select_option(index=1)
    assert page.locator(".dag:visible").count() == 1
    page.locator("button[type=reset]").click()
    page.wait_for_function(f"() => document.querySelectorAll('.dag:not([hidden])').length > 1 && {everything}")


def _leads(page: Any) -> None:
    page.evaluate("() => document.querySelectorAll('.dag').forEach(one => { one.open = false })")
    page.locator(".finding.error .where a").first.click()
    task = page.locator(".task.here")
    assert task.get_attribute("open") is not None
    dag = page.locator(".dag[open]")
    dag.locator(".hl.lp").hover()
    width = "one => getComputedStyle(one).strokeWidth"
    assert dag.locator(".n.lp rect").first.evaluate(width) == "3.5px"
    dag.locator("> .scroll a.n").first.click()
    page.locator(".task.here[open] svg.graph").first.wait_for(state="visible")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("() => document.activeElement.className").startswith("finding")


def _colours(page: Any) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    bright = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert bright != dark
    page.locator("#theme").click()
    assert page.evaluate(ground) == bright
    page.locator("#theme").click()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == dark
    page.keyboard.press("t")


def _is_accessible(browser: Any, address: str, axe: str) -> None:
    for look in ({"viewport": DESK}, {"viewport": DESK, "color_scheme": "dark"}, {"viewport": PHONE}):
        with _opened(browser, address, bypass_csp=True, **look) as page:
            page.evaluate(_OPEN_ALL)
            page.evaluate(axe)
            violations = page.evaluate("() => axe.run(document)")["violations"]
            assert not violations, [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in violations]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
