"""What a peer says for people, made fit for one line of a log."""

__all__ = ["plain_line"]


def plain_line(text: str, limit: int) -> str:
    """The text without line breaks and control characters, and not longer than ``limit`` characters."""
    cut = text[: limit + 1]
    line = "".join(char if char.isprintable() else " " for char in cut).strip()
    return line if len(cut) <= limit else line[:limit].rstrip() + "…"
