"""How fast the papers of a day are read, in simulated time: `python -m benchmarks.reading` (`make reading`).

Real listing days (`--days DIR`, as JSON Lines; else made-up ones), with texts made up here: see `world.py`. What takes
time is each wait for a pace, and each response (`simulation.LATENCY`); with `--work` the program's own work on this
machine as well. In the first three the first harvest runs five minutes after the announcement appears. Six scenarios:

- `day`: one listing day at a running service. All papers with open code are in the feed within 90 minutes of the
  announcement's appearance, 95 % within 75; arXiv's allowance (a request every three seconds) is used to at least 85 %
  while papers wait, and never exceeded.
- `week`: five such days; nothing is left at the end of each day.
- `first`: a new installation with seven days behind it: all is read within 12 hours, and each open paper enters once.
- `once`: `tracker once` once a day for 14 days: nothing waits for longer than two days;
- `early`: an announcement appears at 20:20, before anything is known of its usual time: all papers whose abstract links
  open code are in the feed by 21:00;
- `midnight`: announcements appear at midnight for 7 evenings: on the last one the first probe is near midnight, and no
  evening has more than eight."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks.reading.simulation import Simulation, simulate
from benchmarks.reading.world import World, load_abstracts
from tracker.harvest.announcements import NEW_YORK
from tracker.pipeline import cycle
from tracker.store.reading_queue import count_waiting

TUESDAY = date(2026, 6, 16)
APPEARS = time(20)
EVENING = "5 20 * * sun,mon,tue,wed,thu"
PAPERS = 929
"""The papers of the longer listing day."""


def evening(day: date, hours: float = 0.0) -> datetime:
    """When the announcement of a day appears, and some hours later."""
    return datetime.combine(day, APPEARS, NEW_YORK) + timedelta(hours=hours)


def announcement_days(first: date, count: int) -> list[date]:
    """So many announcement days from `first` on: not Fridays and Saturdays."""
    days = (first + timedelta(days=number) for number in range(3 * count))
    return [day for day in days if day.weekday() not in (4, 5)][:count]


class Report:
    """Prints figures with their bounds, and remembers whether each was kept."""

    def __init__(self) -> None:
        self.is_reached = True

    def check(
        self, what: str, value: float, *, most: float | None = None, least: float | None = None, unit: str = ""
    ) -> None:
        """Print one figure."""
        is_kept = (most is None or value <= most) and (least is None or value >= least)
        bound = f"at most {most:g}" if most is not None else f"at least {least:g}"
        print(f"  {what}: {value:.1f}{unit} ({bound}{'' if is_kept else ', MISSED'})", flush=True)
        self.is_reached &= is_kept


def report_allowance(simulation: Simulation, report: Report) -> None:
    """How much of arXiv's allowance was used while papers waited, and the least time between two requests."""
    times, pace = simulation.requests["arxiv"], simulation.settings.pace.arxiv
    spans = simulation.reading
    made = sum(since <= at < until for since, until in spans for at in times)
    allowed = sum(until - since for since, until in spans) / pace
    if spans:  # a few papers are read in one round
        report.check(
            "arXiv's allowance used while papers waited", 100 * made / max(allowed, 1), least=85, unit=" %"
        )
    gap = min((after - before for before, after in pairwise(times)), default=pace)
    report.check("least seconds between two requests to arXiv", gap, least=pace - 0.001)


def report_feed(simulation: Simulation, world: World, days: Sequence[date], report: Report) -> None:
    """How long after the announcement the papers with open code were in the feed."""
    entered = simulation.entered()
    is_open = {str(row[0]) for row in simulation.rows("SELECT arxiv_id FROM papers WHERE code = 'open'")}
    made_open = [paper for day in days for paper in world.open_papers.get(day, ())]
    found = sum(paper in is_open for paper in made_open)
    report.check("of the papers made open, found open", 100 * found / max(1, len(made_open)), least=99, unit=" %")
    report.check("open papers that are not in the feed", len(is_open - entered.keys()), most=0)
    minutes = sorted(
        (entered[str(row[0])] - evening(day)).total_seconds() / 60
        for day in days
        for row in simulation.rows(
            f"SELECT arxiv_id FROM papers WHERE code = 'open' AND arxiv_id IN ({_ids(world, day)})"
        )
    )
    report.check(f"minutes until the last of {len(minutes)} was in the feed", minutes[-1], most=90)
    report.check("minutes until 95 % were", minutes[int(len(minutes) * 0.95)], most=75)


