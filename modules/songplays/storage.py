"""Folders by their addresses: a path of this machine, or a URL like `s3://connection_id@bucket/prefix`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def place(address: str, *below: str) -> Any:
    """A `pathlib.Path`; for a URL an `ObjectStoragePath`, which has its methods and asks Airflow for the connection."""
    if not _is_url(address):
        return Path(address, *below)
    from airflow.sdk import ObjectStoragePath

    _make_known(address)
    return ObjectStoragePath("/".join((address.rstrip("/"), *below)))


def texts_below(address: str, folder: str) -> list[str]:
    """What the JSON files below a folder hold, in the order of their names; nothing where there is no folder."""
    start = place(address, folder)
    if not _is_url(address):
        return [file.read_text(encoding="utf-8") for file in sorted(start.rglob("*.json"))]
    # One request lists them all, and many at a time are read.
    names = [name for name in start.fs.find(start.path) if name.endswith(".json")]
    found = start.fs.cat(names) if names else {}
    return [found[name].decode() for name in sorted(found)]


def write_whole(address: str, name: str, text: str) -> None:
    """Write a file that is at every moment the old one or the new one. An object store puts whole objects only."""
    target = place(address, name)
    if _is_url(address):
        target.write_bytes(text.encode())
        return
    from modules.atomic_savers import aside  # brings Hamilton, which the sensor's DAG file must not wait for

    target.parent.mkdir(parents=True, exist_ok=True)
    with aside(target) as file:
        file.write_bytes(text.encode())


def _is_url(address: str) -> bool:
    # Not by the type: in Airflow 3.1 an ObjectStoragePath is a pathlib.Path too.
    return "://" in address


def _make_known(address: str) -> None:
    """Airflow knows S3 by its Amazon provider. That brings a hundred packages; where it is not installed, s3fs is
    given to Airflow under the same address, with what the connection (type `aws`) says.
    """
    from airflow.sdk.io import attach, has_fs

    url = urlsplit(address)
    if url.scheme != "s3" or not url.username or has_fs("s3"):
        return
    from airflow.sdk import BaseHook
    from s3fs import S3FileSystem

    connection = BaseHook.get_connection(url.username)
    extra = connection.extra_dejson
    files = S3FileSystem(
        key=connection.login,
        secret=connection.password,
        token=extra.get("aws_session_token"),
        endpoint_url=extra.get("endpoint_url"),
        client_kwargs={"region_name": extra["region_name"]} if "region_name" in extra else None,
    )
    attach("s3", url.username, fs=files)
