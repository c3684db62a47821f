"""Whole or not there: each step fails in turn, the process is killed, the disk is full."""

from __future__ import annotations

import errno
import os
import stat
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from files.killing import full_disk, kill_often
from normball import InputError
from normball.files import open_atomic, write_atomic

OLD, NEW = b"old" * 1000, b"new, and longer" * 20_000
CALLS = ["open", "write", "fsync", "replace", "link", "stat", "fchmod", "close", "unlink"]


class Kth:
    """A system call that works, except for its k-th use."""

    def __init__(self, name, k, problem, short=False):
        self.real, self.name, self.k, self.problem, self.short, self.uses = (
            getattr(os, name),
            name,
            k,
            problem,
            short,
            0,
        )

    def __call__(self, *args, **kwargs):
        self.uses += 1
        if self.uses == self.k:
            if self.name == "close":
                self.real(*args)  # a close that fails has closed
            raise self.problem
        if self.short and self.name == "write":
            args = (args[0], args[1][: 1 + len(args[1]) // 3])  # the system may take less than it is given
        return self.real(*args, **kwargs)


def next_descriptor():
    """The number that the next file gets: the same before and after where nothing was left open."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EPERM], ids=errno.errorcode.get)
@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize("name", CALLS)
def test_the_kth_call_fails(tmp_path, name, force, code):
    """For every k until none fails: the old bytes, or the new ones, never a mixture; nothing is left behind or open."""
    target = tmp_path / "model.json"
    free, failed = next_descriptor(), 0
    for k in range(1, 50):
        target.unlink(missing_ok=True)
        if force:
            target.write_bytes(OLD)
        call = Kth(name, k, OSError(code, os.strerror(code)), short=True)
        told = None
        with mock.patch.object(os, name, call):
            try:
                write_atomic(target, NEW, force=force)
            except InputError as problem:
                told = str(problem)
        left = target.read_bytes() if target.exists() else None
        in_place = told is None or "is written and whole" in told
        assert left == (NEW if in_place else OLD if force else None)
        assert told is None or repr(str(target)) in told
        if name != "unlink":  # what cannot be removed stays, under its own name
            assert set(os.listdir(tmp_path)) <= {"model.json"}
        assert next_descriptor() == free
        if call.uses < k:
            break
        failed += 1
    else:
        pytest.fail("it never ends")
    used = {"replace": force, "link": not force, "fchmod": force, "unlink": not force}
    assert (failed > 0) == used.get(name, True)
    for rest in tmp_path.glob(".normball-*"):
        rest.unlink()


def test_short_writes_are_continued(tmp_path):
    with mock.patch.object(os, "write", Kth("write", 0, OSError(), short=True)) as call:
        write_atomic(tmp_path / "m", NEW)
    assert call.uses > 5 and (tmp_path / "m").read_bytes() == NEW


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ZeroDivisionError, OSError])
def test_an_exception_of_the_writer(tmp_path, problem):
    """Passes as it is, and leaves the old file."""
    (tmp_path / "m").write_bytes(OLD)

    def write_and_fail():
        with open_atomic(tmp_path / "m", force=True) as file:
            file.write(NEW)
            raise problem

    with pytest.raises(problem):
        write_and_fail()
    assert (tmp_path / "m").read_bytes() == OLD and os.listdir(tmp_path) == ["m"]


@pytest.mark.parametrize("again", [True, False], ids=["overwrite", "create"])
def test_killed(tmp_path, rng, again):
    assert kill_often(tmp_path, 8, rng, again=again) == []


def test_full_disk(tmp_path):
    done = full_disk(tmp_path)
    assert done.returncode == 0, done.stderr
    first, told, left = done.stdout.splitlines()
    assert first in ("on a full disk", "with a limit")
    assert "could not be written" in told and "Make room" in told
    assert left == "old file whole: True files: ['model.json']"


def test_the_name_appears_with_the_last_byte(tmp_path):
    with open_atomic(tmp_path / "m") as file:
        file.write(NEW)
        file.flush()
        assert not (tmp_path / "m").exists()
    assert (tmp_path / "m").read_bytes() == NEW and os.listdir(tmp_path) == ["m"]


@pytest.mark.parametrize("links", [True, False])
def test_refuses_a_file_that_appeared_meanwhile(tmp_path, links):
    """With and without hard links on the file system."""
    problem = OSError(errno.EPERM, "no links here")

    def write_slowly():
        with open_atomic(tmp_path / "m") as file:
            file.write(NEW)
            (tmp_path / "m").write_bytes(OLD)

    with mock.patch.object(os, "link", Kth("link", 0 if links else 1, problem)):
        with pytest.raises(InputError, match="exists already"):
            write_slowly()
        assert (tmp_path / "m").read_bytes() == OLD and os.listdir(tmp_path) == ["m"]
    with mock.patch.object(os, "link", Kth("link", 0 if links else 1, problem)):
        write_atomic(tmp_path / "other", NEW)
    assert (tmp_path / "other").read_bytes() == NEW and sorted(os.listdir(tmp_path)) == ["m", "other"]


def test_refuses_to_overwrite_before_anything_is_computed(tmp_path):
    (tmp_path / "m").write_bytes(OLD)
    with pytest.raises(InputError, match=r"exists already .*--force"), open_atomic(tmp_path / "m"):
        pytest.fail("the block must not run")
    assert (tmp_path / "m").read_bytes() == OLD


def test_permissions(tmp_path):
    """A new file as any new file; an old one keeps its own."""
    write_atomic(tmp_path / "new", b"")
    (tmp_path / "usual").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    (tmp_path / "usual").chmod(0o640)
    write_atomic(tmp_path / "usual", NEW, force=True)
    assert stat.S_IMODE((tmp_path / "usual").stat().st_mode) == 0o640


def test_links_are_followed(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "link").symlink_to("deep/m")
    write_atomic(tmp_path / "link", OLD)
    with pytest.raises(InputError, match="exists already"):
        write_atomic(tmp_path / "link", NEW)
    write_atomic(tmp_path / "link", NEW, force=True)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "deep" / "m").read_bytes() == NEW


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize("name", ["", "none/m", "file/m", "x" * 300, "a\x00b", "loop", "pipe", "\x1b[31m/m"])
def test_where_nothing_can_be_written(tmp_path, name, force):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(InputError, match="written") as told:
        write_atomic(tmp_path / name if "\x00" not in name else f"{tmp_path}/{name}", NEW, force=force)
    assert str(told.value).isprintable()
    assert sorted(os.listdir(tmp_path)) == before


def test_devices_stay_devices():
    for force in (True, False):
        with pytest.raises(InputError, match="device"):
            write_atomic(os.devnull, NEW, force=force)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["x" * 255, " ", "a\nb", "é🦊", "-", "$HOME", "*", '"', "\\"])
def test_hostile_names(tmp_path, name):
    if len(os.fsencode(name)) <= os.pathconf(tmp_path, "PC_NAME_MAX"):
        write_atomic(tmp_path / name, NEW)
        assert os.listdir(tmp_path) == [name] and (tmp_path / name).read_bytes() == NEW


def test_other_programs_may_write_into_it(tmp_path):
    """pyarrow writes Parquet through it, and may close it."""
    table = pa.table({"id": list(range(1000)), "p": [0.5] * 1000})
    with open_atomic(tmp_path / "a.parquet") as file:
        pq.write_table(table, file)
    with open_atomic(tmp_path / "b.parquet") as file, pq.ParquetWriter(file, table.schema) as writer:
        writer.write_table(table)
    with open_atomic(tmp_path / "c") as file:
        file.write(NEW)
        file.close()
    assert pq.read_table(tmp_path / "a.parquet") == table == pq.read_table(tmp_path / "b.parquet")
    assert (tmp_path / "c").read_bytes() == NEW
