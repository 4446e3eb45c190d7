"""How a reader reports an error to the operator: a correction ready to be sent, and the address; pure."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, urlsplit

from tracker.domain.items import Item
from tracker.domain.terms import Role
from tracker.publish.addresses import is_web_url
from tracker.publish.readable_text import clean_text

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_REPOSITORY = re.compile(r"https://(github\.com|gitlab\.com|codeberg\.org)/[\w.-]+/[\w.-]+")


def correction_toml(item: Item) -> str:
    """TOML for `corrections.toml`: the paper and its deciding link are filled in, the reader completes the rest."""
    own = item.own_links()
    links = [link.url for link in [*own, *item.links] if is_web_url(link.url)]
    role = Role.MENTION if own else Role.OWN
    return "\n".join(
        [
            "[[correction]]",
            f"paper = {_toml(item.arxiv_id or item.work)}",
            f"link = {_toml(links[0] if links else 'https://')}",
            f"role = {_toml(role.value)}  # own, own-page, mention or community; leave out what is right",
            'licence = "unknown"  # an SPDX id as "MIT", or osi, open-content, restricted, none, unknown; or leave out',
            'reason = ""  # in a sentence: what is wrong',
            'source = "https://"  # where that can be looked up',
        ]
    )


def report_address(contact: str, item: Item) -> str | None:
    """The address of the report: a mail, a new issue, or the operator's page; None if the contact is not one of these."""
    contact = contact.strip()
    subject = f"Correction for {item.arxiv_id or item.work}"
    body = f"{subject}\n\n```toml\n{correction_toml(item)}\n```\n"
    if _MAIL.fullmatch(contact.removeprefix("mailto:")):
        plain = body.replace("```toml\n", "").replace("```\n", "")
        return f"mailto:{contact.removeprefix('mailto:')}?subject={_part(subject)}&body={_part(plain)}"
    if not is_web_url(contact):
        return None
    if _REPOSITORY.fullmatch(contact.rstrip("/")):
        base, gitlab = contact.rstrip("/"), urlsplit(contact).hostname == "gitlab.com"
        if gitlab:
            return f"{base}/-/issues/new?issue%5Btitle%5D={_part(subject)}&issue%5Bdescription%5D={_part(body)}"
        return f"{base}/issues/new?title={_part(subject)}&body={_part(body)}"
    return contact


def _toml(text: str) -> str:
    """A basic string of TOML 1.0: JSON's escapes, without the characters that TOML escapes differently."""
    return json.dumps(" ".join(clean_text(text).split())[:500], ensure_ascii=False)


def _part(text: str) -> str:
    return quote(clean_text(text), safe="")
