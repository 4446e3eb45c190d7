"""The scan of one archive: the same bytes each time, and no result that is not whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.pipeline.backfill.bulk import code_at, make_tar, paper_file
from tracker.detect.roles.role_rules import load_role_rules
from tracker.domain.papers import Paper
from tracker.pipeline.backfill.scan_shard import Shard, ShardPaper, read_result, scan_shard


def test_a_result_has_the_header_of_its_shard_and_is_whole_or_nothing(tmp_path: Path) -> None:
    body, rules = make_tar(("2606/2606.00001.gz", paper_file(code_at("ann/one")))), load_role_rules()
    archive = tmp_path / "a.tar"
    archive.write_bytes(body)
    md5 = hashlib.md5(body).hexdigest()
    shard = Shard("a.tar", md5, {"2606.00001": (2, Paper(arxiv_id="2606.00001", title="On counting"))})
    result = scan_shard(archive, shard, rules, tmp_path / "a.jsonl")
    first = result.read_bytes()
    assert scan_shard(archive, shard, rules, tmp_path / "b.jsonl").read_bytes() == first, "no clock and no chance"
    header = shard.header(rules.version)
    assert (header["md5"], header["rules"]) == (md5, rules.version)
    entries = read_result(result, header)
    assert entries is not None
    (paper,) = entries
    assert isinstance(paper, ShardPaper)
    assert (paper.version, [mention.reference.key for mention in paper.reading.mentions]) == (
        2,
        ["github:ann/one"],
    )
    others = [{**header, "md5": "0"}, {**header, "rules": "0"}, Shard("a.tar", md5, {}).header(rules.version)]
    assert [read_result(result, other) for other in others] == [None] * 3
    result.write_bytes(first[:-5])
    assert read_result(result, header) is None
    assert read_result(tmp_path / "missing.jsonl", header) is None
    assert list(tmp_path.glob("*.part")) == []
