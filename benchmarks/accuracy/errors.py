"""The errors that remain, put into classes by simple rules on each error; the words for people are here too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.accuracy.detections import Detected, DetectedLink
from benchmarks.accuracy.labels import FullText, Text, owner


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of errors: where it belongs and what it is, with an example in own words."""

    key: str
    task: str
    what: str
    example: str


KINDS = (
    Kind(
        "reference-end",
        "references",
        "a link found with too much or too little at its end",
        "a word of the next column glued to a repository's name, or a name cut at a line's end",
    ),
    Kind(
        "reference-missed",
        "references",
        "a labelled link of which nothing was found",
        "a host's name broken by a space, so that no address is left to see",
    ),
    Kind(
        "reference-extra",
        "references",
        "a link where a person saw none",
        "a software's name that ends like a domain (`name.io`)",
    ),
    Kind(
        "own-as-mention",
        "own links, short texts",
        "an own artifact not called own",
        "a data set on the Hub named in passing, with no word that it is new",
    ),
    Kind(
        "mention-as-own",
        "own links, short texts",
        "an artifact of others, or one no longer meant, called own",
        "the benchmark that the work builds on, in a sentence that says it is available",
    ),
    Kind(
        "page-against-artifact",
        "own links, short texts",
        "an own page taken for the artifact, or the artifact for its page",
        "a bare page that serves the data itself, introduced as `code and data`",
    ),
    Kind(
        "promise-as-available",
        "promise",
        "a promise read as a release",
        "`we open-source …` for what is announced in another sentence as coming",
    ),
    Kind(
        "available-as-promise",
        "promise",
        "a release read as a promise",
        "`code will be found at` with the link that already has it",
    ),
    Kind(
        "promise-missed",
        "promise",
        "a release or promise not seen",
        "a claim in words that are rarely used for one (`we contribute the corpus to the public domain`)",
    ),
    Kind(
        "promise-imagined",
        "promise",
        "a release or promise seen where there is none",
        "`publicly available` about the data that were used, not made",
    ),
    Kind(
        "full-own-below",
        "own repository, full text",
        "the own repository was found, and its probability is below the threshold",
        "a footnote without a word of release, whose name and owner resemble neither title nor authors; or an "
        "address in a table of addresses",
    ),
    Kind(
        "full-own-end",
        "own repository, full text",
        "the own repository was found with a wrong end only",
        "the next column's first word glued to the repository's name by the PDF's conversion",
    ),
    Kind(
        "full-own-unseen",
        "own repository, full text",
        "the own repository is in the text and nothing like it was found",
        "an address broken in the middle of the owner's name",
    ),
    Kind(
        "full-renamed",
        "own repository, full text",
        "the text names an older or another name of the own repository under the same owner, and that is what was found",
        "a repository whose name gained a suffix after the paper",
    ),
    Kind(
        "full-other-footnote",
        "own against others, full text",
        "an artifact of others called own, in a footnote or at the title",
        "`all the … data sets are available at` and a footnote with a benchmark of others",
    ),
    Kind(
        "full-other-section",
        "own against others, full text",
        "an artifact of others called own, in running text",
        "`we used the implementation available at` and a link, in the section on the experiments",
    ),
    Kind(
        "full-further-below",
        "own against others, full text",
        "a further own artifact (data, model, anonymised copy) that is not called own",
        "the supplementary material listed as an item of the bibliography",
    ),
    Kind(
        "full-further-unseen",
        "own against others, full text",
        "a further own artifact whose link was not found, or not as what it is",
        "an anonymised copy whose host's name is broken at its dot by the end of a line",
    ),
    Kind(
        "fresh-other-footnote",
        "fresh full texts",
        "an artifact of others called own, in a footnote",
        "`Available at:` and the library that the work used",
    ),
    Kind(
        "fresh-other-section",
        "fresh full texts",
        "an artifact of others called own, in running text",
        "`Foo is available at` a link, said of a tool of others",
    ),
    Kind(
        "fresh-own-below",
        "fresh full texts",
        "an own repository called a mention",
        "a bare footnote behind a word of the sentence, under a name that resembles nothing of the paper's",
    ),
    Kind(
        "fresh-deposit-below",
        "fresh full texts",
        "an own deposit, model or data set called a mention",
        "`the light curves are on Zenodo`, without a word of whose they are",
    ),
    Kind(
        "fresh-own-entry",
        "fresh full texts",
        "an own artifact that only the bibliography names",
        "an entry for the software's release under the authors' names",
    ),
    Kind(
        "fresh-own-unseen",
        "fresh full texts",
        "an own artifact of which no link was found",
        "an address broken in the middle of a name",
    ),
    Kind(
        "fresh-abstract-own",
        "fresh abstracts",
        "an artifact of others called own",
        "a data set of others that the abstract names with its address",
    ),
    Kind(
        "fresh-abstract-missed",
        "fresh abstracts",
        "an own artifact not called own",
        "a deposit whose address follows the word `doi`",
    ),
    Kind(
        "list-named-not-own",
        "papers of curated lists",
        "the listed repository is named in title, abstract or comment, and is not called own",
        "a project that took up the method, named in the last sentence; that the list calls it the paper's own may be the "
        "list's error",
    ),
    Kind(
        "list-not-named",
        "papers of curated lists",
        "the listed repository is not named in title, abstract or comment (only the full text, a page or the Hub can "
        "show it)",
        "the abstract says nothing of code, or gives a project page",
    ),
    Kind(
        "list-promise",
        "papers of curated lists",
        "a paper labelled `promise-only` that is not predicted as promised",
        "a promise that covers one part, beside a release of another",
    ),
)


