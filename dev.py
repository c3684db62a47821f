#!/usr/bin/env python3
"""normball's workshop: makes .venv once, then runs one word in it.

python3 dev.py demo       fit bundled real data; leave data, model and report in normball-demo/
python3 dev.py test       the tests (minutes)                    extra words go to pytest: dev.py test -k gap
python3 dev.py check      ruff, pyright, the rules of the layout
python3 dev.py sweep      the long tests, those that need PyTorch, the kernels with bounds checks, the documentation
python3 dev.py bench      benchmarks against other programs      extra words go to benchmarks/run.py
python3 dev.py docs       the documentation, as HTML
"""
# Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as the sentence in main().

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "normball-stamp.txt"
NEEDS = {"demo": ["cli"], "bench": [], "test": ["test"], "docs": ["docs", "torch"]}
NEEDS.update(check=["check", "test"], sweep=["sweep"])
ONE_THREAD = {name + "_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}  # the test workers fill the cores


def main(argv):
    if sys.version_info < (3, 11):
        newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
        advice = "Run: {} dev.py {}".format(newer[0], " ".join(argv)) if newer else "Install a newer one and use that."
        return f"normball needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}). {advice}"
    if not argv or argv[0] not in NEEDS:
        print(__doc__)
        return 0 if argv in (["help"], ["--help"], ["-h"]) else 2
    os.chdir(str(ROOT))
    prepare(NEEDS[argv[0]])
    return {"demo": demo, "test": test, "check": check, "sweep": sweep, "bench": bench, "docs": docs}[argv[0]](argv[1:])


# ---- the words ------------------------------------------------------------------------------------------------------


def demo(args):
    return run("-m", "normball", "demo", *args, NUMBA_CACHE_DIR=kernel_cache())


def test(args):
    env = dict(ONE_THREAD, NUMBA_CACHE_DIR=kernel_cache())
    if (ROOT / "src/normball/kernels/warm.py").exists():  # compile once, before two workers do it twice
        say("Compiling the kernels that are not in the cache yet")
        code = run("-m", "normball.kernels.warm", **env)
        if code:
            return code
    where = [] if names_a_test(args) else ["tests", "--ignore=tests/sweep"]
    return run("-m", "pytest", "-n", "2", *where, *args, **env)


def check(args):
    if args:
        return "dev.py check takes no further words, got: " + " ".join(args)
    steps = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "pyright", "--pythonpath", str(PYTHON)],
        ["-m", "pytest", "-q", "tests/layout"],
    ]
    codes = []
    for step in steps:
        say(" ".join(step[1:3]))
        codes.append(run(*step))
    return max(map(abs, codes))


def sweep(args):
    env = dict(ONE_THREAD, NUMBA_CACHE_DIR=kernel_cache())
    where = [] if names_a_test(args) else ["tests/sweep", "tests/neural"]
    code = run("-m", "pytest", "-n", "2", *where, *args, **env)
    if code or where == []:
        return code
    say("The kernels' tests once more, with every index checked (compiled afresh)")
    with tempfile.TemporaryDirectory() as fresh:  # code cached without the checks must not be found
        code = run("-m", "pytest", "-q", "tests/kernels", **dict(env, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=fresh))
    if code:
        return code
    say("The documentation: every page of the gallery runs, and a warning is an error")
    return docs([])


def bench(args):
    return run("benchmarks/run.py", *args, NUMBA_CACHE_DIR=kernel_cache())


def docs(args):
    env = dict(NUMBA_CACHE_DIR=kernel_cache(), MPLBACKEND="Agg")
    code = run("-m", "sphinx", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *args, **env)
    return code or say(f"Open {ROOT / 'docs/_build/html/index.html'}")


# ---- the environment ------------------------------------------------------------------------------------------------


def prepare(extras):
    """Make .venv hold normball (editable) with these extras; where the stamp says that it does, touch nothing."""
    texts = [(ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "constraints.txt")]
    key = hashlib.sha256("\n".join([sys.version, str(ROOT), *texts]).encode()).hexdigest()
    stamp = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else [""]
    wanted = set(extras) | (set(stamp[1:]) if stamp[0] == key else set())
    if stamp == [key, *sorted(wanted)]:
        return
    if STAMP.exists():
        STAMP.unlink()  # an interrupted install must not look like a finished one
    if not healthy():
        say(f"Making an environment in {VENV}")
        make_venv()
    target = ".[" + ",".join(sorted(wanted)) + "]" if wanted else "."
    say(f"Installing normball {target} and what it needs there (the first time: a minute or two)")
    if run("-m", "pip", "install", "-c", "constraints.txt", "-e", target, PIP_USER="0"):
        sys.exit("pip could not install what normball needs: its last lines above say why. The next run tries again.")
    STAMP.write_text("\n".join([key, *sorted(wanted)]) + "\n")


def make_venv():
    """A fresh .venv with pip, also where Python comes without ensurepip (Debian without python3-venv)."""
    shutil.rmtree(str(VENV), ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", str(VENV)) and healthy():
        return
    shutil.rmtree(str(VENV), ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", "--without-pip", str(VENV)):
        for pip in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):  # a pip outside can install one inside
            if quiet(*pip, "--python", str(PYTHON), "install", "--ignore-installed", "pip") and healthy():
                return
    sys.exit(
        f"{sys.executable} cannot make an environment with pip in it: there is no ensurepip, and no pip of 22.3 or\n"
        "newer that could stand in. Install one and run this again (Debian, Ubuntu: apt install python3-venv)."
    )


def healthy():
    """Whether .venv has a pip and is of the Python that runs this script."""
    same = f"import sys, pip; sys.exit(sys.version != {sys.version!r})"
    return PYTHON.exists() and quiet(str(PYTHON), "-c", same)


# ---- small tools ----------------------------------------------------------------------------------------------------


def run(*args, **env):
    """Run .venv's Python, talking to the same terminal; its exit status."""
    return subprocess.call([str(PYTHON), *args], env={**os.environ, **env})


def quiet(*command):
    """Whether a command succeeds; what it prints is of no interest."""
    env = {**os.environ, "PIP_USER": "0"}
    try:
        return subprocess.call(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def kernel_cache():
    """A cache folder for this very text of the kernels: numba itself does not notice an edit in another file."""
    text = b"".join(path.name.encode() + path.read_bytes() for path in sorted(ROOT.glob("src/normball/kernels/*.py")))
    folder = ROOT / ".cache/numba" / hashlib.sha256(text).hexdigest()[:16]
    for old in folder.parent.glob("*"):
        if old != folder:
            shutil.rmtree(str(old), ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def names_a_test(args):
    return any(Path(word.split("::")[0]).exists() for word in args if word.startswith("tests"))


def say(sentence):
    print(f"== {sentence}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
