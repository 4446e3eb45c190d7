"""The stage that notifies the WebSub hub of feeds that changed.

It cannot fail a cycle nor hold it up: it is bounded in seconds, and what the WebSub hub did not take is sent in
the next one."""

from __future__ import annotations

from tracker.notify import deliveries, websub
from tracker.pipeline.context import Cycle
from tracker.pipeline.stage import Stage
from tracker.publish.addresses import escape_uri
from tracker.store import stage_status

STAGE = "websub"


def announce_changed_feeds(cycle: Cycle) -> None:
    """Notify the WebSub hub of every feed whose file changed since the hub took it last."""
    if not cycle.settings.notify.websub_hub:
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE, contained=True) as stage:
        _announce(cycle, stage)


def _announce(cycle: Cycle, stage: Stage) -> None:
    settings = cycle.settings
    hub, site = settings.notify.websub_hub, settings.public_url.rstrip("/")
    known = deliveries.load_deliveries(settings.data_dir)
    if (known.websub_hub, known.site) != (hub, site):
        known.websub_hub, known.site, known.feeds = hub, site, {}
    files = websub.list_feed_files(settings.public_dir)
    announced = websub.announce_feeds(
        cycle.fetch,
        hub,
        # As the feed names itself: that is what readers subscribe to.
        [(path, escape_uri(f"{site}/{path}")) for path in websub.changed_feeds(files, known.feeds)],
        seconds=settings.notify.seconds,
        check_cancelled=cycle.check_cancelled,
    )
    taken = {path: files[path] for path in announced.done}
    feeds = {path: time for path, time in (known.feeds | taken).items() if path in files}
    if taken or feeds != known.feeds:
        known.feeds = feeds
        deliveries.save_deliveries(settings.data_dir, known)
    stage.fail(announced.reason, announced.next_try)


def end_trouble(cycle: Cycle, stage: str) -> None:
    """End the trouble of a stage that is switched off."""
    if any(trouble.what == stage for trouble in stage_status.load_stages(cycle.store)[1]):
        stage_status.record_stage_done(cycle.store, stage, cycle.now)
