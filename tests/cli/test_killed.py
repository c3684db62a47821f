"""Killed while it writes: each file is whole, the old one or the new one, and no second run is hindered."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys

from cli.tables import call, numbers, process, write_csv
from normball.cli import main, outcome
from normball.errors import Interrupted

# Fits once; then, for k = 1, 2, …, a forked child writes and is killed at its k-th call to the system.  For each k it
# prints what was killed and the digests of both files.
KILLED = """
import hashlib, os, signal, sys
from normball.cli import fit, main

def digest(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()

def child(write, args, k):
    calls = 0
    def deadly(real):
        def call(*args, **more):
            nonlocal calls
            calls += 1
            if calls == k:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)
        return call
    for name in ("open", "write", "fsync", "replace", "link", "unlink", "close"):
        setattr(os, name, deadly(getattr(os, name)))
    write(*args)
    os._exit(0)

def write_often(*args, write=fit.write):
    for k in range(1, 200):
        pid = os.fork()
        if pid == 0:
            child(write, args, k)
        status = os.waitpid(pid, 0)[1]
        print(os.WIFSIGNALED(status), digest(args[1]), digest(args[2]), flush=True)
        if not os.WIFSIGNALED(status):
            sys.exit(0 if status == 0 else 3)

fit.write = write_often
main(sys.argv[1:])
"""


def test_killed_at_every_call(tmp_path):
    data = write_csv(tmp_path / "data.csv", numbers(80))
    model, page = tmp_path / "m.json", tmp_path / "r.html"
    words = ["fit", data, "--target", "y", "--out", model, "--report", page, "--force", "--quiet"]
    words = list(map(str, words))
    old = b"the old model", b"the old report"
    model.write_bytes(old[0])
    page.write_bytes(old[1])
    done = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["True"] * (len(lines) - 1) + ["False"]
    assert len(lines) > 8
    final = lines[-1]
    for path, before, after in zip((1, 2), old, final[1:], strict=True):
        states = [line[path] for line in lines]
        assert set(states) == {hashlib.sha256(before).hexdigest(), after}
        assert states == sorted(states, key=lambda s: s == after)  # once new, it stays new
    drafts = [name for name in os.listdir(tmp_path) if name.startswith(".normball-")]
    assert process(*words).returncode == 0  # what killed runs left behind hinders nobody
    assert hashlib.sha256(model.read_bytes()).hexdigest() != hashlib.sha256(old[0]).hexdigest()
    assert set(os.listdir(tmp_path)) == {"data.csv", "m.json", "r.html", *drafts}


def test_a_full_disk_leaves_the_old_files(tmp_path, capfd):
    """No room for more than 1000 bytes in a file: exit code 1, a sentence, the old files as they were."""
    data = write_csv(tmp_path / "data.csv", numbers(80))
    model, page = tmp_path / "m.json", tmp_path / "r.html"
    model.write_bytes(b"old")
    page.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        code = main(["fit", data, "--target", "y", "--out", str(model), "--report", str(page), "--force", "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    err = capfd.readouterr().err
    assert code == 1
    assert "could not be written" in err
    assert (model.read_bytes(), page.read_bytes()) == (b"old", b"old")
    assert sorted(os.listdir(tmp_path)) == ["data.csv", "m.json", "r.html"]
    assert call(capfd, "fit", data, "--target", "y", "--out", model, "--force", "--quiet")[0] == 0


def test_ctrl_c_is_a_sentence(tmp_path, capfd, monkeypatch):
    def stop(*args, **more):
        raise Interrupted

    monkeypatch.setattr(outcome, "solve", stop)
    data = write_csv(tmp_path / "data.csv", numbers(80))
    code, out, err = call(capfd, "fit", data, "--target", "y", "--out", tmp_path / "m.json", "--quiet")
    assert (code, out) == (130, "")
    assert "interrupted" in err
    assert os.listdir(tmp_path) == ["data.csv"]
