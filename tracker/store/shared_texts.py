"""Lists of sentences that are true of many: kept once, and named by a number that is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from tracker.store.dialect import encode_json, upsert
from tracker.store.tables.work import SHARED_TEXT

MARK = "\x1f"
"""Stands for the reference that a list of sentences is about; no sentence holds a control character."""


def shared_text_id(words: Sequence[str]) -> int:
    """48 bits of the digest of these sentences: among ten thousand two share one with a chance of two in ten million."""
    return int.from_bytes(hashlib.sha256(encode_json(list(words)).encode()).digest()[:6])


def shorten_before(before: str, evidence: str, url: str) -> str:
    """What stood before a link, without what the sentence around it says again."""
    said, found, _ = evidence.partition(url)
    return (
        f"{before[: -len(said)]}{MARK}" if found and said and before.endswith(said) else before.replace(MARK, " ")
    )


def restore_before(before: str, evidence: str, url: str) -> str:
    """What stood before a link, from what `less` gave."""
    return f"{before[:-1]}{evidence.partition(url)[0]}" if before.endswith(MARK) else before


def save_shared_texts(connection: Connection, lists: Iterable[Sequence[str]]) -> None:
    """Keep these lists; those that are kept already stay."""
    rows = {shared_text_id(words): list(words) for words in lists}
    upsert(connection, SHARED_TEXT, ({"id": key, "words": words} for key, words in rows.items()))


def mask_reference(words: Sequence[str], reference: str | None) -> list[str]:
    """Sentences as they are kept: the same whatever they are about."""
    plain = [one.replace(MARK, " ") for one in words]
    return [one.replace(reference, MARK) for one in plain] if reference else plain


def insert_reference(words: Sequence[str], reference: str | None) -> list[str]:
    """The sentences about this reference."""
    return [one.replace(MARK, reference or "") for one in words]
