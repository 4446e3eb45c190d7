"""Digests of days and weeks that are over: which there are, their lines, and the item of each in a feed; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from tracker.domain.digests import Digest, DigestLine, DigestLink, Period
from tracker.domain.feeds import DAILY_FEED, WEEKLY_FEED, Channel
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import LicenceClass, Place
from tracker.publish import answer, render, wording
from tracker.publish.addresses import PRODUCT_NAME, page_href, product_uri, web_address
from tracker.publish.feed_entry import FeedEntry, changed_after, list_lost
from tracker.publish.ranking import ORDER, rank
from tracker.publish.readable_text import clean_text, readable_text
from tracker.settings import Settings

DAYS, WEEKS = 14, 4
"""Items of the daily and of the weekly feed. A week has up to 800 papers, and each is a line of 500 bytes."""
MOST_DAYS = 7 * (WEEKS + 1)
"""The newest days with papers, from which both feeds are made."""
SETTLED = timedelta(hours=1)
"""How long after its end a period is published: the papers of one cycle enter a second apart, the first of them
before the cycle."""
MOST_LINKS, MOST_TITLE, MOST_SENTENCE = 3, 300, 200
"""Artifacts of a line, and characters of its title and of its sentence."""


def list_periods(days: Sequence[str], now: datetime) -> tuple[list[Period], list[Period]]:
    """The days and the weeks that are over, each the newest first. `days` are those with papers, in any order."""
    of_days = [_period(day, datetime.fromisoformat(day), 1, [day]) for day in sorted(days, reverse=True)]
    weeks: dict[datetime, list[str]] = {}
    for day in sorted(days):
        at = datetime.fromisoformat(day)
        weeks.setdefault(at - timedelta(days=at.weekday()), []).append(day)
    of_weeks = [_period(f"{monday:%G-W%V}", monday, 7, weeks[monday]) for monday in sorted(weeks, reverse=True)]
    # The oldest week may have begun before the oldest of these days.
    whole = of_weeks[:-1] if len(days) >= MOST_DAYS else of_weeks
    return _settled(of_days, now)[:DAYS], _settled(whole, now)[:WEEKS]


def _period(name: str, first: datetime, length: int, days: Sequence[str]) -> Period:
    first = first.replace(tzinfo=UTC)
    return Period(name=name, first=first, end=first + timedelta(days=length), days=tuple(days))


def _settled(periods: Sequence[Period], now: datetime) -> list[Period]:
    return [period for period in periods if period.end + SETTLED <= now]


def list_digest_channels(
    daily: Sequence[Digest], weekly: Sequence[Digest], settings: Settings
) -> list[tuple[str, Channel]]:
    """The feeds of digests as (group, feed)."""
    title = settings.feed.title
    return [
        ("Digests", _channel(DAILY_FEED, f"{title}: daily digest", "day", daily)),
        ("Digests", _channel(WEEKLY_FEED, f"{title}: weekly digest", "week", weekly)),
    ]


def _channel(name: str, title: str, unit: str, digests: Sequence[Digest]) -> Channel:
    empty = "" if digests else f" The first item follows when the first {unit} with papers is over."
    description = (
        f"One item for each {unit} (UTC), once it is over: the papers that entered the main feed, by category, each on "
        f"one line with its links, licence and sentence. {ORDER}{empty}"
    )
    return Channel(
        name=name, title=title, description=description, items=(), page="archive", digests=tuple(digests)
    )


def digest_line(item: Item, public_url: str) -> DigestLine:
    """The line of a paper, for a site at `public_url`, which is empty if the site has no public address."""
    own = item.own_links()
    # What the Hub's record says of a link is a sentence of this program and not of the authors.
    sentence = next((link.evidence for link in own if link.evidence and link.place is not Place.HUB), "")
    artifacts = [link for link in own if link.kind != "page"] or own
    marks = ["withdrawn"] if item.withdrawn else []
    marks += [label[:1].lower() + label[1:] for label, _ in list_lost(item)]
    page = f"{public_url.rstrip('/')}/paper/{item.arxiv_id}" if public_url and item.arxiv_id else ""
    return DigestLine(
        rank=rank(item),
        category=clean_text(item.primary_category),
        title=_cut(readable_text(item.title) or readable_text(item.work), MOST_TITLE),
        url=web_address(page or wording.paper_url(item) or ""),
        opened=answer.headline(item),
        links=tuple(map(_link, artifacts[:MOST_LINKS])),
        sentence=_cut(readable_text(sentence), MOST_SENTENCE),
        mark=", ".join(marks),
        marked_at=item.changed_at if marks else None,
    )


def _link(link: ItemLink) -> DigestLink:
    known = "" if link.licence_class is LicenceClass.UNKNOWN else wording.CLASS[link.licence_class]
    return DigestLink(
        name=wording.short_name(link), url=web_address(link.url), licence=clean_text(link.licence_spdx or known)
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[: most - 1]} …"


def build_digest_entry(digest: Digest, public_url: str) -> FeedEntry:
    """The item of a digest. Its name and its date are those of its period; it changes where a paper of it is marked."""
    period, groups = digest.period, _group(digest.lines)
    count = len(digest.lines)
    counts = f"{count} {'paper' if count == 1 else 'papers'}"
    published = period.end
    marked = [line.marked_at for line in digest.lines if line.marked_at]
    name = product_uri("digest", period.name)
    return FeedEntry(
        id=name,
        url=_page(period.days[-1][:7] if period.is_week else period.name, public_url),
        external=None,
        title=f"{_describe(period)}: {counts} that shipped open code",
        summary=f"{counts}: {', '.join(f'{len(lines)} in {label}' for label, lines in groups)}.",
        body=_body(digest, groups, counts, public_url),
        authors=(PRODUCT_NAME,),
        codes=tuple(line[0].category for _, line in groups if line[0].category),
        kinds=(),
        artifacts=(),
        published=published,
        changed=changed_after(published, max(marked, default=published), name),
        identifier=None,
        rights=None,
        item=None,
    )


def _body(digest: Digest, groups: Sequence[tuple[str, list[DigestLine]]], counts: str, public_url: str) -> str:
    days = [(day, _page(day, public_url)) for day in digest.period.days]
    text = render.render_template(
        "digest.html.j2", counts=counts, period=_describe(digest.period), order=ORDER, groups=groups, days=days
    )
    return clean_text(text)


def _group(lines: Iterable[DigestLine]) -> list[tuple[str, list[DigestLine]]]:
    """The lines by category, the largest category first, each in its order."""
    by_category = sorted(lines, key=lambda line: line.category)
    groups = [
        (wording.name_category(category) if category else "Other", sorted(of_category, key=lambda line: line.rank))
        for category, of_category in groupby(by_category, key=lambda line: line.category)
    ]
    return sorted(groups, key=lambda group: -len(group[1]))


def _describe(period: Period) -> str:
    if not period.is_week:
        return wording.format_day(period.first)
    last = period.end - timedelta(days=1)
    return (
        f"Week {period.name[-2:].lstrip('0')}, {wording.format_date(period.first)} to {wording.format_date(last)}"
    )


def _page(day: str, public_url: str) -> str | None:
    """The archive's page of a day or a month; None if the site has no public address."""
    return page_href(f"{public_url.rstrip('/')}/", day.replace("-", "/")) if public_url else None
