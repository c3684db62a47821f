"""A process that writes files and is killed; and a disk that is full.  Run as a script: `killing.py word …`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

SIZE = 400_000  # bytes of each file: writing takes long enough to be killed in the middle


def kill_often(folder: Path, kills: int, rng, *, again: bool) -> list[str]:
    """Kill a writer at random moments; complaints where what it left is neither whole nor absent."""
    target, complaints = folder / "model.json", []
    if again:
        target.write_bytes(b"0" * SIZE)
    for _ in range(kills):
        command = [sys.executable, __file__, "overwrite" if again else "create", str(target)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None and writer.stdout.readline() == b"writing\n"
            time.sleep(rng.uniform(0.0, 0.03))
            writer.kill()
        left = target.read_bytes() if target.exists() else None
        if left is None and again:
            complaints.append("the old file is gone")
        if left is not None and (len(left) != SIZE or left != left[:1] * SIZE):
            complaints.append(f"{len(left)} bytes, of {sorted(set(left))}")
    return complaints


def full_disk(folder: Path) -> subprocess.CompletedProcess:
    """Overwrite a good file where there is room for half of the new one: a small memory disk in a private mount, or,
    where that is not allowed, a limit on the size of files; prints what happened."""
    mounted = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=256k none "$1" && exec "$2" "$3" full "$1"', "sh"]
    script = [str(folder), sys.executable, __file__]
    try:
        done = subprocess.run([*mounted, *script], capture_output=True, text=True, check=False)
        if done.stdout.startswith("on a full disk"):
            return done
    except OSError:  # no unshare
        pass
    limited = [sys.executable, __file__, "limited", str(folder)]
    return subprocess.run(limited, capture_output=True, text=True, check=False)


def write_on_a_full_disk(folder: Path) -> None:
    from normball import InputError
    from normball.files import write_atomic

    target = folder / "model.json"
    target.write_bytes(b"old" * 10_000)
    try:
        write_atomic(target, b"n" * SIZE, force=True)
        print("written?!")
    except InputError as problem:
        print(problem)
    print("old file whole:", target.read_bytes() == b"old" * 10_000, "files:", os.listdir(folder))


def main(word: str, path: str) -> None:
    if word in ("full", "limited"):
        print("on a full disk" if word == "full" else "with a limit")
        if word == "limited":
            import resource
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        return write_on_a_full_disk(Path(path))
    from normball.files import write_atomic

    print("writing", flush=True)
    while True:
        for letter in b"ab":
            if word == "create" and os.path.exists(path):
                os.unlink(path)
            write_atomic(path, bytes([letter]) * SIZE, force=word == "overwrite")


if __name__ == "__main__":
    main(*sys.argv[1:])
