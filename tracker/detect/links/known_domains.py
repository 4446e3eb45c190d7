"""Hosts and top-level domains that identify a link without a scheme, or with spaces in it."""

from __future__ import annotations

# Hosts whose name alone means a link: they need no scheme, and spaces may break them.
_LINK_HOSTS_TEXT = (
    "github.com|gist.github.com|raw.githubusercontent.com|github.io|huggingface.co|hf.co|gitlab.com|gitlab.io|"
    "bitbucket.org|gitee.com|codeberg.org|codeberg.page|zenodo.org|doi.org|dx.doi.org|osf.io|kaggle.com|"
    "modelscope.cn|anonymous.4open.science|4open.science|archive.softwareheritage.org|figshare.com|"
    "sites.google.com|drive.google.com|docs.google.com|colab.research.google.com|arxiv.org|openreview.net|"
    "youtu.be|youtube.com|bit.ly|tinyurl.com|aka.ms|goo.gl|forms.gle|hf.space"
)
LINK_HOSTS = frozenset(_LINK_HOSTS_TEXT.split("|"))
# Top-level domains under which a bare `name.tld/path` is taken for a link. Country codes that are also common
# English words or file endings (in, is, it, at, to, so, me, my, py, md, rs, sh, pl) are left out.
_TLDS_TEXT = """com org net edu gov io co ai cn de uk fr jp kr nl ch se fi no eu ca au us ru tw hk sg br science dev app
    tech info cloud xyz page site online tv ly gl gle ms space live name pub wiki world ac"""
TLDS = frozenset(_TLDS_TEXT.split())
# How many path segments an address of this host needs, so that a space before the last one may be joined.
_MIN_SEGMENTS = {"github.com": 2, "gitlab.com": 2, "gitee.com": 2, "bitbucket.org": 2, "codeberg.org": 2,
           "huggingface.co": 1, "hf.co": 1, "sites.google.com": 2, "anonymous.4open.science": 2, "zenodo.org": 2,
           "doi.org": 2, "kaggle.com": 2}  # fmt: skip


def is_link_host(host: str) -> bool:
    """Whether a bare host, or the domain above it, is one whose name alone means a link."""
    host = host.removeprefix("www.")
    return host in LINK_HOSTS or host.split(".", 1)[-1] in LINK_HOSTS


def lacks_segments(host: str, path: str) -> bool:
    """Whether the path has fewer segments than an address of this host needs."""
    return len([piece for piece in path.split("/") if piece]) < _MIN_SEGMENTS.get(host, 0)
