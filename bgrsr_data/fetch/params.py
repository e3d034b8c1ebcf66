"""yt-dlp's options, from what a person can write in YAML to what its Python side takes.

yt_dlp:
  cookiefile: cookies.txt                            # read once, never written
  cookiesfrombrowser: firefox
  extractor_args: {youtube: {po_token: web.gvs+XXX, player_client: [default, mweb]}}
  proxy: socks5://127.0.0.1:1080
  sleep_interval: 10
  impersonate: chrome
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yt_dlp.networking.impersonate import ImpersonateTarget

from bgrsr_data.errors import InputError

_PATIENCE = {"noplaylist": True, "retries": 3, "fragment_retries": 3, "socket_timeout": 30}


def to_params(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a source as parameters of `yt_dlp.YoutubeDL`.

    Cookies are given as a stream: yt-dlp writes them back when it closes, and a person's file is only ever read.

    Raises:
        InputError: An option cannot be what it is said to be; the message names it.
    """
    params = {**_PATIENCE, **options}
    if "cookiefile" in options:
        params["cookiefile"] = _cookies(options["cookiefile"])
    if "cookiesfrombrowser" in options:
        params["cookiesfrombrowser"] = tuple(_listed(options["cookiesfrombrowser"]))
    if "extractor_args" in options:
        params["extractor_args"] = _extractor_args(options["extractor_args"])
    if "impersonate" in options:
        params["impersonate"] = _impersonate(options["impersonate"])
    return params


def is_guest(options: Mapping[str, Any]) -> bool:
    """Whether a site sees us without an account."""
    return not options.keys() & {"cookiefile", "cookiesfrombrowser", "username", "usenetrc"}


def paces_itself(options: Mapping[str, Any]) -> bool:
    """Whether the person chose how long yt-dlp waits between downloads."""
    return bool(options.get("sleep_interval") or options.get("sleep_interval_requests"))


def _cookies(file: object) -> io.StringIO:
    try:
        return io.StringIO(Path(str(file)).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is no text"
        raise InputError(f"yt_dlp: cookiefile {file} cannot be read ({why})") from error


def _extractor_args(given: object) -> dict[str, dict[str, list[str]]]:
    """`{site: {key: value or values}}`; yt-dlp takes lists of text alone, and lower-case sites."""
    if not isinstance(given, Mapping) or not all(isinstance(keys, Mapping) for keys in given.values()):
        raise InputError("yt_dlp: extractor_args must be sites with keys, as {youtube: {player_client: mweb}}")
    return {
        str(site).lower(): {str(key): [str(one) for one in _listed(values)] for key, values in keys.items()}
        for site, keys in given.items()
    }


def _impersonate(given: object) -> ImpersonateTarget:
    try:
        return ImpersonateTarget.from_str(str(given).lower())
    except ValueError as error:
        raise InputError(f"yt_dlp: impersonate '{given}' is no browser; write it as chrome or chrome-131") from error


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
