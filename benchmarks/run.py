"""Time to a certified gap, against other programs:  python3 dev.py bench WORD … [options]

words:  single   one fit, every workload            path  cv   whole paths; their cross-validation
        page   docs/benchmarks.md from the stored results
        cold     the wall time of a whole process   list   the workloads and the peers
        or the names of workloads
"""

from __future__ import annotations

import argparse
import datetime
import functools
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)  # instead of this folder, whose files are `benchmarks.…`

from benchmarks import cold, environment, machine, peers, report, workloads  # noqa: E402
from benchmarks.harness import Bench, run_problem  # noqa: E402


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    known = {"page", "list", "cold", *workloads.names(), *groups()}
    if unknown := [word for word in options.words if word not in known]:
        print(f"bench does not know {', '.join(unknown)}. It knows: {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    if "list" in options.words:
        print("workloads:", ", ".join(workloads.names()))
        print("peers:    ", ", ".join(f"{p} (by name only)" if peers.load(p).OPTIONAL else p for p in peers.names()))
    chosen = [name for name in workloads.names() if {name, workloads.load(name).GROUP} & set(options.words)]
    if chosen or "cold" in options.words:
        measure(options, chosen)
    if "page" in options.words:
        report.page(options.results or ROOT / "benchmarks/results", options.page)
        print(f"wrote {options.page}")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dev.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="+", metavar="WORD")
    parser.add_argument("--targets", default="1e-6,1e-8", help="relative gaps to reach (default %(default)s)")
    parser.add_argument("--repeats", type=int, default=None, help="counted turns (default 5; cold 9; quick 2)")
    parser.add_argument("--threads", default="1", help="1, a number, or all (default %(default)s)")
    parser.add_argument("--peers", default="", help="only these, by name, comma-separated; normball is always one")
    parser.add_argument("--limit", type=float, default=None, help="seconds one fit may take (default 60; quick 10)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try the harness; not kept as results")
    parser.add_argument("--results", type=Path, default=None, help="folder of the JSON files")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/benchmarks.md", help="where `page` writes")
    parser.add_argument("--python", type=Path, default=None, help="a ready Python for the peers (no .bench-venv)")
    return parser.parse_args(arguments)


def groups() -> set[str]:
    return {workloads.load(name).GROUP for name in workloads.names()}


def wanted_peers(text: str) -> list[str]:
    if not text:
        return [name for name in peers.names() if not peers.load(name).OPTIONAL]
    asked = {name.strip() for name in text.split(",")}
    for name in asked:
        peers.load(name)  # says which names there are
    return [name for name in peers.names() if name in asked or peers.load(name).TITLE == "normball"]


def measure(options: argparse.Namespace, chosen: list[str]) -> None:
    wanted = wanted_peers(options.peers)
    apart = [name for name in wanted if getattr(peers.load(name), "APART", False)]
    shared = [peers.load(name).REQUIREMENT for name in peers.names() if not getattr(peers.load(name), "APART", False)]
    python = options.python or environment.prepare(shared)
    pythons = {} if options.python else {n: environment.prepare(peers.load(n).REQUIREMENT.split(), n) for n in apart}
    threads = machine.cores() if options.threads == "all" else int(options.threads)
    variables = machine.threaded(threads) | {"NUMBA_CACHE_DIR": environment.kernel_cache()}
    bench = Bench(
        python=python.absolute(),
        pythons={name: path.absolute() for name, path in pythons.items()},
        environment=variables,
        targets=tuple(sorted((float(t) for t in options.targets.split(",")), reverse=True)),
        repeats=options.repeats or (2 if options.quick else 5),
        limit=options.limit or (10.0 if options.quick else 60.0),
        say=functools.partial(print, flush=True),
    )
    folder = options.results or ROOT / (".cache/bench-quick" if options.quick else "benchmarks/results")
    facts = {"threads": threads, "repeats": bench.repeats, "quick": options.quick, "machine": machine.words(),
             "date": datetime.date.today().isoformat()}  # fmt: skip
    for name in chosen:
        fit_workload(bench, name, wanted, facts, folder)
    if "cold" in options.words:
        bench.say(f"{cold.TITLE} ({report.threads_words(threads)})")
        turns = options.repeats or (2 if options.quick else 9)
        result = cold.run(bench, turns)
        cold.show(result, bench.say)
        told = {"workload": "cold", "title": cold.TITLE, "versions": cold.versions(bench), "cold": result}
        bench.say(f"    wrote {report.save(folder, facts | told | {'repeats': turns})}")


def fit_workload(bench: Bench, name: str, wanted: list[str], facts: dict, folder: Path) -> None:
    workload = workloads.load(name)
    bench.say(f"{workload.TITLE} ({report.threads_words(facts['threads'])})")
    problems = []
    try:
        for problem in workload.problems(facts["quick"]):
            bench.say(f"  {problem.title}")
            problems.append(run_problem(bench, problem, wanted, lambda: machine.read_bandwidth(bench.python)))
            report.show(problems[-1], bench.say)
    except workloads.DataMissing as missing:
        bench.say(f"  left out: {missing}")
        return
    versions = {}
    for record in problems[0]["peers"]:
        versions |= record.pop("versions", {})
    for record in (record for problem in problems for record in problem["peers"]):
        record.pop("versions", None)
    told = {"workload": name, "title": workload.TITLE, "versions": versions, "problems": problems}
    bench.say(f"    wrote {report.save(folder, facts | told)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
