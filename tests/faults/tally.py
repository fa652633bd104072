"""The rules of a storm, and its results as a table."""

from __future__ import annotations

from typing import Any

from tests.faults.raging import QUIET

Row = dict[str, Any]
ZERO = ("lost", "doubled", "displaced", "missing", "corrupt", "false_gaps")
# And these, which are no columns.
ALSO_ZERO = {
    "half_files": "files that do not hold what their names promise",
    "over_budget": "calls beyond the hour",
    "uncounted": "calls that nobody counted",
    "stuck": f"times no visit came to its end within {QUIET:g} s",
}
# The stand-in was told to lead nobody in circles: who says so has disturbed somebody's visit.
UNTRUE = {"circles"}
# Two people are visited at a time.
WALKS = 2
# Of one process, and of all that die with the worker or lose their database.
THREADS, ALL_THREADS = 4, 12
ALL_AT_ONCE = {
    *("worker", "keeper", "database restarted", "connections cut", "worker asked to end"),
    "database killed",
    "worker asleep",
}
# Nobody who dies of these was asking anybody for anything.
IDLE = {"beat", "web", "web child"}
HEAD = (
    *("seed", "storage", "likes", "kills", "of which at named moments", "faults", "spoilt answers"),
    *("pages asked", "least", "files asked", "least", "lost", "doubled", "displaced", "missing"),
    *("corrupt", "false gaps", "out of reach, and said so", "quiet after"),
)
PREFACE = """# The storm

Written by `make soak`. Each row is the archives of two people in a house of real processes. The
first visit of one finds {likes:,} likes, then come {rounds} rounds of 1 to 180 new ones, up to 5
un-likes and some that are liked again; one visit is broken off by the service. The other's service
shows 60 likes, and twice 85 come between two visits: once with one known like left at the end.
All the while processes are killed with SIGKILL, at random moments and at named ones
(`providers/crashpoints.py`); the database is restarted and killed, Valkey killed and emptied, the
storage taken away, the worker put to sleep for three leases; and one answer of the service in
twenty is spoilt. Then the archives are compared with the stand-in's truth, like by like and byte by
byte, and `verify_archive` has to find nothing.

**Together: {kills} kill -9 over {seeds} seeds and {all_rounds} rounds; {zeros}.**

"""
RULES = f"""
What has to hold in every row, or `make soak` fails:

- nothing lost, doubled, displaced, missing or corrupt; what slid out of reach before anybody could
  see it lies inside a gap that is told, and there is no gap where nothing is missing;
- no file holds other bytes than its name promises, not even for the moment after a kill;
- `verify_archive` finds nothing, and no token is in any file, log, dumped row or command line;
- at most one page is asked for again per kill and walk, and one file per kill for each thread
  that was fetching ({THREADS} in a process, {ALL_THREADS} where all of them die or lose the
  database); beside those that a spoilt answer, a fault or a refusing storage cost;
- every call stands in its connection's count, and when an hour is used up no more are made;
- nobody is said to have gone in circles, because nobody did;
- all is quiet within {QUIET:g} s after the last kill.

"""


def broken(row: Row) -> list[str]:
    """The rules that did not hold, in words."""
    if row["quiet"] is None:
        return [f"not quiet after {QUIET:g} s"]
    told = [f"{row[name]} {name.replace('_', ' ')}" for name in ZERO if row[name]]
    told += [f"{row[name]} {words}" for name, words in ALSO_ZERO.items() if row[name]]
    told += [f"{row['troubles'][code]} {code}" for code in sorted(UNTRUE & {*row["troubles"]})]
    told += [f"verify_archive: {name}" for name in row["complaints"]]
    told += [f"a secret in {place}" for place in row["leaks"]]
    if row["pages"] > row["least_pages"] + most_pages(row):
        told.append(
            f"{row['pages']} pages for {row['least_pages']}, {most_pages(row)} may be extra"
        )
    if row["files"] > row["least_files"] + most_files(row):
        told.append(
            f"{row['files']} files for {row['least_files']}, {most_files(row)} may be extra"
        )
    return told


def most_pages(row: Row) -> int:
    """One for each walk that may have cost one: by a kill, a fault, a spoilt answer."""
    return int(_cost(row, one=1, all_at_once=WALKS) + row["spoilt"])


def most_files(row: Row) -> int:
    """What the threads of the dead were fetching, and what could not be put away."""
    cost = _cost(row, one=THREADS, all_at_once=ALL_THREADS)
    return int(cost + row["spoilt"] + row["storage_failed"])


def _cost(row: Row, *, one: int, all_at_once: int) -> int:
    """Of every blow: `one` where a process dies, `all_at_once` where each has to begin again."""
    blows = {**row["kills"], **row["faults"]}
    return sum(
        times * (all_at_once if name in ALL_AT_ONCE else one)
        for name, times in blows.items()
        if name not in IDLE
    )


def line(row: Row) -> str:
    """A row for whoever waits."""
    told = zip(HEAD, _cells(row), strict=True)
    return " · ".join(f"{name} {cell}" for name, cell in told)


def document(rows: list[Row]) -> str:
    """The page with the table."""
    kills = sum(sum(row["kills"].values()) for row in rows)
    rounds = [len(row["rounds"]) for row in rows]
    sums = {name: sum(row.get(name) or 0 for row in rows) for name in ZERO}
    head = PREFACE.format(
        likes=min(row["first_likes"] for row in rows),
        rounds=max(rounds),
        all_rounds=sum(rounds),
        kills=kills,
        seeds=len(rows),
        zeros=", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sums.items()),
    )
    lines = [HEAD, ["---"] * len(HEAD), *map(_cells, rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{head}{table}\n{RULES}{_what_broke(rows)}{_who_died(rows)}"


def _what_broke(rows: list[Row]) -> str:
    """The rules that did not hold, so that nobody has to look for them in the table."""
    told = [f"- **seed {row['seed']}**: {rule}.\n" for row in rows for rule in broken(row)]
    return "What did not hold:\n\n" + "".join(told) + "\n" if told else ""


def _who_died(rows: list[Row]) -> str:
    """Who was killed how often, at which moments, and what else went wrong."""
    parts = []
    for title, name in (("Killed", "kills"), ("At", "points"), ("Faults", "faults")):
        sums: dict[str, int] = {}
        for row in rows:
            for what, times in row[name].items():
                sums[what] = sums.get(what, 0) + times
        told = ", ".join(f"{what} {sums[what]}" for what in sorted(sums) if sums[what])
        parts.append(f"{title}: {told}.\n")
    return "\n".join(parts)


def _cells(row: Row) -> list[str]:
    quiet = "never" if row["quiet"] is None else f"{row['quiet']:.0f} s"
    return [
        str(row["seed"]),
        row["storage"],
        f"{row['likes']:,}",
        str(sum(row["kills"].values())),
        str(row["kills"].get("at", 0)),
        str(sum(row["faults"].values())),
        str(row["spoilt"]),
        *(str(row[name]) for name in ("pages", "least_pages", "files", "least_files")),
        *(str(row.get(name, "?")) for name in ZERO),
        str(row["slid"]),
        quiet,
    ]
