"""The operator's corrections, from their files to statements about works and links."""

from __future__ import annotations

from tracker.config_files import CorrectionsFile, config_dir, read_config
from tracker.domain.errors import SettingsError
from tracker.hosts.resolve import resolve_url
from tracker.settings import Settings
from tracker.store.corrections import EVERY_WORK, CorrectionStatement
from tracker.store.keys import paper_work


def read_corrections(settings: Settings) -> list[CorrectionStatement]:
    """The operator's corrections, those of the built-in file first. SettingsError for one that is not right."""
    statements = []
    for path in [config_dir() / "corrections.toml", *([settings.corrections] if settings.corrections else [])]:
        for entry in read_config(path, CorrectionsFile).correction:
            link = resolve_url(entry.link)
            if link is None:
                raise SettingsError(f"{path}: {entry.link!r} is not an http address.")
            work = entry.paper if entry.paper == EVERY_WORK else paper_work(entry.paper)
            statements += [
                CorrectionStatement(
                    work=work,
                    folded=link.folded,
                    field=field,
                    value=value,
                    reason=entry.reason,
                    source=entry.source,
                )
                for field, value in (("role", entry.role), ("licence", entry.licence))
                if value is not None
            ]
    return statements