def _ids(world: World, day: date) -> str:
    return ", ".join(f"'{arxiv_id}'" for arxiv_id in world.papers[day])


def report_requests(simulation: Simulation) -> None:
    """The requests for each thousand papers, and for a full text by form."""
    [(papers,)] = simulation.rows("SELECT count(*) FROM papers")
    made = {name: len(times) for name, times in sorted(simulation.requests.items())}
    shown = ", ".join(
        f"{name} {1000 * count / int(str(papers)):.0f}"
        for name, count in made.items()
        if not name.startswith("web-")
    )
    print(f"  requests per 1,000 papers: {shown}")
    forms = Counter(str(row[0]) for row in simulation.rows("SELECT path FROM (SELECT source AS path FROM scan)"))
    texts = {name: forms[str(number)] for name, number in (("HTML", 0), ("source", 7), ("PDF", 6))}
    read = int(str(simulation.rows("SELECT count(*) FROM papers WHERE read_depth IN ('text', 'page')")[0][0]))
    print(f"  requests for a full text: {sum(texts.values()) / max(1, read):.2f} "
          f"({', '.join(f'{name} {count / max(1, read):.2f}' for name, count in texts.items())})")  # fmt: skip


def play_day(folder: Path, world: World, papers: int, report: Report, *, ticking: bool, days: int = 1) -> None:
    """The scenarios `day` and `week`."""
    announced = announcement_days(TUESDAY if days == 1 else TUESDAY - timedelta(days=2), days)
    for day in announced:
        world.add_day(day, papers)
    with simulate(
        folder, evening(announced[0], -1), ticking=ticking, TRACKER_SCHEDULE__EVENING=EVENING
    ) as simulation:
        left = []
        for day in announced:
            simulation.run_service(evening(day, 4 if days == 1 else 23))
            left.append(count_waiting(simulation.worker.store, simulation.time.now()).papers)
        report.check("papers left to be read at the end of a day", max(left), most=0)
        report_feed(simulation, world, announced, report)
        report_allowance(simulation, report)
        report_requests(simulation)


def play_first_start(folder: Path, world: World, papers: int, report: Report, *, ticking: bool) -> None:
    """The scenario `first`."""
    days = announcement_days(TUESDAY - timedelta(days=8), 5)
    for day in days:
        world.add_day(day, papers)
    start = evening(days[-1] + timedelta(days=1), -9)
    with simulate(folder, start, ticking=ticking, TRACKER_SCHEDULE__EVENING=EVENING) as simulation:
        simulation.run_service(start + timedelta(hours=14))
        read = max((until for _, until in simulation.reading), default=start.timestamp())
        report.check(
            "papers left to be read", count_waiting(simulation.worker.store, simulation.time.now()).papers, most=0
        )
        report.check("hours until all was read", (read - start.timestamp()) / 3600, most=12)
        is_open = int(str(simulation.rows("SELECT count(*) FROM papers WHERE code = 'open'")[0][0]))
        entries = int(str(simulation.rows("SELECT count(*) FROM feed_entry WHERE feed = 'main'")[0][0]))
        report.check(f"entries for each of {is_open} open papers", entries / max(1, is_open), most=1, least=1)
        report_allowance(simulation, report)
        most = max(done.counts.entered for _, done in simulation.cycles[1:])
        print(
            f"  entries of the first cycle: {simulation.cycles[0][1].counts.entered}; of each later one at most {most}"
        )


def play_once(folder: Path, world: World, papers: int, report: Report, *, ticking: bool, days: int = 14) -> None:
    """The scenario `once`: at 02:00 in New York, each day."""
    first = TUESDAY - timedelta(days=9)
    for day in (first + timedelta(days=number) for number in range(days)):
        if day.weekday() not in (4, 5):
            world.add_day(day, papers)
    longest = timedelta(0)
    with simulate(folder, evening(first, -1), ticking=ticking) as simulation:
        for number in range(days):
            simulation.time.advance_to(evening(first + timedelta(days=number), 6))
            now = simulation.time.now()
            done = cycle.run_until_read(simulation.worker)
            waiting = count_waiting(simulation.worker.store, simulation.time.now())
            longest = max(longest, now - waiting.oldest if waiting.oldest else timedelta(0))
            report.is_reached &= not done.is_unfinished
        report.check("days for which a paper waited at most", longest / timedelta(days=1), most=2)
        hours = (simulation.time.now() - now).total_seconds() / 3600
        print(
            f"  hours of the last run: {hours:.1f}; papers: {simulation.rows('SELECT count(*) FROM papers')[0][0]}"
        )
        report_requests(simulation)


