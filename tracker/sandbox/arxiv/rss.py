"""arXiv's RSS: `/rss/cs.AI+cs.LG`, the announcement of the evening before, from midnight in New York on.

Sources: info.arxiv.org/help/rss, and arXiv's own program (arXiv/arxiv-feed): at most 2,000 items, no comments, replacements from
the sixth version on left out, a feed with an error for an unknown category, no items on days without an announcement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.papers import Papers, WorldPaper
from tracker.sandbox.messages import SandboxRequest, SandboxResponse

UPSTREAM = "arxiv_rss"
XML = "application/rss+xml; charset=utf-8"
MOST_ITEMS = 2_000
FIRST_LEFT_OUT = 6
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*|\*))?", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def respond(request: SandboxRequest, known: Papers) -> SandboxResponse:
    """The response: one day's announcement in the categories that the path names."""
    names = [name for name in request.path.strip("/").split("+") if name]
    today = request.now.astimezone(papers.NEW_YORK).date()
    midnight = datetime.combine(today, time(0), papers.NEW_YORK)
    wrong = [name for name in names if not _CATEGORY.fullmatch(name)]
    if wrong or not names:
        text = f"Bad archive '{wrong[0] if wrong else ''}'. Valid archives and categories are listed at arxiv.org."
        return SandboxResponse(status=400, body=_feed(names, midnight, [], text).encode(), content_type=XML)
    rows = list(_announced(known, set(names), today - timedelta(days=1)))[:MOST_ITEMS]
    ends = int((midnight + timedelta(days=1) - request.now).total_seconds())
    headers = {"cache-control": f"max-age={ends}"}
    return SandboxResponse(body=_feed(names, midnight, rows, "").encode(), content_type=XML, headers=headers)


def _announced(known: Papers, wanted: set[str], day: date) -> Iterator[tuple[WorldPaper, str]]:
    """(version, announce type) of what was announced that evening."""
    for versions in known.versions.values():
        for n, each in sorted(versions.items()):
            paper = each.listed_at(papers.evening(day))
            ours = wanted.intersection(paper.categories)
            if UPSTREAM in paper.hidden_from or not ours or n >= FIRST_LEFT_OUT:
                continue
            first = paper.categories[0] in wanted
            if papers.announcement_day(paper) == day:
                replaced = "replace" if first else "replace-cross"
                yield paper, replaced if n > 1 else "new" if first else "cross"
            elif n == max(versions) and any(name in ours and came == day for name, came in paper.cross_listed):
                yield paper, "cross"


def _feed(names: Iterable[str], midnight: datetime, rows: Iterable[tuple[WorldPaper, str]], text: str) -> str:
    listed = "+".join(names)
    moment = format_datetime(midnight)
    head = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n<channel>\n'
        f"<title>{_xml(listed)} updates on arXiv.org</title>\n<link>http://rss.arxiv.org/rss/{_xml(listed)}</link>\n"
        f"<description>{_xml(text or f'{listed} updates on the arXiv.org e-print archive.')}</description>\n"
        f"<atom:link href={quoteattr(f'http://rss.arxiv.org/rss/{listed}')} rel='self' type='application/rss+xml'/>\n"
        f"<docs>http://www.rssboard.org/rss-specification</docs>\n<language>en-us</language>\n"
        f"<lastBuildDate>{moment}</lastBuildDate>\n<managingEditor>rss-help@arxiv.org</managingEditor>\n"
        f"<pubDate>{moment}</pubDate>\n<skipDays><day>Saturday</day><day>Sunday</day></skipDays>\n"
    )
    return f"{head}{''.join(_item(paper, kind, moment) for paper, kind in rows)}</channel>\n</rss>\n"


def _item(paper: WorldPaper, kind: str, moment: str) -> str:
    name = f"{paper.arxiv_id}v{paper.version}"
    description = f"arXiv:{name} Announce Type: {kind} \nAbstract: {paper.abstract}"
    categories = "".join(f"<category>{_xml(category)}</category>\n" for category in paper.categories)
    return (
        f"<item>\n<title>{_xml(paper.title)}</title>\n<link>https://arxiv.org/abs/{paper.arxiv_id}</link>\n"
        f"<description>{_xml(description)}</description>\n<guid isPermaLink='false'>oai:arXiv.org:{name}</guid>\n{categories}"
        f"<pubDate>{moment}</pubDate>\n<arxiv:announce_type>{kind}</arxiv:announce_type>\n"
        f"<dc:rights>{_xml(paper.licence or '')}</dc:rights>\n<dc:creator>{_xml(', '.join(paper.authors))}</dc:creator>\n"
        "</item>\n"
    )


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
