"""The HTML report in a real browser: it complains of nothing, fetches nothing, and everything in it works."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened

PHONE = {"width": 390, "height": 844}
OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"
GROUND = "() => getComputedStyle(document.body).backgroundColor"
WIDER_THAN_ITSELF = (
    "selector => [...document.querySelectorAll(selector)]"
    ".filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
)


def shown(page: Page, selector: str = ".finding") -> int:
    return page.locator(f"{selector}:visible").count()


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#search").fill(words)  # at once: what is found is counted a moment after the last key
    expect(page.locator("#count")).not_to_be_empty()


def test_search_leaves_what_has_all_words_and_escape_brings_back_the_rest(pages, opened: Opened) -> None:
    with opened(pages["small"]) as page:
        everything = shown(page)
        search(page, "KeyError task_2")
        assert 0 < shown(page) < everything
        assert all("task_2" in text for text in page.locator(".finding:visible").all_text_contents())
        expect(page.locator("#count")).to_have_text(f"{shown(page)} of {everything} findings")
        page.keyboard.press("Escape")
        expect(page.locator("#count")).to_be_empty()
        assert shown(page) == everything
        search(page, "what nobody has written")
        expect(page.locator("#none")).to_be_visible()


def test_search_finds_what_stands_in_dags_that_nobody_has_opened(pages, opened: Opened) -> None:
    with opened(pages["large"]) as page:
        search(page, "/data/dag_7/task_1.parquet")
        expect(page.locator(".dag:visible > summary .name")).to_have_text(["dag_7"])


def test_findings_are_filtered_by_severity_check_and_dag(pages, opened: Opened) -> None:
    with opened(pages["small"]) as page:
        everything = shown(page)
        page.locator("[value=error]").uncheck()
        expect(page.locator(".finding.error:visible")).to_have_count(0)
        assert 0 < shown(page) < everything
        page.locator("[value=error]").check()
        page.locator("#code").select_option("WT203")
        assert set(page.locator(".finding:visible strong").all_text_contents()) == {"WT203"}
        page.locator("#code").select_option("")
        page.locator("#dag").select_option(label="dag_2")
        expect(page.locator(".dag:visible")).to_have_count(1)
        page.locator("button[type=reset]").click()
        expect(page.locator(".dag:visible")).to_have_count(5)
        assert shown(page) == everything


def test_a_deep_link_leads_to_a_finding_whatever_is_filtered(pages, opened: Opened) -> None:
    with opened(pages["large"]) as page:
        fingerprint = page.locator(".finding").last.get_attribute("id")
    with opened(f"{pages['large']}#{fingerprint}") as page:
        finding = page.locator(f"[id='{fingerprint}']")
        expect(finding).to_be_in_viewport()
        expect(finding).to_be_focused()
        page.evaluate("() => { location.hash = '' }")
        search(page, "failed")
        expect(finding).to_be_hidden()
        page.evaluate(f"() => {{ location.hash = '{fingerprint}' }}")
        expect(finding).to_be_in_viewport()


def test_the_place_of_a_finding_leads_to_its_task_and_opens_it(pages, opened: Opened) -> None:
    for name in ("small", "large"):
        with opened(pages[name]) as page:
            page.evaluate("() => document.querySelectorAll('.dag').forEach(one => { one.open = false })")
            page.locator(".finding.error .where a").first.click()
            task = page.locator(".task.here")
            expect(task).to_have_attribute("open", "")
            expect(task.locator("summary")).to_be_in_viewport()
            expect(task.locator("summary")).to_contain_text("failed")
            task.locator(".pins a").first.click()
            expect(page.locator(".finding.here")).to_be_focused()


def test_a_task_opens_into_the_graph_that_ran_in_it(pages, opened: Opened) -> None:
    with opened(pages["large"]) as page:
        dag = page.locator(".dag").first
        assert dag.locator("svg").count() == 0, "what nobody has opened costs nothing"
        dag.locator("> summary").click()
        dag.locator("> .scroll a.n").first.click()
        task = page.locator(".task.here[open]")
        graph = task.locator("svg.graph").first
        expect(graph).to_be_visible()
        expect(graph.locator(".n", has_text="column_1").first).to_be_visible()
        expect(task.locator("caption")).to_have_text("Saves")
        expect(task.locator("td").first).to_be_visible()


def test_the_longest_path_is_shown_while_it_is_pointed_at_and_when_it_is_chosen(pages, opened: Opened) -> None:
    thick = "one => getComputedStyle(one).strokeWidth"
    with opened(pages["small"]) as page:
        dag = page.locator(".dag").first
        dag.evaluate("one => { one.open = true }")
        drawn = dag.locator(".n.lp rect").first
        thin = drawn.evaluate(thick)
        dag.locator(".hl.lp").hover()
        assert drawn.evaluate(thick) != thin
        page.mouse.move(0, 0)
        assert drawn.evaluate(thick) == thin
        dag.locator(".hl.lp").click()
        page.mouse.move(0, 0)
        expect(dag.locator(".hl.lp")).to_have_attribute("aria-pressed", "true")
        assert drawn.evaluate(thick) != thin


def test_colours_are_the_systems_until_somebody_chooses(pages, opened: Opened) -> None:
    with opened(pages["small"], color_scheme="light") as page:
        bright = page.evaluate(GROUND)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(GROUND)
        assert bright != dark
        page.locator("#theme").click()
        assert page.evaluate(GROUND) == bright
        page.keyboard.press("t")
        page.emulate_media(color_scheme="light")
        assert page.evaluate(GROUND) == dark
        page.reload()
        assert page.evaluate(GROUND) == dark, "the choice is kept"
        page.keyboard.press("t")
        assert page.evaluate(GROUND) == bright


def test_the_keyboard_goes_from_finding_to_finding(pages, opened: Opened) -> None:
    with opened(pages["small"]) as page:
        findings = page.locator(".finding")
        for key, number in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
            page.keyboard.press(key)
            expect(findings.nth(number)).to_be_focused()
            expect(findings.nth(number)).to_be_in_viewport()


@pytest.mark.parametrize("name", ["small", "large"])
def test_nothing_runs_out_of_a_phone_nor_out_of_its_box(pages, opened: Opened, name: str) -> None:
    for size in (PHONE, {"width": 1280, "height": 900}):
        with opened(pages[name], viewport=size) as page:
            page.evaluate(OPEN_ALL)
            assert page.evaluate("() => document.documentElement.scrollWidth") == size["width"]
            assert page.evaluate(WIDER_THAN_ITSELF, ".tiles div, .finding header, summary, .chip, .sev, .shape") == []


def test_all_can_be_read_without_scripts(pages, opened: Opened) -> None:
    for name, dags in (("small", 5), ("large", 25)):
        with opened(pages[name], java_script_enabled=False) as page:
            assert page.locator("svg.graph").count() > dags
            assert page.locator(".finding").count() == int(page.locator("#findings small").inner_text())
            expect(page.locator("#filters")).to_be_hidden()
            page.locator(".dag > summary").first.click()
            expect(page.locator(".dag svg.graph").first).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
def test_it_is_accessible(pages, opened: Opened, look: dict[str, object]) -> None:
    with opened(pages["small"], bypass_csp=True, **look) as page:
        page.evaluate(OPEN_ALL)
        result = Axe().run(page)
        found = [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in result.response["violations"]]
        assert found == []
        assert len(result.response["passes"]) > 10
