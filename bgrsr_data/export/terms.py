"""What licences ask and allow, and what follows for a picture that is put together from several.

A pair shows a person, the room they were in and the room they are put in: an adaptation of all three. So it may be
shared only where all three may be changed, under the strictest of their terms:

- NoDerivatives (ND) forbids sharing what was changed: such footage may be in no combination.
- ShareAlike (SA) asks that the whole goes under the same licence, or a later version of it. Two such licences that are
  not the same one, or one beside terms that it may not take on (NC), contradict each other.
- NonCommercial (NC) makes the whole non-commercial. Attribution adds up.

As Creative Commons counts it (https://wiki.creativecommons.org/wiki/Wiki/cc_license_compatibility). What is not told is
None here, never yes. Not a lawyer's judgement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bgrsr_data.licences import UNKNOWN, canonical, is_known

NONE = "not-shareable"  # no licence lets it be shared
_ADDRESSES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "no-known-copyright": "https://www.flickr.com/commons/usage/",
    "us-government-work": "https://www.usa.gov/government-copyright",
    "pexels": "https://www.pexels.com/license/",
    "pixabay": "https://pixabay.com/service/license-summary/",
    "unsplash": "https://unsplash.com/license",
}
_FREE = frozenset({"CC0-1.0", "CC-PDM-1.0", "public-domain", "no-known-copyright", "us-government-work"})
_WAIVED = frozenset({"Unlicense", "0BSD", "PDDL-1.0"})
_CREDITED = frozenset(
    {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "ODC-By-1.0", "CDLA-Permissive-1.0",
     "CDLA-Permissive-2.0", "OGL-UK-3.0", "etalab-2.0"}
)  # fmt: skip
_ALIKE = re.compile(r"(?:A?GPL|LGPL|GFDL|ODbL|CDLA-Sharing|EUPL|MPL)-.*")
_STOCK = frozenset({"pexels", "pixabay", "unsplash"})
_CLOSED = frozenset({"all-rights-reserved", "youtube-standard"})
_CC = re.compile(r"CC-BY(?P<elements>(?:-(?:NC|ND|SA))*)(?:-(?P<version>\d\.\d))?(?:-(?P<country>[A-Z]{2}))?")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a licence asks and allows; None where it is not told, or must be read.

    Attributes:
        licence: In one spelling.
        attribution: Whether the maker has to be named.
        commercial: Whether it may be used to earn money.
        derivatives: Whether what was changed may be shared.
        share_alike: Whether what was changed has to go under the same licence.
        redistribution: Whether it may be handed on as it is; what stock sites forbid to do in bulk is None.
        address: Of the licence's text; empty where we know none.
    """

    licence: str
    attribution: bool | None
    commercial: bool | None
    derivatives: bool | None
    share_alike: bool | None
    redistribution: bool | None
    address: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is known to forbid neither commerce, nor changes, nor handing on."""
        return bool(self.commercial and self.derivatives and self.redistribution)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What follows from the licences of a picture's parts.

    Attributes:
        licence: The strictest of them, several joined by AND as in SPDX where each keeps its own; "unknown" where one
            is not known; NONE where no licence lets the whole be shared.
        terms: All that holds of the whole.
        conflict: Why the parts contradict each other, in words; empty where they do not.
        forbidden: Whether a part forbids by its licence that what was changed is shared (ND).
    """

    licence: str
    terms: Terms
    conflict: str = ""
    forbidden: bool = False


@cache
def terms_of(licence: str | None) -> Terms:
    """What a licence asks and allows, in whatever spelling it is written."""
    name = canonical(licence)
    address = _ADDRESSES.get(name, "")
    if found := _CC.fullmatch(name):
        elements = found["elements"].split("-")
        return Terms(name, True, "NC" not in elements, "ND" not in elements, "SA" in elements, True, _cc_address(found))
    if name in _FREE | _WAIVED:
        return Terms(name, False, True, True, False, True, address or _spdx_address(name))
    if name in _CREDITED or _ALIKE.fullmatch(name):
        return Terms(name, True, True, True, name not in _CREDITED, True, _spdx_address(name))
    if name in _STOCK:
        return Terms(name, False, True, True, False, None, address)
    if name in _CLOSED or name == NONE:
        return Terms(name, None, False, False, None, False)
    return Terms(name, None, None, None, None, None)


