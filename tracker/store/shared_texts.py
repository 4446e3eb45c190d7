"""Lists of sentences that many rows share: each is stored once, under a number that is made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from tracker.store.dialect import encode_json, upsert
from tracker.store.tables.work import SHARED_TEXT

MARK = "\x1f"
"""Stands for the reference that a list of sentences is about; no sentence holds a control character."""


def shared_text_id(sentences: Sequence[str]) -> int:
    """48 bits of the digest of these sentences: among ten thousand lists two share one with a chance of two in ten
    million."""
    return int.from_bytes(hashlib.sha256(encode_json(list(sentences)).encode()).digest()[:6])


def save_shared_texts(connection: Connection, lists: Iterable[Sequence[str]]) -> None:
    """Store these lists; those that are stored already stay."""
    rows = {shared_text_id(sentences): list(sentences) for sentences in lists}
    upsert(connection, SHARED_TEXT, ({"id": key, "sentences": sentences} for key, sentences in rows.items()))


def mask_reference(sentences: Sequence[str], reference: str | None) -> list[str]:
    """Sentences as they are stored: the same whatever reference they are about."""
    clean = [sentence.replace(MARK, " ") for sentence in sentences]
    return [sentence.replace(reference, MARK) for sentence in clean] if reference else clean


def insert_reference(sentences: Sequence[str], reference: str | None) -> list[str]:
    """Stored sentences, about this reference again."""
    return [sentence.replace(MARK, reference or "") for sentence in sentences]


def shorten_before(before: str, evidence: str, url: str) -> str:
    """The text before a link, without the end that the sentence around the link repeats."""
    repeated, link, _ = evidence.partition(url)
    if link and repeated and before.endswith(repeated):
        return f"{before[: -len(repeated)]}{MARK}"
    return before.replace(MARK, " ")


def restore_before(before: str, evidence: str, url: str) -> str:
    """The text before a link, from what `shorten_before` returned."""
    return f"{before[:-1]}{evidence.partition(url)[0]}" if before.endswith(MARK) else before
