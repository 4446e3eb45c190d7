"""Attempts to pass somebody else's artifact off as a paper's own, by kind, and honest oddities that must stay own.

A case is (kind, mentions, contexts, paper); its last mention is the one in question. What each must become follows
from `docs/openness.md`, "Whose it is".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.detect.roles.mentions import in_text, listed, mention
from tracker.detect.roles.role_rules import load_role_rules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Claim, Mention, Rival
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Source

PAPER = Paper(
    arxiv_id="2606.00001",
    title="StereoField: Learning Depth from Two Views",
    abstract="We present StereoField, which learns depth.",
    authors=("Wei Zhang", "Ana Torres"),
    submitted_at=datetime(2026, 6, 10, tzinfo=UTC),
)
CODE = mention("github:TheLab/StereoField", "Our code is available at ")
_LOOKALIKES_TEXT = """weizhang wzhang weizhang-ai wei-zhang zhangwei weizhang95 weizhanglab zhang-wei-ml anatorres
    atorres ana-torres-ai stereofield stereofield-ai stereofield-official thelab-ai thelabs the-lab-official thelabx"""
LOOKALIKES = _LOOKALIKES_TEXT.split()
NEUTRAL = (
    "See ",
    "as described at ",
    "Data of [12] are at ",
    "Figure 3 was drawn after ",
    "The meshes of Smith et al. [4] (",
    "We discuss this further in Section 5; ",
    "Other views exist: ",
    "A similar idea is in ",
)
AGAINST = (
    "We used the dataset of others (",
    "We compare with the baseline of Smith et al. at ",
    "Our work is based on ",
    "For all baselines we use the implementation of Smith et al. (",
    "Code Reference: ",
    "The evaluation uses the implementation available at ",
)
PLACES = (Place.SECTION, Place.FOOTNOTE, Place.CAPTION, Place.BIBLIOGRAPHY)
CLAIMS = (
    "Our code is available at ",
    "Code: ",
    "The source code can be obtained from ",
    "We release all models at ",
)
KNOWN = ArtifactContext(known=True)
NAMES_IT = ArtifactContext(known=True, names_paper=True)
NAMES_ANOTHER = ArtifactContext(known=True, names_paper=False, names_other=True)
SILENT = ArtifactContext(known=True, names_paper=False)


@dataclass(frozen=True)
class Case:
    """One attempt or oddity; the last of `mentions` is in question."""

    kind: str
    mentions: Sequence[Mention]
    contexts: Mapping[str, ArtifactContext] = field(default_factory=dict)
    paper: Paper = PAPER

    @property
    def reference(self) -> Reference:
        return self.mentions[-1].reference

    def __str__(self) -> str:
        return f"{self.kind}-{self.reference.key}-{self.mentions[-1].before.strip()[:40]}"


def recorded(key: str) -> Mention:
    """The Hub's record of the paper names it."""
    return mention(key, "", place=Place.HUB, source=Source.HUB_RECORD)


def on_page(key: str, words: str) -> Mention:
    """A page of the paper links it."""
    return mention(key, words, place=Place.PAGE, source=Source.PAGE)


def imported(key: str) -> Mention:
    """Another tracker's list names it."""
    return mention(key, "", place=Place.PAGE, source=Source.IMPORT)


def _with(context: ArtifactContext, link: Mention) -> dict[str, ArtifactContext]:
    return {link.reference.folded: context}


def poison() -> Iterator[Case]:
    """Every attempt."""
    yield from _accounts()
    yield from _readmes()
    yield from _records()
    yield from _famous()
    yield from _rivals()
    yield from _pages()
    yield from _lists()


def _accounts() -> Iterator[Case]:
    for owner in LOOKALIKES:
        for name in ("StereoField", "depth-model"):
            link = listed(f"hf-model:{owner}/{name}")
            yield Case("account alone", [link], _with(KNOWN, link))
            yield Case("account beside own code", [CODE, link], _with(KNOWN, link))
    for owner in LOOKALIKES[:6]:
        link = listed(f"hf-model:{owner}/StereoField-7B")
        yield Case("account with a card that names the paper", [CODE, link], _with(NAMES_IT, link))