def play_early(folder: Path, world: World, papers: int, report: Report, *, ticking: bool) -> None:
    """The scenario `early`: two days harvested before, then one at 20:20."""
    *before, day = announcement_days(TUESDAY - timedelta(days=2), 3)
    for earlier in before:
        world.add_day(earlier, papers)
    with simulate(folder, evening(day, -1 / 12), ticking=ticking) as simulation:
        simulation.run_service(evening(day, 1 / 3))
        world.add_day(day, papers)
        simulation.run_service(evening(day, 1))
        entered = simulation.entered()
        in_abstract = {
            str(row[0])
            for row in simulation.rows(f"SELECT arxiv_id FROM open_papers WHERE arxiv_id IN ({_ids(world, day)})")
        } - world.in_text
        last = max((entered[paper] for paper in in_abstract if paper in entered), default=evening(day, 24))
        report.check("papers whose abstract links open code", len(in_abstract), least=1)
        report.check("of them not in the feed at 21:00", len(in_abstract - entered.keys()), most=0)
        report.check(
            "minutes after 20:20 until the last was", (last - evening(day, 1 / 3)).total_seconds() / 60, most=40
        )
        report.check("probes", len(simulation.probes), most=8)


def play_midnight(
    folder: Path, world: World, papers: int, report: Report, *, ticking: bool, nights: int = 7
) -> None:
    """The scenario `midnight`."""
    days = announcement_days(TUESDAY - timedelta(days=2), nights + 1)
    world.add_day(days[0] - timedelta(days=3), papers)
    with simulate(
        folder, evening(days[0], -3), ticking=ticking, TRACKER_SCHEDULE__CHECK_MINUTES="240"
    ) as simulation:
        made: list[list[datetime]] = []
        for day in days:
            simulation.run_service(evening(day, 4))
            world.add_day(day, papers)
            simulation.run_service(evening(day, 8))
            made.append([at for at in simulation.probes if at >= evening(day)])
        for day, probes in zip(days, made, strict=True):
            shown = ", ".join(f"{at.astimezone(NEW_YORK):%H:%M}" for at in probes)
            print(f"  {day:%a %Y-%m-%d}: {len(probes)} probes: {shown}")
        report.check("probes of an evening at most", max(map(len, made)), most=8)
        first = (made[-1][0] - evening(days[-1], 4)).total_seconds() / 60
        report.check("minutes from midnight to the first probe after a week", abs(first), most=20)
        report.check("probes of the last evening", len(made[-1]), most=3)
        stored = int(str(simulation.rows("SELECT count(*) FROM papers")[0][0]))
        report.check("papers stored, of each announced", stored / sum(map(len, world.papers.values())), least=1)


PLAYS: dict[str, Callable[..., None]] = {
    "day": play_day,
    "week": play_day,
    "first": play_first_start,
    "once": play_once,
    "early": play_early,
    "midnight": play_midnight,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Play scenarios; 0 when every bound was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[*PLAYS, []], default=[])
    parser.add_argument("--papers", type=int, default=PAPERS, help="of each listing day")
    parser.add_argument("--days", type=Path, help="a folder of listing days, one paper a line")
    parser.add_argument("--work", action="store_true", help="let the program's own work take time, too")
    chosen = parser.parse_args(arguments)
    report = Report()
    for name in chosen.scenarios or PLAYS:
        print(f"{name}, {chosen.papers} papers a day", flush=True)
        with tempfile.TemporaryDirectory(prefix="reading-") as made:
            world = World(Path(made) / "world", load_abstracts(chosen.days))
            more = {"days": 5} if name == "week" else {}
            PLAYS[name](Path(made), world, chosen.papers, report, ticking=chosen.work, **more)
    return 0 if report.is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