def mix(licences: Iterable[str]) -> Mixed:
    """What follows for a picture whose parts are under these licences."""
    return _mix(frozenset(canonical(licence) for licence in licences))


@cache
def _mix(names: frozenset[str]) -> Mixed:
    parts = [terms_of(name) for name in sorted(names)]
    joint = _joint(parts)
    if bound := [part.licence for part in parts if _forbids_changes(part.licence)]:
        return Mixed(NONE, joint, f"{' and '.join(bound)} forbids to share what was changed", forbidden=True)
    if conflict := _conflict(parts):
        return Mixed(NONE, joint, conflict)
    return Mixed(_strictest(parts), joint)


def _joint(parts: list[Terms]) -> Terms:
    """What is asked by one is asked of the whole; what is not allowed, or not known, by one is not by the whole."""

    def every(name: str) -> bool | None:
        told = [getattr(part, name) for part in parts]
        return False if False in told else None if None in told else True

    def some(name: str) -> bool | None:
        told = [getattr(part, name) for part in parts]
        return True if True in told else None if None in told else False

    name = " AND ".join(part.licence for part in parts)
    return Terms(
        name, some("attribution"), every("commercial"), every("derivatives"), some("share_alike"),
        every("redistribution"),
    )  # fmt: skip


def _forbids_changes(name: str) -> bool:
    return (found := _CC.fullmatch(name)) is not None and "ND" in found["elements"].split("-")


def _conflict(parts: list[Terms]) -> str:
    """Why a ShareAlike licence cannot have the others beside it; empty where it can."""
    alike = [part for part in parts if part.share_alike]
    families = {_family(part.licence) for part in alike}
    if len(families) > 1:
        return f"{' and '.join(part.licence for part in alike)} each ask for the whole to go under themselves alone"
    if alike and alike[0].commercial:
        bound = [part.licence for part in parts if part.commercial is False and part.licence not in _CLOSED]
        if bound:
            return f"{alike[0].licence} asks for no further terms, and {' and '.join(bound)} forbids commerce"
    return ""


def _family(name: str) -> str:
    """What a ShareAlike licence calls itself: its later versions too, but for 1.0, which knows of none."""
    found = _CC.fullmatch(name)
    if not found:
        return name
    return f"CC-BY{found['elements']}" + ("-1.0" if found["version"] == "1.0" else "")


def _strictest(parts: list[Terms]) -> str:
    names = [part.licence for part in parts]
    if closed := sorted(_CLOSED & set(names)):
        return closed[0]
    if not all(is_known(name) for name in names):
        return UNKNOWN
    commons = [part for part in parts if _CC.fullmatch(part.licence)]
    kept = [max(commons, key=_strictness).licence] if commons else []
    asking = [part for part in parts if part.attribution is not False or part.licence in _STOCK]
    kept += [part.licence for part in asking if part not in commons]
    return " AND ".join(kept) or min(names)


def _strictness(part: Terms) -> tuple[bool, bool, str]:
    found = _CC.fullmatch(part.licence)
    return bool(part.share_alike), not part.commercial, (found["version"] or "") if found else ""


def _cc_address(found: re.Match[str]) -> str:
    kind = ("by" + found["elements"]).lower()
    if not found["version"]:
        return ""
    country = f"{found['country'].lower()}/" if found["country"] else ""
    return f"https://creativecommons.org/licenses/{kind}/{found['version']}/{country}"


def _spdx_address(name: str) -> str:
    return "" if name == "public-domain" else f"https://spdx.org/licenses/{name}.html"
