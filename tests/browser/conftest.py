"""One Chromium for all tests of the page: Debian's, without a window, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from picture_reports import report_of
from playwright.sync_api import Browser, Page, expect, sync_playwright

from windtunnel.reporters import render

DESK = {"width": 1280, "height": 900}
PATIENCE = 120_000
"""Milliseconds until what does not come is given up: a busy machine must not make a test fail."""
Opened = Callable[..., AbstractContextManager[Page]]


# Not for the session: as long as Playwright is there, asyncio takes its loop for one that runs in this thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "no chromium on the path: install Debian's package chromium"
    with sync_playwright() as playwright:
        # A container may have no namespaces for a sandbox, and little shared memory.
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=program, args=options, timeout=PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of a small page, and of one with so many DAGs that each is folded, and with large numbers."""
    small, large = report_of(5), report_of(25)
    first, *others = large.runs
    reports = {"small": small, "large": replace(large, runs=(replace(first, saves=first.saves * 500), *others))}
    folder: Path = tmp_path_factory.mktemp("pages")
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(render(report, "html"), encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in reports}


@pytest.fixture
def opened(chromium: Browser) -> Opened:
    """A page in a window of its own. Nothing may complain in it, and it may ask for nothing but itself."""

    @contextmanager
    def opened(address: str, **how: object) -> Iterator[Page]:
        context = chromium.new_context(**{"viewport": DESK, **how})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        try:
            page.goto(address)
            yield page
            assert (complaints, set(asked)) == ([], {address.partition("#")[0]})
        finally:
            context.close()

    return opened
