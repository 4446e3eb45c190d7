"""The page of a feed that a reader composes, from the entries of the last publish."""

from __future__ import annotations

from urllib.parse import parse_qsl

from tracker.publish import pages
from tracker.publish.composed_feeds import Composer
from tracker.publish.feed_query import MOST_VALUES, FeedQueryError
from tracker.settings import Settings


def build_composed_page(composer: Composer, settings: Settings, query: str) -> tuple[int, bytes]:
    """Status and page of a raw query of the form of feeds. Whatever is asked for, it never raises."""
    channel, problem = None, ""
    try:
        channel = composer.describe(query)
        asked = dict(parse_qsl(query, max_num_fields=MOST_VALUES))
    except (FeedQueryError, ValueError) as error:
        problem, asked = str(error), {}
    page = pages.render_composed_feed(
        channel, asked, composer.choices(), settings, address=settings.public_url.rstrip("/"), problem=problem
    )
    return (400 if problem else 200), page
