"""All links of one paper's text, their roles and its promise; and the same as JSON Lines, for `tracker detect`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracker.detect.formats import places
from tracker.detect.formats.plain_text import PlainText
from tracker.detect.links import link_context, urls
from tracker.detect.promises import body
from tracker.detect.promises import decision as promise_decision
from tracker.detect.roles import decision, role_rules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Detection, FullTextReading, Mention, ReleaseSentence, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Source

Resolve = Callable[[str], Reference | None]

MAX_REFERENCES = 500
"""References of one paper that are returned."""
MAX_MENTIONS = 2_000
MAX_TEXT = 5_000_000
"""Characters of a full text that are read; the longest papers have a fifth of that."""
MAX_LINE = 64_000_000
FORMATS = ("html", "tex", "pdf-text", "text")


def detect_paper(paper: Paper, resolve: Resolve, rules: role_rules.RoleRules) -> Detection:
    """The mentions of a paper's title, abstract, comment and text, their roles, and the promise.

    `resolve` returns the reference that a URL names, or None. Never raises, whatever the texts contain.
    """
    mentions: list[Mention] = []
    for text, place in (
        (paper.title, Place.TITLE),
        (paper.abstract, Place.ABSTRACT),
        (paper.comment, Place.COMMENT),
    ):
        if text:
            mentions += find_mentions(text, place, Source.METADATA, resolve)
    releases: Sequence[ReleaseSentence] = ()
    if paper.text:
        reading = read_full_text(paper.text, paper.text_format, resolve)
        mentions += reading.mentions
        releases = reading.releases
    mentions = _limit_references(mentions)
    roles = decision.decide_roles(mentions, paper, rules) if mentions else ()
    stated = promise_decision.decide_promise(paper, mentions, rules, roles, releases)
    return Detection(
        mentions=tuple(mentions),
        roles=roles,
        promise=stated.promise,
        promise_evidence=stated.evidence,
        promise_place=stated.place,
    )


def find_mentions(
    text: str, place: Place, source: Source, resolve: Resolve, text_format: str = "text"
) -> list[Mention]:
    """The mentions in one piece of text, all of them in one place; at most MAX_MENTIONS."""
    result: list[Mention] = []
    for link in urls.find_links(text, text_format):
        mention = _build_mention(text, link, place, source, resolve)
        if mention is not None:
            result.append(mention)
            if len(result) >= MAX_MENTIONS:
                break
    return result


def find_full_text_mentions(text: str, text_format: str, resolve: Resolve) -> list[Mention]:
    """The mentions in a full text, each with its place; the format is guessed where `text_format` is unknown."""
    return _find_plain_mentions(*_to_plain_text(text, text_format), resolve)


def read_full_text(text: str, text_format: str, resolve: Resolve) -> FullTextReading:
    """What a full text names and says of a release, each with its place; the format is guessed as for its mentions."""
    plain, where, kind = _to_plain_text(text, text_format)
    mentions = _find_plain_mentions(plain, where, kind, resolve)
    return FullTextReading(mentions=tuple(mentions), releases=body.read_body(plain.text, where.place_at))


def _to_plain_text(text: str, text_format: str) -> tuple[PlainText, places.PlaceFinder, str]:
    text = text[:MAX_TEXT]
    kind = text_format if text_format in FORMATS else places.guess_format(text)
    plain = places.to_plain_text(text, kind)
    return plain, places.PlaceFinder(plain, kind), kind


def _find_plain_mentions(
    plain: PlainText, where: places.PlaceFinder, kind: str, resolve: Resolve
) -> list[Mention]:
    source = {"html": Source.HTML, "tex": Source.TEX}.get(kind, Source.PDF)
    result: list[Mention] = []
    for link in urls.find_links_between(plain.text, plain.links, kind):
        mention = _build_mention(plain.text, link, where.place_at(link.start), source, resolve)
        if mention is not None:
            result.append(mention)
            if len(result) >= MAX_MENTIONS:
                break
    return result


def detect_lines(
    stream: Iterable[str | bytes], resolve: Resolve, rules: role_rules.RoleRules
) -> Iterator[dict[str, Any]]:
    """One result for each line of JSON, in order: what `tracker detect` prints.

    An empty line is skipped; a line that does not describe a paper results in `{"error": …}`.
    """
    for line in stream:
        if not line.strip():
            continue
        try:
            paper = _parse_paper(line)
        except ValueError as error:
            yield {"error": str(error)}
            continue
        yield format_detection(paper.arxiv_id, detect_paper(paper, resolve, rules))


def format_detection(arxiv_id: str, detection: Detection) -> dict[str, Any]:
    """A detection as the values that `tracker detect` prints as JSON."""
    return {
        "arxiv_id": arxiv_id,
        "links": [_format_link(decision) for decision in detection.roles[:MAX_REFERENCES]],
        "promise": detection.promise.value,
        "promise_evidence": detection.promise_evidence,
    }


def _format_link(decision: RoleDecision) -> dict[str, Any]:
    return {
        "url": decision.url,
        "reference": decision.reference.key,
        "role": decision.role.value,
        "probability": decision.probability,
        "place": decision.place.value,
        "evidence": decision.evidence,
    }


def _build_mention(
    text: str, link: urls.FoundLink, place: Place, source: Source, resolve: Resolve
) -> Mention | None:
    reference = resolve(link.url)
    if reference is None:
        return None
    evidence, before = link_context.extract_context(text, link.start, link.end)
    return Mention(reference=reference, url=link.url, place=place, source=source, evidence=evidence, before=before)


def _limit_references(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions of the first MAX_REFERENCES references."""
    references: set[str] = set()
    result: list[Mention] = []
    for mention in mentions:
        key = mention.reference.folded
        if key not in references and len(references) >= MAX_REFERENCES:
            continue
        references.add(key)
        result.append(mention)
    return result


def _parse_paper(line: str | bytes) -> Paper:
    """The paper that one line describes. Raises ValueError, with a sentence for the user, where it describes none."""
    if len(line) > MAX_LINE:
        raise ValueError(f"the line is longer than {MAX_LINE} characters")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the line is not JSON: {_short_message(error)}") from None
    if not isinstance(data, Mapping):
        raise ValueError("the line is not a JSON object")
    if not isinstance(data.get("arxiv_id"), str):
        raise ValueError("the key `arxiv_id` is missing or not a string")
    return Paper(
        arxiv_id=data["arxiv_id"],
        title=_text_value(data, "title"),
        abstract=_text_value(data, "abstract"),
        comment=_text_value(data, "comment"),
        authors=_author_names(data.get("authors")),
        text=_text_value(data, "text"),
        text_format=_text_value(data, "text_format"),
    )


def _text_value(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"the key `{key}` is not a string")
    return value


def _author_names(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.replace(" and ", ",").split(",") if part.strip())
    if isinstance(value, list):
        return tuple(
            author if isinstance(author, str) else str(author.get("name", ""))
            for author in value
            if isinstance(author, str | dict)
        )
    raise ValueError("the key `authors` is not a list of names")


def _short_message(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__
