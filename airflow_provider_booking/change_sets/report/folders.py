"""Where a report is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Folder(Protocol):
    """A place for files, in object storage or on a disk."""

    @property
    def url(self) -> str:
        """Where a person finds it."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file of this name for writing; what was in it is replaced."""
        ...


class LocalFolder:
    """A folder on this machine, made when the first file is opened.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def url(self) -> str:
        """The folder as a ``file`` URL."""
        return self._path.absolute().as_uri()

    def open(self, name: str) -> BinaryIO:
        """Open a file of this name for writing; what was in it is replaced."""
        self._path.mkdir(parents=True, exist_ok=True)
        return (self._path / name).open("wb")
