"use strict";
// Shows the four facts beside papers of arXiv: on its own pages, and where search engines list them.
// It sends the ids of the papers on the page to one installation, once, and nothing to anybody else.

const TRACKER = "@BASE@";
const FACTS = ["code", "weights", "data", "demo"];
const SHOWN = ["open", "available", "gated", "promised", "gone"];
const MOST = 150;
const ID = /arxiv\.org\/(?:abs|pdf|html)\/((?:[0-9]{4}\.[0-9]{4,5})|(?:[a-z-]{2,20}\/[0-9]{7}))/;
// For each kind of page: what holds one paper, the link in it that names the paper, and what the badge follows.
const PAGES = [
  { path: /arxiv\.org\/abs\//, paper: "#abs, #content-inner, main", link: null, after: "h1.title" },
  { path: /arxiv\.org\/(?:list|catchup)\//, paper: "dl > dt", link: "a[href*='/abs/']", after: "a[href*='/abs/']" },
  { path: /arxiv\.org\/(?:search|a)\b/, paper: "li.arxiv-result, dl > dt", link: "a[href*='/abs/']", after: "a[href*='/abs/']" },
  { path: /scholar\.google\./, paper: ".gs_r", link: "a[href*='arxiv.org/']", after: "h3" },
  { path: /semanticscholar\.org\//, paper: ".cl-paper-row", link: "a[href*='arxiv.org/']", after: "h2, [data-test-id='title-link']" },
];

function papersOn(page, address) {
  const kind = PAGES.find((one) => one.path.test(address));
  const found = [];
  for (const paper of kind ? page.querySelectorAll(kind.paper) : []) {
    const link = kind.link ? paper.querySelector(kind.link) : null;
    const named = ID.exec(link ? link.href : kind.link ? "" : address);
    const place = paper.querySelector(kind.after);
    if (named && place && found.length < MOST && !paper.querySelector("[data-tracker]")) {
      found.push({ id: named[1], place, inside: place.tagName !== "A" });
    }
    if (!kind.link && found.length) break;
  }
  return found;
}

function emptyBadge(page, id) {
  const badge = page.createElement("a");
  badge.dataset.tracker = id;
  badge.textContent = "–";
  Object.assign(badge.style, {
    display: "inline-block", minWidth: "1.2em", marginInlineStart: ".5em", padding: "0 .3em", fontSize: "12px",
    fontWeight: "normal", lineHeight: "16px", whiteSpace: "nowrap", color: "inherit", textDecoration: "none", verticalAlign: "middle",
  });
  badge.setAttribute("aria-label", "Code, weights, data and demo: unknown");
  badge.href = `${TRACKER}/paper/${id}`;
  badge.rel = "noreferrer";
  return badge;
}

function fill(badge, row) {
  const states = FACTS.map((fact) => [fact, SHOWN.includes(row[fact]) ? row[fact] : ""]);
  const known = states.filter(([, state]) => state);
  const spoken = states.map(([fact, state]) => `${fact} ${state || (row[fact] === "none" ? "not found" : "unknown")}`).join(", ");
  badge.title = spoken;
  if (known.length) badge.textContent = known.map(([fact, state]) => (state === "open" ? `✓ ${fact}` : `${fact} ${state}`)).join(" · ");
  badge.setAttribute("aria-label", `${badge.textContent} (${spoken})`); // a label holds what is shown (WCAG 2.2, 2.5.3)
  if (!known.length) return;
  badge.style.border = "1px solid currentColor";
  badge.style.borderRadius = "3px";
}

async function showFacts(page, address, ask) {
  const papers = papersOn(page, address);
  const badges = papers.map(({ id, place, inside }) => {
    const badge = emptyBadge(page, id);
    if (inside) place.append(badge);
    else place.after(badge);
    return badge;
  });
  const ids = [...new Set(papers.map(({ id }) => id))];
  if (!ids.length) return;
  let rows = [];
  try {
    rows = (await ask(ids)).papers;
  } catch (error) {
    return; // Without an answer everything stays unknown.
  }
  const byId = new Map(rows.map((row) => [row.arxiv_id, row]));
  badges.forEach((badge) => byId.has(badge.dataset.tracker) && fill(badge, byId.get(badge.dataset.tracker)));
}