def _readmes() -> Iterator[Case]:
    for place in PLACES:
        for words in (*NEUTRAL, *AGAINST):
            link = in_text("github:somebody/thing", words, place=place)
            yield Case(f"README, {place.value}", [link], _with(NAMES_IT, link))
    for words in AGAINST:
        link = in_text("github:somebody/depth-data", words)
        yield Case("README beside own code", [CODE, link], _with(NAMES_IT, link))


def _records() -> Iterator[Case]:
    for key in ("github:weizhang/StereoField", "github:somebody/thing", "github:stereofield/code"):
        for context in (KNOWN, NAMES_IT, NAMES_ANOTHER, SILENT):
            link = recorded(key)
            yield Case("record", [link], _with(context, link))
    for key in ("github:somebody/thing", "github:stereofield/code"):
        for words in (*NEUTRAL[:3], *AGAINST[:3]):
            yield Case(
                "record of what the text mentions",
                [in_text(key, words), recorded(key)],
                _with(NAMES_IT, recorded(key)),
            )
    page = recorded("page:https://stereofield-project.example.org/")
    yield Case("record of a page", [page], _with(KNOWN, page))
    for key in ("github:openai/other", "github:microsoft/tools", "github:google-research/google-research"):
        link = recorded(key)
        yield Case("record of a company's repository", [link], _with(SILENT, link))
        yield Case("record of a company's repository", [link], _with(NAMES_ANOTHER, link))


def _famous() -> Iterator[Case]:
    for key in sorted(load_role_rules().famous)[:24:2]:
        for words in CLAIMS[:2]:
            link = mention(key, words)
            yield Case("famous", [link], _with(SILENT, link))
        link = mention(key, CLAIMS[0])
        yield Case("famous, README not read", [link], _with(KNOWN, link))
    for name in ("pytorch/pytorch", "huggingface/transformers", "vllm-project/vllm"):
        project = name.rpartition("/")[2]
        link = mention(f"github:{name}", CLAIMS[0])
        titled = replace(PAPER, title=f"Fast depth with {project} on two views")
        yield Case("famous in the title", [link], _with(SILENT, link), titled)


def _rivals() -> Iterator[Case]:
    for words in CLAIMS:
        for key in ("github:rival/other-tool", "github:labx/a-baseline", "github:smith/depthnet"):
            link = mention(key, words)
            yield Case("rival by its README", [link], _with(NAMES_ANOTHER, link))
            named = Rival(paper="arxiv:2601.00009", claim=Claim.WORDS, earlier=False, named=True)
            yield Case("rival whom the README names", [link], _with(replace(SILENT, rival=named), link))
            earlier = Rival(paper="arxiv:2601.00009", claim=Claim.WORDS, earlier=True, named=False)
            yield Case("earlier rival", [link], _with(replace(KNOWN, rival=earlier), link))
            stronger = Rival(paper="arxiv:2607.00009", claim=Claim.NAMED, earlier=False, named=False)
            yield Case("rival with the name", [link], _with(replace(KNOWN, rival=stronger), link))


def _pages() -> Iterator[Case]:
    page = recorded("page:https://stereofield-project.example.org/")
    for words in ("Code: ", "Our code is available at ", "GitHub: "):
        for key in ("github:somebody/thing", "github:weizhang/StereoField"):
            link = on_page(key, words)
            yield Case("page that a user entered", [page, link], _with(NAMES_IT, link))


def _lists() -> Iterator[Case]:
    for key in ("github:weizhang/StereoField", "github:somebody/StereoField", "github:stereofield/code"):
        for context in (KNOWN, NAMES_IT, SILENT):
            link = imported(key)
            yield Case("list of another tracker", [link], _with(context, link))


