"""How facts are said to people: one wording for feed and pages; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.domain import Content, Fact, LicenceClass, Outcome, Place, Role, State
from tracker.history import Verdict
from tracker.publish import latex
from tracker.published import Item, ItemLink

FACT = {Fact.CODE: "Code", Fact.WEIGHTS: "Weights", Fact.DATA: "Data", Fact.DEMO: "Demo"}
STATE = {
    State.OPEN: "open",
    State.AVAILABLE: "there, not under an open licence",
    State.GATED: "behind a gate",
    State.PROMISED: "promised",
    State.GONE: "gone",
    State.NONE: "not there",
    State.UNKNOWN: "not known",
}
CLASS = {
    LicenceClass.OSI: "OSI-approved",
    LicenceClass.OPEN_CONTENT: "open content",
    LicenceClass.RESTRICTED: "restricted use",
    LicenceClass.NONE: "no licence",
    LicenceClass.UNKNOWN: "licence not recognised",
}
CONTENT = {
    Content.CODE: "code",
    Content.DATA_ONLY: "data, no code",
    Content.README_ONLY: "only a README or documents",
    Content.PLACEHOLDER: "a placeholder",
    Content.EMPTY: "nothing yet",
    Content.UNKNOWN: "content not known",
}
PLACE = {
    Place.HUB: "on the Hugging Face Hub",
    Place.PAGE: "on a page",
    Place.COMMENT: "in the authors' comment",
    Place.TITLE_FOOTNOTE: "in a footnote of the title",
}
SITES = {"github": "GitHub", "huggingface": "Hugging Face", "gitlab": "GitLab", "zenodo": "Zenodo"}


def licence(link: ItemLink) -> str:
    """`MIT (OSI-approved)`, or what is known instead."""
    return f"{link.licence_spdx} ({CLASS[link.licence_class]})" if link.licence_spdx else CLASS[link.licence_class]


def holds(link: ItemLink) -> str:
    """What was seen behind a link."""
    match link.outcome:
        case Outcome.ABSENT:
            return "nothing is there"
        case Outcome.BLOCKED:
            return "blocked by its host"
        case Outcome.UNKNOWN:
            return "not looked at yet"
    if link.host == "huggingface":
        return {Content.DATA_ONLY: "files", Content.README_ONLY: "only a card"}.get(
            link.content, CONTENT[link.content]
        )
    return CONTENT[link.content]


def place(link: ItemLink) -> str:
    """Where the link was found."""
    return PLACE.get(link.place, f"in the {link.place.value}")


def kind(link: ItemLink) -> str:
    """`GitHub repository`, `Hugging Face model`."""
    return f"{SITES.get(link.host, '')} {link.kind}".strip()


def name(link: ItemLink) -> str:
    """`owner/name`: the reference without its scheme."""
    return latex.clean(link.reference.partition(":")[2] or link.reference)


def own(item: Item) -> list[ItemLink]:
    """The authors' own artifacts, the deciding one of the code first, then project pages."""
    code = item.verdict(Fact.CODE)
    first = code.reference if code else None
    mine = [link for link in item.links if link.role is Role.OWN]
    return sorted(mine, key=lambda link: link.reference != first) + [
        link for link in item.links if link.role is Role.OWN_PAGE
    ]


def why(verdict: Verdict | None) -> str:
    """The reasons of a verdict as one sentence."""
    return "; ".join(verdict.reasons) if verdict else "not judged yet"


def paper_url(item: Item) -> str | None:
    """arXiv's page of the abstract, or of a release its first artifact; None where neither can be a link."""
    if item.arxiv_id:
        return f"https://arxiv.org/abs/{item.arxiv_id}"
    return next((link.url for link in [*own(item), *item.links] if is_web(link.url)), None)


def is_web(url: str) -> bool:
    """Whether an address may become a link: http(s) alone."""
    return url.startswith(("https://", "http://"))


def date(moment: datetime | None) -> str:
    """`16 June 2026`, in English whatever the machine speaks."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{moment.day} {months[moment.month - 1]} {moment.year}" if moment else "unknown"


def delay(item: Item) -> int | None:
    """Whole days from submission to the moment its code opened; None when it was open at our first look,
    since then nobody knows for how long it had been."""
    if item.submitted_at is None or item.opened_at is None or item.first_seen is None:
        return None
    return (
        (item.opened_at - item.submitted_at).days
        if item.opened_at - item.first_seen >= timedelta(days=1)
        else None
    )
