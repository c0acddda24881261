"""A text that is read in blocks of whole lines, or line by line."""

from io import StringIO
from typing import TextIO


class BlockText:
    """Blocks of whole lines of a text opened with `newline=""`; a block can be read again, line by line."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._parts: list[str] = []
        self._lines: list[str] = []

    @property
    def has_lines(self) -> bool:
        """Whether lines of a block are left that is read line by line."""
        return bool(self._lines)

    def readline(self) -> str:
        """The next line with its line break, or an empty text at the end."""
        if not self._lines and self._parts:
            self.read_again(self._parts.pop())
        return self._lines.pop() if self._lines else self._text.readline()

    def block(self, size: int) -> str:
        """The next whole lines of about so many characters, or an empty text at the end."""
        return self._parts.pop() if self._parts else self._text.read(size) + self._text.readline()

    def halve(self, block: str) -> bool:
        """Make the next two blocks of a block just read; False if it has no line break in its second half."""
        place = block.find("\n", len(block) // 2) + 1
        if place in (0, len(block)):
            return False
        self._parts += [block[place:], block[:place]]
        return True

    def read_again(self, block: str) -> None:
        """Let `readline` return the lines of a block just read."""
        self._lines = list(StringIO(block, newline=""))[::-1]
