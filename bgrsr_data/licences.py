"""Licences, as sites write them, in one spelling.

YouTube writes "Creative Commons Attribution license (reuse allowed)", Vimeo "by-sa", the Internet Archive an address,
COCO the names and numbers of Flickr, people SPDX ids. Here they are one: an SPDX id (https://spdx.org/licenses),
without a version where none was told. Not a lawyer's judgement: who uses footage reads the licence itself.

    CC-BY  CC-BY-4.0  CC-BY-NC-SA-2.0  CC-BY-3.0-US  CC0-1.0  CC-PDM-1.0  MIT  Apache-2.0  BSD-3-Clause
    public-domain  no-known-copyright  us-government-work  pexels  pixabay  unsplash
    all-rights-reserved  youtube-standard  unknown
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

UNKNOWN = "unknown"

_URL = re.compile(
    r"creativecommons\.org/(?:licen[cs]es|publicdomain)/(by[a-z-]*|zero|mark|publicdomain)(?:/(\d\.\d))?(?:/([a-z]{2})\b)?"
)
_WHOLE = (  # first match over the whole text decides
    (UNKNOWN, r"|unknown|none|null|n/?a|not (?:known|stated|specified)|unspecified"),
    ("CC0-1.0", r".*\b(?:cc[\s_-]?0|cc[\s_-]?zero)\b.*|(?:creative commons )?zero|public domain dedication"),
    ("CC-PDM-1.0", r".*\bpublic domain mark\b.*|(?:cc[\s_-]?)?pdm?m?(?:[\s_-]1\.0)?"),
    ("no-known-copyright", r"no[\s_-]known[\s_-]copyright(?:[\s_-]restrictions?)?|.*\bflickr\.com/commons/usage\b.*"),
    (
        "us-government-work",
        r"(?:united states|u\.?s\.?)[\s_-]government(?:[\s_-]works?)?"
        r"|.*\busa\.gov/(?:copyright|government-(?:works|copyright))\b.*",
    ),
    ("public-domain", r"(?:cc[\s_-])?public[\s_-]?domain(?: work)?"),
    ("youtube-standard", r"(?:standard youtube|youtube[\s_-]standard)(?: licen[cs]e)?"),
    ("pexels", r"pexels(?: licen[cs]e)?|.*\bpexels\.com/(?:[a-z-]+/)?licen[cs]e\b.*"),
    ("pixabay", r"pixabay(?: content)?(?: licen[cs]e)?|.*\bpixabay\.com/(?:[a-z-]+/)*licen[cs]e\b.*"),
    ("unsplash", r"unsplash(?: licen[cs]e)?|.*\bunsplash\.com/(?:[a-z-]+/)?licen[cs]e\b.*"),
    ("MIT", r"(?:the )?(?:mit|expat)(?: licen[cs]e)?"),
    ("Apache-2.0", r"(?:the )?apache(?: software)?(?: licen[cs]e)?[\s,_-]*(?:v(?:ersion)?\s*)?2(?:\.0)?"),
    (
        "BSD-3-Clause",
        r"(?:the )?(?:(?:new|modified|revised)[\s_-]bsd"
        r"|bsd[\s_-]3(?:[\s_-]clause)?|3[\s_-]clause[\s_-]bsd)(?: licen[cs]e)?",
    ),
    (
        "BSD-2-Clause",
        r"(?:the )?(?:simplified[\s_-]bsd|bsd[\s_-]2(?:[\s_-]clause)?|2[\s_-]clause[\s_-]bsd)(?: licen[cs]e)?",
    ),
    ("Unlicense", r"(?:the )?unlicense"),
    ("all-rights-reserved", r"all[\s_-]rights[\s_-]reserved|copyright(?:ed)?\b.*|©.*"),
)
_SHORT = (
    "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nd", "cc-by-nc-sa", "cc-by-nc-nd", "cc0", "public-domain",
    "no-known-copyright", "us-government-work", "all-rights-reserved", "youtube-standard",
)  # fmt: skip
# The numbers of flickr.photos.licenses.getInfo; those of COCO's annotation files are the same, 1 to 8.
_FLICKR = (
    "all-rights-reserved", "CC-BY-NC-SA-2.0", "CC-BY-NC-2.0", "CC-BY-NC-ND-2.0", "CC-BY-2.0", "CC-BY-SA-2.0",
    "CC-BY-ND-2.0", "no-known-copyright", "us-government-work", "CC0-1.0", "CC-PDM-1.0", "CC-BY-4.0", "CC-BY-SA-4.0",
    "CC-BY-ND-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0",
)  # fmt: skip
_NUMBERED = re.compile(r"(?:flickr|coco)(?:[\s_:-]+licen[cs]e)?(?:[\s_:-]+id)?[\s_:#-]+(\d{1,2})")
_ALIKE = 0.66  # of their letters: "cco" is as near to "cc0"; no id of SPDX that is not Creative Commons comes so near
_ELEMENTS = (("NC", "nc|non-?commercial"), ("SA", "sa|share-?alike"), ("ND", "nd|no-?deriv(?:ative)?s?(?:works?)?"))
_PARTED = re.compile(r"\b(non|no|share)[\s_-]+(commercial|deriv\w*|alike)\b")
_NOISE = (
    "a|allowed|attribution|by|cc|commons|creative|generic|international|licen[cs]ed?|public|reuse|the|under|universal|"
    "unported"
)
_VERSION = re.compile(r"v?(\d\.\d)")


@lru_cache(1024)
def canonical(licence: str | None) -> str:
    """The one spelling of a licence; what is none that we know comes back as it is, without outer blanks.

    Args:
        licence: As a site, an annotation file or a person writes it; None where nothing is told.
    """
    text = " ".join((licence or "").split())
    return _named(text.lower()) or text


def is_known(licence: str | None) -> bool:
    """Whether anything is told about the right to use it."""
    return canonical(licence) != UNKNOWN


def meant(licence: str) -> str | None:
    """The licence that somebody meant who wrote `licence`: "cc-by" for "cc-bye"; None where it may be one itself."""
    lower = " ".join(licence.lower().split())
    return None if _named(lower) else next(iter(difflib.get_close_matches(lower, _SHORT, 1, _ALIKE)), None)


def is_accepted(licence: str | None, accepted: Iterable[str]) -> bool:
    """Whether a licence is one of `accepted`; an unknown one never is.

    "cc-by" accepts CC-BY of any version, but nothing with NC, ND or SA; "cc-by-4.0" accepts that alone, and
    "cc-by-3.0" also the texts of its countries. "public-domain" accepts the public domain mark.

    Args:
        licence: As it is written somewhere.
        accepted: Licences, in any spelling.
    """
    have = canonical(licence).lower()
    wanted = [canonical(one).lower() for one in accepted]
    return have != UNKNOWN and any(_covers(want, have) for want in wanted)


def _covers(want: str, have: str) -> bool:
    if have == want or (want == "public-domain" and have == "cc-pdm-1.0"):
        return True
    rest = "(-[a-z]{2})?" if want[-1:].isdigit() else r"(-\d\.\d(-[a-z]{2})?)?"
    return want.startswith("cc-by") and re.fullmatch(re.escape(want) + rest, have) is not None


def _named(lower: str) -> str | None:
    """The one spelling of a licence that we know."""
    if found := _URL.search(lower):
        return _of_address(*found.groups())
    if (numbered := _NUMBERED.fullmatch(lower)) and int(numbered[1]) < len(_FLICKR):
        return _FLICKR[int(numbered[1])]
    whole = next((name for name, pattern in _WHOLE if re.fullmatch(pattern, lower)), None)
    return whole or _creative_commons(lower)


def _of_address(kind: str, version: str | None, country: str | None) -> str:
    special = {"zero": "CC0-1.0", "mark": "CC-PDM-1.0", "publicdomain": "public-domain"}
    told = [f"CC-{kind.upper()}", version, country.upper() if country else None]
    return special.get(kind) or "-".join(part for part in told if part)


def _creative_commons(lower: str) -> str | None:
    """The id of a licence told by its elements; None if a word is left over: then it may say anything."""
    words = re.findall(r"v?\d\.\d|[a-z]+|\S", _PARTED.sub(r"\1\2", lower))
    words = [word for word in words if word not in "()[]-–_/,.:"]
    if not {"by", "attribution"} & set(words):
        return None
    version = next((found[1] for word in words if (found := _VERSION.fullmatch(word))), None)
    country = words.pop().upper() if version and re.fullmatch("[a-z]{2}", words[-1]) else None
    told = [name for name, pattern in _ELEMENTS if any(re.fullmatch(pattern, word) for word in words)]
    known = "|".join([_NOISE, _VERSION.pattern, *(pattern for _, pattern in _ELEMENTS)])
    if not all(re.fullmatch(known, word) for word in words):
        return None
    return "-".join(part for part in ("CC-BY", *told, version, country) if part)
