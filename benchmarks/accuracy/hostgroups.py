"""The groups of hosts by which figures are reported separately."""

from __future__ import annotations

HOSTS = {
    "GitHub": ("github:", "github-org:", "gist:"),
    "Hugging Face": ("hf-",),
    "GitLab, Codeberg and other forges": ("gitlab:", "forgejo:", "bitbucket:", "gitee:"),
    "Zenodo, OSF and other archives": ("zenodo:", "osf:", "doi:", "swh:"),
    "anonymised": ("anon4open:",),
    "pages and all else": ("",),
}


def host_of(key: str) -> str:
    """The group of hosts that a folded reference belongs to."""
    return next(host for host, starts in HOSTS.items() if key.startswith(starts))
