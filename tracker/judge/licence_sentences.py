"""The sentences that stand around a standard licence text, and what is known of each; pure and linear.

`frames.toml` has the sentences that change nothing. A sentence that no frame knows is reported, in whatever language or
script it is. A text is split in three ways, as line ends may or may not end a sentence; one of them must explain it all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.judge.licence_frames import FrameAutomaton, FrameItem, FrameTable
from tracker.judge.licence_holders import holds_term, is_name, is_project_name
from tracker.judge.licence_names import LicenceNames, sentence_items
from tracker.judge.licence_words import merge_uses

MAX_SENTENCES = 400
"""Sentences outside of standard texts that are read; a file with more is not known."""
_MAX_LENGTH = 1_200
"""Characters of a sentence that are read; a longer one is not known."""

_PARAGRAPH = re.compile(r"\n[ \t#*/>|;%-]*\n")
_LIST_NUMBER = re.compile(r"^\(?\d{1,3}[.)]\s+(?=\S)")
_MARKS = " \t\r#*/>|;%-=_~+•·○●◦▪■:.,"
_END = re.compile(
    r"(?<!\bal)(?<!\bInc)(?<!\bLtd)(?<!\bCo)(?<!\bCorp)(?<!\bDr)(?<!\bProf)(?<!\bSt)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bNo)(?<!\bFig)"
    r"(?<!\b[A-Z])(?<![.!?])[.!?]++[\"')\]*_]*+\s++(?=\S)|[。！？；]+|;\s"
)
_OWN = re.compile(
    r"\W{0,9}(?:the|this|these|our|all|every|everything|code|source|software|except|unless)\b", re.IGNORECASE
)
"""How a sentence begins that is about the work itself, and no item of a list."""
_QUOTED = re.compile(r"^[\"'].{10,300}[\"'.]$|[\"'][^\"']{10,300}[\"']")
_BIB_ENTRY = re.compile(r"@[A-Za-z]{3,20}[ \t]*\{")
_BIB_FIELD = re.compile(r"([A-Za-z_-]{2,30})[ \t]*=[ \t]*[{\"]?")
_BIB_FIELDS = frozenset(
    "title author journal booktitle year volume number pages doi url eprint archiveprefix primaryclass publisher month editor series "  # noqa: SIM905 - words read better so
    "address organization school institution isbn issn date eprinttype version type keywords location journaltitle urldate arxivid".split()
)
_PUBLISHED = re.compile(r"\b(?:19|20)\d\d\b|\barxiv\b|\bdoi\b|\d{4}\.\d{5}", re.IGNORECASE)
_PERSONS = re.compile(
    r"\b(?:you|we|us|our|ask|users?|use|they|them|companies|company|everyone|anyone|nobody|people)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class KnownSentence:
    """A sentence that a frame knows, with the licences that it names."""

    shown: str
    frame: FrameTable
    licences: tuple[str, ...]
    choice: bool
    """Whether it offers its licences as a choice."""
    listed: bool = False
    """Whether it stands in a list of parts, each with its licence."""


@dataclass(slots=True)
class SentenceReading:
    """What was read: the sentences that frames know, and the first one that none does."""

    known: list[KnownSentence] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read_sentences(
    pieces: Sequence[str], frames: FrameAutomaton, names: LicenceNames, *, from_start: bool = True
) -> SentenceReading:
    """Read the pieces of a text that are outside of the standard texts, each by its paragraphs.

    `from_start`: the first piece is the beginning of the text, where the project's name may stand alone.
    """
    reader = _Reader(frames, names)
    for number, piece in enumerate(pieces):
        reader.at_start = from_start and number == 0
        for paragraph in _PARAGRAPH.split(_without_bibliography(piece)):
            if any(letter.isalnum() or letter in "$€£¥" for letter in paragraph):
                reader.read(paragraph)
    return reader.reading


def _ways_to_split(paragraph: str) -> list[list[str]]:
    """The sentences of a paragraph if each line ends one, if long lines go on, and if all lines go on."""
    lines = [_LIST_NUMBER.sub("", line.strip(" \t\r")) for line in paragraph.splitlines() if line.strip(_MARKS)]
    ways = [[sentence for line in lines for sentence in _sentences(line)]]
    if len(lines) < 2:
        return ways
    joined: list[str] = []
    for line in lines:
        goes_on = joined and (
            len(joined[-1].rpartition("\n")[2]) >= 50 or joined[-1][-1] in ",:" or line[0].islower()
        )
        if goes_on:
            joined[-1] = f"{joined[-1]}\n{line}"
        else:
            joined.append(line)
    ways.append([sentence for line in joined for sentence in _sentences(line.replace("\n", " "))])
    ways.append(list(_sentences(" ".join(lines))))
    return ways


def _sentences(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        yield line[start : end.end()].strip()
        start = end.end()
    if line[start:].strip(_MARKS):
        yield line[start:].strip()


class _Reader:
    """Reads paragraphs in order. What the last sentence was about is kept, as references follow a request to cite."""

    def __init__(self, frames: FrameAutomaton, names: LicenceNames) -> None:
        self.frames, self.names = frames, names
        self.reading = SentenceReading()
        self.context = ""
        self.at_start = True
        self._frames_of: dict[str, tuple[FrameTable | None, list[FrameItem]]] = {}

    def read(self, paragraph: str) -> None:
        """Read one paragraph: split so that all of it is known if there is such a way, else as long lines go on."""
        known = len(self.reading.known)
        self._read(_ways_to_split(paragraph))
        titles = all(sentence.frame.name == "a title" for sentence in self.reading.known[known:])
        self.at_start = self.at_start and titles and len(self.reading.known) > known

    def _read(self, ways: Sequence[Sequence[str]]) -> None:
        if len(self._frames_of) < MAX_SENTENCES:
            for sentences in ways:
                tried = self._try(sentences, whole=True)
                if tried is not None:
                    self.reading.known += tried[0]
                    self.context = tried[2]
                    return
        tried = self._try(ways[min(1, len(ways) - 1)], whole=False)
        if tried is not None:
            self.reading.known += tried[0]
            self.reading.unknown += tried[1]
            self.context = tried[2]

    def _try(self, sentences: Sequence[str], *, whole: bool) -> tuple[list[KnownSentence], list[str], str] | None:
        """The known sentences, the unknown ones and the context after them; None if `whole` and one is unknown."""
        context, known, unknown = self.context, list[KnownSentence](), list[str]()
        for place, sentence in enumerate(sentences):
            frame, items = self._frame_of(sentence)
            if frame is not None and frame.inside and context != "parts":
                frame = None
            if not items and not any(letter.isalnum() for letter in sentence):
                continue
            if frame is not None:
                listed = context == "parts" and frame.grant and not frame.limit and not _OWN.match(sentence)
                context = frame.opens or (context if frame.part or listed else "")
                named = tuple(item.licence for item in items if item.licence)
                choice = any(item.key in ("or", "either", "choice") for item in items)
                known.append(KnownSentence(sentence, frame, named, choice, listed))
            elif (
                (context == "references" and _is_reference(sentences, place))
                or (context == "names" and is_name(sentence.strip(_MARKS)))
                or (self.at_start and not place and is_project_name(sentence.strip(_MARKS)))
            ):
                continue
            elif whole:
                return None
            else:
                unknown.append(sentence)
        return known, unknown, context

    def _frame_of(self, sentence: str) -> tuple[FrameTable | None, list[FrameItem]]:
        found = self._frames_of.get(sentence)
        if found is None:
            found = None, []
            if len(self._frames_of) < MAX_SENTENCES and len(sentence) < _MAX_LENGTH:
                items = sentence_items(merge_uses(sentence), self.names)
                found = (self.frames.match(items) or _foreign_frame(items, self.frames)), items
            self._frames_of[sentence] = found
        return found


def _foreign_frame(items: Sequence[FrameItem], frames: FrameAutomaton) -> FrameTable | None:
    """The frame of a sentence without spaces between words, or in another language than English."""
    compact = "".join(
        "N" if {"url", "email"} & item.slots else "O" if "osi" in item.slots else re.sub(r"[\W_]+", "", item.key)
        for item in items
    )
    if len(compact) > 120 or not frames.foreign.fullmatch(compact):
        return None
    references = any(word in compact for word in ("引用", "인용", "cit", "zitier", "цитир"))
    return FrameTable(
        name="a sentence in another language", says=(), opens="references" if references else "names"
    )


def _without_bibliography(text: str) -> str:
    """The text without BibTeX entries that have the usual fields alone, and no words of terms."""
    pieces: list[str] = []
    reached = 0
    for match in _BIB_ENTRY.finditer(text):
        if match.start() < reached:
            continue
        end = _closing_brace(text, match.end())
        entry = text[match.start() : end]
        fields = {name.lower() for name in _BIB_FIELD.findall(entry)}
        if end and fields and fields <= _BIB_FIELDS and not holds_term(entry):
            pieces.append(text[reached : match.start()])
            reached = end
    return "\n\n".join([*pieces, text[reached:]])


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    for place in range(start, min(len(text), start + 4_000)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return place + 1
    return 0


def _is_reference(sentences: Sequence[str], place: int) -> bool:
    """Whether a sentence after a request to cite is part of a reference: names, a title between them and the rest."""
    sentence = sentences[place].strip(_MARKS)
    if holds_term(sentence) or not _latin(sentence):
        return False
    if _PUBLISHED.search(sentence) or _QUOTED.search(sentence) or is_name(sentence):
        return not _PERSONS.search(_QUOTED.sub("", sentence))
    before = sentences[place - 1].strip(_MARKS) if place else ""
    after = sentences[place + 1].strip(_MARKS) if place + 1 < len(sentences) else ""
    return is_name(before) and bool(_PUBLISHED.search(after)) and not _PERSONS.search(sentence)


def _latin(sentence: str) -> bool:
    return all(letter < "\u0250" or not letter.isalpha() for letter in sentence)
