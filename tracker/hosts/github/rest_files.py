"""The files of one GitHub repository by REST: trees, texts, branches and comparisons."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from tracker.domain.protocols import Fetch
from tracker.hosts import json_fields
from tracker.hosts.host_api import Unreadable
from tracker.hosts.inspect import file_tree
from tracker.hosts.inspect.file_tree import FileTree

UPSTREAM = "github_api"
MOST_TEXT = 100_000
"""Characters of a text that are kept."""


class RestFiles:
    """Reads one repository; `name` is `OWNER/NAME`. Every method raises UpstreamError, UpstreamStopped and Unreadable."""

    def __init__(self, fetch: Fetch, name: str) -> None:
        self._fetch = fetch
        self.name = name

    def tree(self, ref: str) -> FileTree | None:
        """All files of a branch, tag or commit; None if it does not exist.

        GitHub answers 409, or 404 and `empty`, for a repository without a commit.
        """
        path = f"/repos/{self.name}/git/trees/{quote(ref, safe='')}"
        response = self._fetch.get(UPSTREAM, path, params={"recursive": "1"})
        listing = json_fields.as_mapping(json_fields.parse_body(response))
        message = json_fields.as_line(listing.get("message")).lower()
        if response.status == 409 or (response.status == 404 and "empty" in message):
            return FileTree({}, ref=ref)
        if response.status in (404, 422) and ref != "HEAD":
            return None
        if response.status != 200 or not isinstance(listing.get("tree"), list):
            raise Unreadable(f"GitHub answered {response.status} to the request for its files")
        tree = listing["tree"]
        return FileTree(
            file_tree.list_sizes(tree),
            complete=listing.get("truncated") is not True,
            submodules=file_tree.list_submodules(tree),
            ref=ref,
        )

    def text(self, path: str, ref: str) -> str:
        """The text of a file, empty where it does not exist."""
        params = None if ref == "HEAD" else {"ref": ref}
        response = self._fetch.get(UPSTREAM, f"/repos/{self.name}/contents/{quote(path)}", params=params)
        name = path.rpartition("/")[2]
        if response.status == 404:
            return ""
        if response.status != 200:
            raise Unreadable(f"GitHub answered {response.status} to the request for {name}")
        file = json_fields.as_mapping(json_fields.parse_body(response))
        try:
            raw = base64.b64decode(json_fields.as_text(file.get("content")) or "")
        except (binascii.Error, ValueError):
            raise Unreadable(f"{name} cannot be decoded") from None
        return raw.decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]

    def branches(self) -> list[str]:
        """The names of the first hundred branches."""
        response = self._fetch.get(UPSTREAM, f"/repos/{self.name}/branches", params={"per_page": "100"})
        if response.status == 404:
            return []
        listed = json_fields.parse_body(response)
        if response.status != 200 or not isinstance(listed, list):
            raise Unreadable(f"GitHub answered {response.status} to the request for its branches")
        return file_tree.list_names(listed)

    def compare(self, base: str, head: str) -> str:
        """How `head` (`OWNER:BRANCH`) stands to the branch `base`: `ahead`, `behind`, `diverged` or `identical`; empty
        where GitHub does not say."""
        where = f"{quote(base, safe='')}...{quote(head, safe=':')}"
        response = self._fetch.get(UPSTREAM, f"/repos/{self.name}/compare/{where}")
        answer = json_fields.as_mapping(json_fields.parse_body(response))
        return json_fields.as_text(answer.get("status")) or "" if response.status == 200 else ""
