"""Results as a table on the terminal, as JSON, and as the page docs/benchmarks.md."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

RULES = """\
Every program is a process of its own that loads the same files. For each target (duality gap ÷ loss of the
intercept-only model) it is given its *fastest* setting whose answer meets the target: the gap is computed by an
independent judge (`benchmarks/judge.py`) with the best intercept for those coefficients. The chosen settings are then
run turn by turn, each time in a fresh process. *Seconds* is a warm fit in that process: the second one, or the median
of several where they are short (median and range over the turns); *first* is the first. *× normball* is the ratio of
the same turn, median and range. R is time ÷ (bytes of X ÷ read bandwidth of one thread): how many times X could have
been read from memory meanwhile. *Reads* is how often normball did read it.
"""


def threads_words(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def save(folder: Path, result: dict) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    threads = result["threads"]
    path = folder / f"{result['workload']}{'' if threads == 1 else f'-{threads}-threads'}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


TELLING = ("tol", "gradient_tol", "solver", "intercept_scaling", "thresh", "type", "fold_tol")
HEADS = ("target", "peer", "setting", "gap", "seconds", "first", "× normball", "R", "reads")


def rows(problem: dict) -> Iterable[dict[str, str]]:
    """One row per target and peer that has an answer, as text; also for those that did not reach the target."""
    able = [record for record in problem["peers"] if record["ladder"]]
    for position in range(len(able[0]["reached"]) if able else 0):
        for record in able:
            entry = record["reached"][position]
            turns = entry["turns"]
            row = {"target": f"{entry['target']:g}", "peer": record["title"]}
            if not turns:
                yield row | {"setting": shortfall(record, entry)}
                continue
            ratios = [turn["ratio"] for turn in turns if turn["ratio"] is not None]
            yield row | {
                "setting": setting_words(entry["setting"]),
                "gap": worst_gap(entry),
                "seconds": spread([turn["warm"] for turn in turns]),
                "first": number(statistics.median(turn["first"] for turn in turns)),
                "× normball": spread(ratios) if ratios and record["title"] != "normball" else "",
                "R": number(entry["R"]),
                "reads": number(entry["facts"]["reads"]) if "reads" in entry["facts"] else "",
            }


def setting_words(setting: dict) -> str:
    told = {name: setting[name] for name in TELLING if name in setting}
    return ", ".join(f"{name}={v:g}" if isinstance(v, float) else f"{name}={v}" for name, v in told.items())


def absent(problem: dict) -> list[str]:
    """A sentence for each peer without any answer: why."""
    silent = [record for record in problem["peers"] if not record["ladder"]]
    return [f"{record['title']}: {record.get('why', 'no answer')}" for record in silent]


def shortfall(record: dict, entry: dict) -> str:
    best = entry.get("best_relative_gap")
    reached = "no counted run succeeded" if best is None else f"not reached (best {best:.1e})"
    why = entry.get("why") or record.get("why")
    return f"{reached}; {why}" if why else reached


def worst_gap(entry: dict) -> str:
    worst = max(turn["relative_gap"] for turn in entry["turns"])
    return f"{worst:.1e}" + (" (missed in a counted run)" if worst > entry["target"] else "")


def number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def spread(values: list[float]) -> str:
    return f"{number(statistics.median(values))} [{number(min(values))}, {number(max(values))}]"


def show(problem: dict, say: Callable[[str], None] = print) -> None:
    """The table of one problem on the terminal."""
    table = list(rows(problem))
    heads = [head for head in HEADS if any(head in row for row in table)]
    short = [row for row in table if "gap" in row]  # the long sentences of the others don't widen the columns
    width = {head: max([len(head), *(len(row.get(head, "")) for row in short)]) for head in heads}
    width["peer"] = max([4, *(len(row["peer"]) for row in table)])
    say("    " + "  ".join(head.ljust(width[head]) for head in heads))
    for row in table:
        say(("    " + "  ".join(row.get(head, "").ljust(width[head]) for head in heads)).rstrip())
    for sentence in absent(problem):
        say(f"    {sentence}")


def page(folder: Path, target: Path) -> None:
    """Write the documentation page from every JSON file of the folder."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    lines = ["# Benchmarks", "", "Written by `python3 dev.py bench page` from `benchmarks/results/*.json`.", "", RULES]
    if not results:
        lines += ["No results yet: run `python3 dev.py bench single cold`.", ""]
    for result in results:
        lines += section(result)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def section(result: dict) -> list[str]:
    threads = threads_words(result["threads"])
    quick = " **Trial sizes: these numbers mean nothing.**" if result["quick"] else ""
    machine, versions = result["machine"], result["versions"]
    lines = [f"## {result['title']}", "", f"{threads}, turns: {result['repeats']}, {result['date']}.{quick}", ""]
    lines += [f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}; "
              + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".", ""]  # fmt: skip
    for problem in result.get("problems", []):
        bandwidth = f"{problem['bandwidth'] / 1e9:.1f} GB/s"
        lines += [f"### {problem['title']}", ""]
        lines += [f"X holds {problem['bytes'] / 1e6:.1f} MB; one thread reads {bandwidth}."]
        lines += ["", *markdown(HEADS, [[row.get(head, "") for head in HEADS] for row in rows(problem)]), ""]
        if silent := absent(problem):
            lines += [*(f"- {sentence}." for sentence in silent), ""]
    if "cold" in result:
        lines += cold_section(result["cold"])
    return lines


def cold_section(cold: dict) -> list[str]:
    heads = ("process", "seconds", "relative gap", "imported")
    body = [
        [kind, spread(record["seconds"]), f"{record['relative_gap']:.1e}", ", ".join(record["imported"]) or "–"]
        for kind, record in cold["kinds"].items()
    ]
    kept = [f"- {x['who']}: {x['promise']}: {'kept' if x['kept'] else '**not kept**'}." for x in cold["promises"]]
    return [*markdown(heads, body), "", *kept, ""]


def markdown(heads: Iterable[str], body: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    table = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return table + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body]
