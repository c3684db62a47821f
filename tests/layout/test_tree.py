"""What stands in the tree: nothing that ties it to one machine or one index."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import normball

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[a-z0-9-]+==[0-9]+(\.[0-9]+)*((a|b|rc|\.post)[0-9]+)?")
LOCK = re.compile(r"constraints.*\.txt|requirements.*\.txt|.*\.lock|pylock.*\.toml|.*-lock\.(json|yaml)")
TOOLS = re.compile(r"(^|/)(\.(?!ci/|gitignore)|__pycache__|dist/|_build/)")  # what tools leave behind
MACHINE = re.compile(  # folders of one machine; the brackets keep this line from finding itself
    r"(?<![\w.])/(roo[t]|hom[e]|wor[k]|tm[p]|Use[rs]|mn[t]|va[r])/|[A-Z]:\\\\?Use[rs]"
)


def tracked():
    """The files of the project: what git knows or would add; without git, all but what tools leave behind."""
    git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if git.returncode == 0 and git.stdout:
        files = [ROOT / name for name in git.stdout.splitlines()]
    else:
        files = [path for path in ROOT.rglob("*") if not TOOLS.search(path.relative_to(ROOT).as_posix())]
    return sorted(path for path in files if path.is_file())


def text_of(path):
    """Its text, or None for pictures and other bytes."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def test_locks_hold_names_and_plain_versions():
    """No address, no index, no option, no local version such as +cpu: the same file serves everywhere."""
    locks = [path for path in tracked() if LOCK.fullmatch(path.name)]
    assert ROOT / "constraints.txt" in locks
    for path in locks:
        text = path.read_text("utf-8")
        assert "://" not in text, path
        lines = [line.strip() for line in text.splitlines()]
        assert [line for line in lines if line and line[0] != "#" and not PINNED.fullmatch(line)] == [], path


def test_every_dependency_is_pinned():
    """All that the workshop installs by name has its line in constraints.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [
        *project["dependencies"],
        *(x for word in ("cli", "plot", "torch", "dask", "test", "check", "docs", "sweep") for x in extras[word]),
    ]
    names = {re.split(r"[\[<>=!~ ]", line)[0] for line in wanted} - {"normball"}
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert names - pinned == set()


def test_no_machine_in_any_file():
    found = []
    for path in tracked():
        for number, line in enumerate((text_of(path) or "").splitlines(), 1):
            if MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize("line", ["cd /hom" + "e/ada/x", 'open("/tm' + 'p/x")', "C:\\Use" + "rs\\ada"])
def test_the_rule_sees_machines(line):
    assert MACHINE.search(line)


@pytest.mark.parametrize("name", ["py.typed", "__main__.py"])
def test_package_carries(name):
    assert (Path(normball.__file__).parent / name).is_file()
