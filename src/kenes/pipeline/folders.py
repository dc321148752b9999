"""Folders of results: written beside their place, then put there in one move; nothing foreign is ever replaced."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from kenes.vocabulary.errors import BadInput


@contextmanager
def whole_folder(out: Path, written: Callable[[Path], Collection[str]]) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well and vanishes otherwise.

    Where `out` is a link, the folder that it leads to is replaced.

    Args:
        out: where the result belongs.
        written: names of the files that an earlier result wrote into a folder, none where it holds no result.

    Raises:
        BadInput: `out` is a file, or a folder with other things in it than an earlier result.
    """
    out = out.resolve()
    if out.exists():
        _refuse_foreign(out, written)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield made
        made.chmod(0o755)
        before = made.with_name(made.name + "-before")
        if out.exists():
            os.replace(out, before)
        os.replace(made, out)
        shutil.rmtree(before, ignore_errors=True)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _refuse_foreign(out: Path, written: Callable[[Path], Collection[str]]) -> None:
    if not out.is_dir():
        raise BadInput(str(out), expected="a folder", found="a file", mend="Name another folder.")
    foreign = sorted({entry.name for entry in out.iterdir()} - set(written(out)))
    if foreign:
        raise BadInput(
            str(out),
            expected="a new folder, an empty one, or an earlier result",
            found=", ".join(foreign[:5]),
            mend="Name another folder, or move these files.",
        )
