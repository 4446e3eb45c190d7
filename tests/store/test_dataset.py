"""What the data set holds of the sentences of others: a digest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from tracker.store import dataset, export, views
from tracker.store.engine import Store

Add = Callable[..., str]


def sha(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("no quotation", "no quotation"),
        ("it says “for research only”", f"it says “sha256:{sha('for research only')}”"),
        # What is quoted may hold such marks, may not end, or may begin in the middle.
        ("“a “b” c” and “d”", f"“sha256:{sha('a “b” c” and “d')}”"),
        ("it says “for res", f"it says “sha256:{sha('for res')}"),
        ("”it says “x", f"”it says “sha256:{sha('x')}"),
        ("", ""),
    ],
)
def test_a_quotation_is_replaced_from_its_first_mark_to_its_last(written: str, given: str) -> None:
    assert dataset.replace_quotes(written) == given


def test_sentences_of_others_are_in_no_file(store: Store, add: Add, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    add("2606.00001", title="A “fine” title")
    with store.begin() as connection:
        connection.execute(
            text(
                'UPDATE artifact SET licence_note = \'it says “SECRET”\', licences_beside = \'[["data",null,"unknown","README","it says \\u201cSECRET\\u201d"]]\''
            )
        )
        connection.execute(
            text("UPDATE artifact SET readiness = :marks"),
            {"marks": '[["training", "README: SECRET line"], ["tests", "tests/test_a.py"]]'},
        )
        connection.execute(text("UPDATE mention SET evidence = 'SECRET words'"))
        connection.execute(text("UPDATE work SET promise_evidence = 'SECRET'"))
    tables = {}
    with export.open_consistent(str(store.url)) as connection:
        for view in views.VIEWS:
            file = io.BytesIO()
            rows = dataset.write_view(connection, view, file)
            tables[view] = parquet.read_table(io.BytesIO(file.getvalue())).to_pylist()
            assert rows == len(tables[view])
            assert "SECRET" not in repr(tables[view])
    (link,), (artifact,), (paper,) = tables["links"], tables["artifacts"], tables["papers"]
    assert (link["evidence"], link["evidence_sha256"], link["place"]) == (None, sha("SECRET words"), "abstract")
    assert artifact["licence_note"] == f"it says “sha256:{sha('SECRET')}”"
    assert sha("SECRET") in artifact["licences_beside"]
    assert json.loads(artifact["readiness"]) == [
        ["training", f"README: sha256:{sha('SECRET line')}"],
        ["tests", "tests/test_a.py"],
    ]
    assert (paper["title"], paper["authors"]) == ("A “fine” title", ["Ann Author"]), "arXiv's metadata are given"
    assert "evidence_sha256" in parquet.read_schema(io.BytesIO(_empty("promises", store))).names


def _empty(view: str, store: Store) -> bytes:
    file = io.BytesIO()
    with export.open_consistent(str(store.url)) as connection:
        dataset.write_view(connection, view, file)
    return file.getvalue()