def honest() -> Iterator[Case]:
    """Every oddity that must stay own."""
    for owner in ("x7k2q", "a-student-2026", "newlab", "weizhang", "user93417"):
        for words in CLAIMS:
            link = mention(f"github:{owner}/thing", words)
            yield Case("new account, words of the abstract", [link], _with(KNOWN, link))
            full = in_text(f"github:{owner}/thing", "Our code is available at ")
            yield Case("new account, words of the text", [full], _with(SILENT, full))
    for context in (KNOWN, NAMES_IT, SILENT, NAMES_ANOTHER):
        yield Case("own name, whatever the README says", [CODE], _with(context, CODE))
        student = mention("github:wzhang-student/sfield", "Our code: ")
        yield Case("author's account, whatever the README says", [student], _with(context, student))
    yield from _honest_companions()
    yield from _honest_proofs()


def _honest_companions() -> Iterator[Case]:
    for key in ("hf-model:thelab/StereoField-7B", "hf-model:TheLab/depth-model", "hf-model:thelab/x"):
        yield Case("model in the account of the own code", [CODE, listed(key)])
        early = ArtifactContext(known=True, created_at=datetime(2026, 6, 1, tzinfo=UTC))
        yield Case("model made before the paper", [CODE, listed(key)], _with(early, listed(key)))
        base = replace(early, derived=True)
        yield Case("model that was fine-tuned by the authors", [CODE, listed(key)], _with(base, listed(key)))
        yield Case("model beside own weights", [mention("hf-model:thelab/first", "Models: "), listed(key)])
    for key in ("hf-model:somebody/companion-7b", "hf-model:newlab/weights"):
        named = mention(key, "We release our model at ")
        yield Case("model that the abstract gives", [named], _with(NAMES_ANOTHER, named))
        yield Case("the same, listed too", [named, listed(key), named], _with(NAMES_ANOTHER, named))


def _honest_proofs() -> Iterator[Case]:
    proved = replace(NAMES_IT, proved=True)
    for key in ("github:thelab/next", "github:weizhang/StereoField", "github:anatorres/x"):
        yield Case("record, account of an earlier paper", [recorded(key)], _with(proved, recorded(key)))
        yield Case("list, account of an earlier paper", [imported(key)], _with(proved, imported(key)))
    for key in ("hf-model:weizhang/StereoField", "hf-model:thelab/depth"):
        yield Case(
            "model, account of an earlier paper", [listed(key)], _with(replace(KNOWN, proved=True), listed(key))
        )
    page = mention("page:https://stereofield.github.io/", "Project page: ")
    for words in ("Code: ", "Our code is available at ", "GitHub: "):
        link = on_page("github:x7k2q/thing", words)
        yield Case("own page", [page, link], _with(SILENT, link))
    account = recorded("github:stereofield/depth")
    yield Case("record, account of the own page", [page, account], _with(KNOWN, account))
    whisper = recorded("github:openai/whisper")
    yield Case("record of a watched account, README names the paper", [whisper], _with(NAMES_IT, whisper))
    famous = mention("github:pytorch/pytorch", CLAIMS[0])
    titled = replace(PAPER, title="PyTorch: An Imperative Style Library")
    yield Case("the famous one's own paper", [famous], _with(SILENT, famous), titled)
    clip = mention("github:openai/CLIP", CLAIMS[0])
    yield Case("famous, README names the paper", [clip], _with(NAMES_IT, clip))
    for rival in (
        Rival(paper="arxiv:2601.00009", claim=Claim.WORDS, earlier=True, named=True),
        Rival(paper="arxiv:2601.00009", claim=Claim.NAMED, earlier=True, named=False),
    ):
        yield Case("rival, README names this paper", [CODE], _with(replace(NAMES_IT, rival=rival), CODE))
    weaker = Rival(paper="arxiv:2601.00009", claim=Claim.WORDS, earlier=True, named=False)
    yield Case("rival with a weaker claim", [CODE], _with(replace(SILENT, rival=weaker), CODE))