def count_text_errors(pairs: Sequence[tuple[Text, Detected]]) -> dict[str, int]:
    """Counts of the errors in abstracts and comments, by class."""
    counts: Counter[str] = Counter()
    for text, detected in pairs:
        counts.update(_link_errors(text, detected))
        if text.promise != detected.promise:
            counts[_promise_class(text.promise, detected.promise)] += 1
    return dict(counts)


def _link_errors(text: Text, detected: Detected) -> list[str]:
    true = {link.reference: link.role for link in text.links}
    predicted = {link.reference: link.role for link in detected.links}
    missed, extra = true.keys() - predicted, predicted.keys() - true
    classes = [
        "reference-end" if any(_have_same_start(key, other) for other in extra) else "reference-missed"
        for key in missed
    ]
    classes += ["reference-extra" for key in extra if not any(_have_same_start(key, other) for other in missed)]
    for key in true.keys() & predicted:
        if (name := _role_class(true[key], predicted[key])) is not None:
            classes.append(name)
    return classes


def _have_same_start(key: str, other: str) -> bool:
    return key.startswith(other) or other.startswith(key)


def _role_class(true: str, predicted: str) -> str | None:
    if true == predicted or "own" not in (true, predicted):
        return None
    if "own-page" in (true, predicted):
        return "page-against-artifact"
    return "own-as-mention" if true == "own" else "mention-as-own"


def _promise_class(true: str, predicted: str) -> str:
    if true == "none":
        return "promise-imagined"
    if predicted == "none":
        return "promise-missed"
    return "promise-as-available" if true == "promised" else "available-as-promise"


def count_full_text_errors(pairs: Sequence[tuple[FullText, Detected]]) -> dict[str, int]:
    """Counts of the errors in full texts, by class."""
    counts: Counter[str] = Counter()
    for text, detected in pairs:
        if text.in_text and not detected.own() & text.own:
            counts[_missed_class(text, detected)] += 1
        counts["full-further-unseen"] += sum(
            not any(link.reference.startswith(key) for link in detected.links) for key in text.more_own
        )
        for link in detected.links:
            true = text.truth(link.reference, further=True)
            if true is False and link.role == "own":
                counts[_place_class(link)] += 1
            elif true and link.reference not in text.own and link.role != "own":
                counts["full-further-below"] += 1
    return {name: count for name, count in counts.items() if count}


def _missed_class(text: FullText, detected: Detected) -> str:
    found = {link.reference for link in detected.links}
    if found & text.own:
        return "full-own-below"
    if any(_have_same_start(key, own) for key in found for own in text.own):
        return "full-own-end"
    owners = {owner(own) for own in text.own}
    return "full-renamed" if any(owner(key) in owners for key in found) else "full-own-unseen"


def _place_class(link: DetectedLink) -> str:
    return "full-other-footnote" if link.place in ("footnote", "title-footnote") else "full-other-section"
