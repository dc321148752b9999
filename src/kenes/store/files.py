"""Files that are whole or absent: synced writes, a writer's lock, content-addressed snapshots."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kenes.vocabulary.errors import Busy, StoreError


def sync(path: Path) -> None:
    """Force a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_new_files(folder: Path, known: set[Path]) -> None:
    """Force every file below a folder that was not known before to disk, then the folders."""
    folders = {folder}
    for path in folder.rglob("*"):
        if path.is_dir():
            folders.add(path)
        elif path not in known:
            sync(path)
    for each in folders:
        sync(each)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the one writer's lock of a store; it is freed when the process ends, however it ends.

    Raises:
        Busy: another process writes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "writer.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"{folder} is being written by another process", mend="Wait until it has ended and try again."
            ) from error
        yield


class Snapshots:
    """Source files byte for byte, under their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where a snapshot lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep bytes; gives their SHA-256. Bytes that are kept already are not written again."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.path(sha256).exists():
            write_whole(self.path(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of a snapshot.

        Raises:
            StoreError: there is none, or it is no longer what it was.
        """
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"snapshot {sha256[:12]} is not in the store", mend="Ingest its source again.") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(f"snapshot {sha256[:12]} is damaged on disk", mend="Restore the store from a backup.")
        return data
