"""Mentions of one paper, as detection would find them, for the tests of the role rules."""

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Source

PAPER = Paper(
    arxiv_id="2401.00001",
    title="StereoField: Learning Depth",
    abstract="We present StereoField.",
    authors=("Wei Zhang",),
)
_SITES = {
    "github": ("https://github.com/", "github", "repository"),
    "hf-model": ("https://huggingface.co/", "huggingface", "model"),
    "page": ("", "page", "page"),
    "doi": ("https://doi.org/", "doi", "doi"),
}


def mention(
    key: str, before: str, after: str = "", place: Place = Place.ABSTRACT, source: Source = Source.METADATA
) -> Mention:
    """A mention of the reference `key` between the words `before` and `after`."""
    scheme, _, rest = key.partition(":")
    site, host, kind = _SITES[scheme]
    return Mention(
        reference=Reference(key, host, kind, site + rest),
        url=site + rest,
        place=place,
        source=source,
        evidence=f"{before}{site}{rest}{after}"[-400:],
        before=before[-160:],
    )


def in_text(key: str, before: str, source: Source = Source.PDF, place: Place = Place.SECTION) -> Mention:
    """A mention in the running text of a full text."""
    return mention(key, before, place=place, source=source)


def listed(key: str) -> Mention:
    """A mention that only the Hub's list of citing repositories makes."""
    return mention(key, "", place=Place.HUB, source=Source.HUB_LIST)
