"""Databases for several processes, and the processes of a component that share one."""

from tests.storage.conftest import server_url

__all__ = ["server_url"]
