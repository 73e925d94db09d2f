"""What can go wrong with an upload."""

from helixmpp.errors import HelixError

__all__ = ["FileTooBig", "FileUploadError", "HTTPError", "PurposeNotSupported", "UploadServiceNotFound"]


class FileUploadError(HelixError):
    """A file could not be uploaded; the base of the others."""


class UploadServiceNotFound(FileUploadError):
    """The server has no service for uploads, or none that answers."""


class PurposeNotSupported(FileUploadError):
    """The service does not announce the purpose that a file is for (section 5)."""


class FileTooBig(FileUploadError):
    """The file has more bytes than the service takes, or than the setting ``max_size`` allows.

    :param size: its size in bytes.
    :param max_size: how many are allowed; None where the service does not say.
    """

    def __init__(self, size: int, max_size: int | None = None) -> None:
        super().__init__(size, max_size)
        self.size = size
        self.max_size = max_size

    def __str__(self) -> str:
        most = (
            "the service does not say how many it takes"
            if self.max_size is None
            else f"at most {self.max_size}"
        )
        return f"the file has {self.size} bytes: {most}"


class HTTPError(FileUploadError):
    """The HTTP server did not take the file.

    :param status: its status, such as 413; 0 where it gave none.
    :param reason: what it says, or what went wrong before.
    """

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return f"the HTTP server did not take the file: {self.status or 'no answer'} {self.reason}".rstrip()
