"""Files that are whole or not there: killed, interrupted or with a full disk, the old file stays as it was.

A temporary file beside the target takes the bytes, is synced to the disk and only then takes the target's name; the
folder is synced last.  A process killed half-way leaves at most a `.normball-….tmp` beside a whole old file.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from ..errors import InputError
from ..inputs.words import show

__all__ = ["open_atomic", "write_atomic"]

NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EINVAL}  # a file system without hard links
NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EACCES, errno.EPERM}  # folders: some cannot


def write_atomic(path: str | os.PathLike, data: bytes, *, force: bool = False) -> None:
    """Write a whole file.

    Parameters
    ----------
    path : str or path       a symbolic link is followed: what it points to is replaced
    data : bytes
    force : bool             overwrite a file that is there already; its permissions are kept

    Raises
    ------
    InputError               the file exists and force is not given; no such folder; a folder, a pipe or a device; the
                             disk is full, … : the target is as it was.  (Only where the very last step fails, syncing
                             the folder, is the new file in place, whole, and its sentence says so.)
    """
    with open_atomic(path, force=force) as file:
        file.write(data)


@contextmanager
def open_atomic(path: str | os.PathLike, *, force: bool = False) -> Iterator[BinaryIO]:
    """A binary file to write piece by piece; it takes the name `path` where the block ends without an exception.

    As `write_atomic`; the block may close the file itself.
    """
    target = _target(path, force)
    folder = os.path.dirname(target)
    draft = os.path.join(folder, f".normball-{secrets.token_hex(8)}.tmp")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with _in_words(path):
        descriptor = os.open(draft, flags, 0o666)  # the process's umask applies, as to any new file
    try:
        try:
            file = io.BufferedWriter(_Draft(descriptor, path), 1 << 16)
            try:
                yield file
                if not file.closed:
                    file.flush()
                with _in_words(path):
                    _keep_mode(descriptor, target)
                    os.fsync(descriptor)
            finally:
                with suppress(InputError):  # after a failed write its buffer cannot be flushed either; it must let go
                    file.close()
        finally:
            with _in_words(path):
                os.close(descriptor)
        _publish(draft, target, path, force)
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            os.unlink(draft)
        raise
    _sync_folder(folder, path)


def spell(path) -> str:
    """A path as one would type it in Python: control characters as escapes."""
    return f"{os.fspath(path)!r:.500}" if isinstance(path, (str, bytes, os.PathLike)) else show(path)


class _Draft(io.FileIO):
    """The temporary file; its errors are sentences that name the target."""

    def __init__(self, descriptor: int, path):
        super().__init__(descriptor, "r+b", closefd=False)
        self.path = path

    def write(self, data) -> int:
        with _in_words(self.path):
            return os.write(self.fileno(), data)


def _target(path, force: bool) -> str:
    """The real path to write to; InputError where it must not be written."""
    with _in_words(path):
        target = os.path.realpath(os.fsdecode(path))
        try:
            kind = os.stat(target).st_mode
        except FileNotFoundError:
            kind = None
    folder = os.path.dirname(target)
    if kind is None:
        if not os.path.isdir(folder):
            raise InputError(f"{spell(path)} cannot be written: there is no folder {folder!r}. Make it first.")
    elif not stat.S_ISREG(kind):
        what = "a folder" if stat.S_ISDIR(kind) else "a device or a pipe, not a file"
        raise InputError(f"{spell(path)} cannot be written: it is {what}. Give the path of a file.")
    elif not force:
        raise _exists(path)
    return target


def _exists(path) -> InputError:
    return InputError(
        f"{spell(path)} exists already and was left as it is. Give another path, or overwrite it with force=True "
        "(--force on the command line)."
    )


def _keep_mode(descriptor: int, target: str) -> None:
    """The permissions of the file that is replaced, where there is one."""
    if hasattr(os, "fchmod"):
        with suppress(FileNotFoundError, PermissionError):
            os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))


def _publish(draft: str, target: str, path, force: bool) -> None:
    """Give the draft its name; without force this itself refuses a file that appeared in the meantime."""
    with _in_words(path):
        if force:
            os.replace(draft, target)
            return
        try:
            os.link(draft, target)
        except FileExistsError:
            raise _exists(path) from None
        except OSError as problem:
            if problem.errno not in NO_LINKS:
                raise
            if os.path.lexists(target):
                raise _exists(path) from None
            os.replace(draft, target)
            return
    with suppress(OSError):  # the target is whole: a second name left beside it does no harm
        os.unlink(draft)


def _sync_folder(folder: str, path) -> None:
    """Make the new name last through a power failure, where the system can (Windows, some network folders: no)."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as problem:
        if problem.errno not in NO_SYNC:
            raise InputError(
                f"{spell(path)} is written and whole, but its folder could not be synced to the disk "
                f"({problem.strerror}): after a power failure the name may be missing. Write it again, or elsewhere."
            ) from problem


@contextmanager
def _in_words(path) -> Iterator[None]:
    """What the system refuses, as a sentence."""
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError, TypeError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        full = getattr(problem, "errno", None) in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", None))
        advice = "Make room there, or give a path on another disk." if full else "Give another path."
        raise InputError(
            f"{spell(path)} could not be written: {why}. What was there before is as it was. {advice}"
        ) from problem
