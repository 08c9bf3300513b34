"use strict";
(() => {
  const root = document.documentElement;
  const one = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  root.classList.add("js");

  // A page that is opened from disk may have no storage: then the choice lasts as long as the page.
  const themes = ["", "light", "dark"];
  const names = { "": "as the system has them", light: "light", dark: "dark" };
  const kept = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("windtunnel-theme") || "";
      localStorage.setItem("windtunnel-theme", value);
    } catch { /* no storage */ }
    return value || "";
  };
  const show = (theme) => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    one("theme").setAttribute("aria-label", "Colours: " + names[theme]);
    one("theme").firstElementChild.textContent = { "": "◐", light: "☀", dark: "☾" }[theme];
  };
  const turn = () => show(kept(themes[(themes.indexOf(root.dataset.theme || "") + 1) % 3]));
  show(themes.includes(kept()) ? kept() : "");
  one("theme").addEventListener("click", turn);

  const findings = all(".finding");
  const groups = all(".dag, .module");
  const cells = all(".cells [data-dag]");
  const texts = new Map();
  const meant = { "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&amp;": "&" };
  const text = (element) => {
    // What is not unfolded yet is a text with the marks of its elements in it; where a path may be broken is none.
    const read = (marked) => marked.replace(/<wbr>/g, "").replace(/<[^>]*>/g, " ").replace(/&[^;]+;/g, (one) => meant[one] || one);
    if (!texts.has(element)) texts.set(element, read(element.textContent).toLowerCase());
    return texts.get(element);
  };
  const apply = () => {
    const words = one("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(all("[name=severity]:checked").map((box) => box.value));
    const code = one("code").value;
    const dag = one("dag").value;
    const strict = code || severities.size < 3;
    const shown = findings.filter((finding) => {
      const data = finding.dataset;
      const fits = severities.has(data.severity) && (!code || data.code === code) && (!dag || data.dag === dag)
        && words.every((word) => text(finding).includes(word));
      finding.hidden = !fits;
      return fits;
    });
    const having = new Set(shown.map((finding) => finding.dataset.dag));
    for (const group of groups) {
      const id = group.dataset.dag || "";
      const said = words.every((word) => text(group).includes(word));
      group.hidden = (dag && id !== dag) || (strict ? !having.has(id) : !said && !(id && having.has(id)));
    }
    const gone = new Set(groups.filter((group) => group.hidden).map((group) => group.dataset.dag));
    for (const cell of cells) cell.hidden = gone.has(cell.dataset.dag);
    one("count").textContent = shown.length === findings.length && !words.length && !dag
      ? "" : `${shown.length} of ${findings.length} findings`;
    one("none").hidden = shown.length > 0 || !findings.length;
  };
  let waiting = 0;
  one("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
  one("filters").addEventListener("change", apply);
  one("filters").addEventListener("submit", (event) => event.preventDefault());
  one("filters").addEventListener("reset", () => setTimeout(apply));

  // Of many DAGs each is in a noscript until it is opened: to the browser that is one text, and not hundreds of elements.
  const unfold = (group) => {
    const folded = group.querySelector(":scope > noscript");
    if (folded) folded.outerHTML = folded.textContent;
  };
  for (const group of groups) group.addEventListener("toggle", () => { if (group.open) unfold(group); });

  // What a link leads to is opened, with all that is around it, and no filter hides it.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    for (const group of groups) if (!one(id) && id.startsWith(group.id + "--")) unfold(group);
    const target = one(id);
    if (!target) return;
    for (let element = target; element; element = element.parentElement) {
      if (element.tagName === "DETAILS") { unfold(element); element.open = true; }
      if (element.hidden) { one("filters").reset(); apply(); }
    }
    // What is unfolded only now is no :target to the browser.
    for (const old of all(".here")) old.classList.remove("here");
    target.classList.add("here");
    target.scrollIntoView({ block: "start" });
    if (target.classList.contains("finding")) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal();
    const hold = event.target.closest(".hl");
    if (hold) hold.setAttribute("aria-pressed", hold.getAttribute("aria-pressed") !== "true");
    const copy = event.target.closest(".copy");
    if (copy) {
      const said = (word) => { copy.textContent = word; setTimeout(() => { copy.textContent = "Copy"; }, 1500); };
      navigator.clipboard ? navigator.clipboard.writeText(copy.previousElementSibling.textContent)
        .then(() => said("Copied"), () => said("No access")) : said("No access");
    }
  });

  const step = (by) => {
    const shown = findings.filter((finding) => !finding.hidden);
    if (!shown.length) return;
    const now = shown.indexOf(document.activeElement.closest(".finding"));
    const next = shown[Math.min(Math.max(now < 0 && by < 0 ? shown.length - 1 : now + by, 0), shown.length - 1)];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && (typing || document.activeElement === document.body)) {
      one("filters").reset();
      if (typing) typing.blur();
    }
    if (typing) return;
    if (event.key === "/") { event.preventDefault(); one("search").focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "t") turn();
  });
  reveal();
})();
