"""A video site of our own on this machine, through real yt-dlp: extractors for pages, lists and searches.

http://HOST/MANNER/watch/ID    a video, as ID.json beside the footage tells it; also /short/ID
http://HOST/MANNER/list/ID     a list: what is in ID.json, addresses or {"url": …} with what is known; lists too
localsearch2:HOST              the first two addresses of results.json

MANNER is how the server answers for the JSON (see server.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yt_dlp.extractor.extractors
import yt_dlp.globals
from yt_dlp.extractor.common import InfoExtractor, SearchInfoExtractor
from yt_dlp.utils import ExtractorError, urljoin


class LocalVideoIE(InfoExtractor):
    """One video."""

    IE_NAME = "local"
    _VALID_URL = r"http://127\.0\.0\.1:\d+/(?P<manner>[\w-]+)/(?:watch|short)/(?P<id>[\w-]+)"

    def _real_extract(self, url: str) -> dict[str, Any]:
        name = self._match_id(url)
        told = self._download_json(urljoin(url, f"/{self._match_valid_url(url)['manner']}/{name}.json"), name)
        if "says" in told:
            raise ExtractorError(told["says"], expected=True)
        formats = [{**one, "url": urljoin(url, one["url"])} for one in told.pop("formats")]
        return {"id": name, "webpage_url": urljoin(url, f"/ok/watch/{name}"), "formats": formats, **told}


class LocalListIE(InfoExtractor):
    """A list of addresses."""

    IE_NAME = "local:list"
    _VALID_URL = r"http://127\.0\.0\.1:\d+/(?P<manner>[\w-]+)/list/(?P<id>[\w-]+)"

    def _real_extract(self, url: str) -> dict[str, Any]:
        name = self._match_id(url)
        told = self._download_json(urljoin(url, f"/{self._match_valid_url(url)['manner']}/{name}.json"), name)
        entries = [one if isinstance(one, dict) else {"url": one} for one in told]
        return self.playlist_result([{"_type": "url", **one, "url": urljoin(url, one["url"])} for one in entries], name)


class LocalSearchIE(SearchInfoExtractor):
    """A search; the question is the site."""

    _SEARCH_KEY = "localsearch"

    def _search_results(self, query: str) -> Any:
        for one in self._download_json(f"http://{query}/ok/results.json", query):
            yield self.url_result(f"http://{query}{one}")


def known_extractors() -> dict[str, Any]:
    """yt-dlp's extractors with ours before them."""
    ours = {cls.__name__: cls for cls in (LocalVideoIE, LocalListIE, LocalSearchIE)}
    return {**ours, **yt_dlp.globals.extractors.value}


def put_video(folder: Path, name: str, file: str = "a.mp4", **told: Any) -> None:
    """Let the site in `folder` know a video."""
    made = {"title": f"The {name}", "formats": [{"format_id": "f1", "url": f"/ok/{file}", "height": 120}], **told}
    put_json(folder, name, made)


def put_json(folder: Path, name: str, told: Any) -> None:
    """Let the site in `folder` answer NAME.json."""
    (folder / f"{name}.json").write_text(json.dumps(told))
