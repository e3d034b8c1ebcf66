"""Licences as sites really write them, in one spelling."""

from __future__ import annotations

import pytest

from bgrsr_data.licences import canonical, is_accepted, is_known, meant

WRITTEN = [
    ("Creative Commons Attribution license (reuse allowed)", "CC-BY"),  # YouTube
    ("Standard YouTube License", "youtube-standard"),
    ("by", "CC-BY"),  # Vimeo, Jamendo
    ("by-nc-nd", "CC-BY-NC-ND"),
    ("by-sa", "CC-BY-SA"),
    ("cc-by-nc-sa", "CC-BY-NC-SA"),  # Khan Academy
    ("attribution-cc", "CC-BY"),  # Minds
    ("Attribution - Share Alike", "CC-BY-SA"),  # PeerTube
    ("Attribution - Non Commercial", "CC-BY-NC"),
    ("Attribution - Non Commercial - No Derivatives", "CC-BY-NC-ND"),
    ("Public Domain Dedication", "CC0-1.0"),
    ("http://creativecommons.org/licenses/by/3.0/us/", "CC-BY-3.0-US"),  # the Internet Archive
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC-BY-NC-SA-4.0"),
    ("http://creativecommons.org/licenses/by/3.0", "CC-BY-3.0"),
    ("http://creativecommons.org/licenses/publicdomain/", "public-domain"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
    ("http://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
    ("Attribution-NonCommercial-ShareAlike License", "CC-BY-NC-SA"),  # COCO
    ("Attribution-NonCommercial License", "CC-BY-NC"),
    ("Attribution-NonCommercial-NoDerivs License", "CC-BY-NC-ND"),
    ("Attribution License", "CC-BY"),
    ("Attribution-ShareAlike License", "CC-BY-SA"),
    ("Attribution-NoDerivs License", "CC-BY-ND"),
    ("No known copyright restrictions", "no-known-copyright"),
    ("United States Government Work", "us-government-work"),
    ("Public Domain Dedication (CC0)", "CC0-1.0"),  # Flickr
    ("Public Domain Work", "public-domain"),
    ("All Rights Reserved", "all-rights-reserved"),
    ("all-rights-reserved", "all-rights-reserved"),  # SoundCloud
    ("Copyrighted (contact publisher)", "all-rights-reserved"),  # LBRY
    ("CC-BY-4.0", "CC-BY-4.0"),  # SPDX
    ("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-2.0"),
    ("CC-BY-3.0-US", "CC-BY-3.0-US"),
    ("CC0-1.0", "CC0-1.0"),
    ("CC-PDM-1.0", "CC-PDM-1.0"),
    ("cc by 4.0", "CC-BY-4.0"),  # people
    ("CC BY-SA v3.0", "CC-BY-SA-3.0"),
    ("cc0", "CC0-1.0"),
    ("CC0 1.0 Universal", "CC0-1.0"),
    ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
    ("Creative Commons Attribution-ShareAlike 3.0 Unported", "CC-BY-SA-3.0"),
    ("Creative Commons Attribution 4.0 International Public License", "CC-BY-4.0"),
    ("Public Domain Mark 1.0", "CC-PDM-1.0"),
    ("public domain", "public-domain"),
    ("CC BY-NC-SA 2.0", "CC-BY-NC-SA-2.0"),
    ("cc-by-4.0", "CC-BY-4.0"),  # the Hub
    ("https://creativecommons.org/licenses/by-sa/4.0/deed.de", "CC-BY-SA-4.0"),
    ("Creative Commons Attribution licence (reuse allowed)", "CC-BY"),  # YouTube in Britain
    ("Flickr licence 0", "all-rights-reserved"),
    ("flickr:4", "CC-BY-2.0"),
    ("coco 3", "CC-BY-NC-ND-2.0"),
    ("COCO licence id 8", "us-government-work"),
    ("flickr 10", "CC-PDM-1.0"),
    ("http://flickr.com/commons/usage/", "no-known-copyright"),  # COCO's addresses
    ("http://www.usa.gov/copyright.shtml", "us-government-work"),
    ("Unsplash License", "unsplash"),
    ("https://unsplash.com/license", "unsplash"),
    ("Pexels License", "pexels"),
    ("https://www.pexels.com/license/", "pexels"),
    ("Pixabay Content License", "pixabay"),
    ("https://pixabay.com/service/license-summary/", "pixabay"),
    ("The MIT License", "MIT"),
    ("Apache License, Version 2.0", "Apache-2.0"),
    ("3-clause BSD license", "BSD-3-Clause"),
    ("bsd-3-clause", "BSD-3-Clause"),
    (None, "unknown"),
    ("  ", "unknown"),
    ("None", "unknown"),
    ("Unknown", "unknown"),
]


@pytest.mark.parametrize(("written", "licence"), WRITTEN)
def test_a_licence_has_one_spelling_however_a_site_writes_it(written: str | None, licence: str) -> None:
    assert canonical(written) == licence
    assert canonical(licence) == licence


@pytest.mark.parametrize(
    "other",
    [
        "GPL-3.0",
        "flickr 99",
        "4",
        "Pexels and others",
        "Attribution not required",
        "Free for use by anyone",
        "Creative Commons",
        "by hand",
    ],
)
def test_what_is_no_licence_we_know_stays_as_it_is_written(other: str) -> None:
    assert canonical(f" {other} ") == other


@pytest.mark.parametrize(
    ("licence", "accepted", "is_so"),
    [
        ("Attribution License", ["cc-by"], True),
        ("CC-BY-4.0", ["CC BY"], True),
        ("http://creativecommons.org/licenses/by/3.0/us/", ["cc-by"], True),
        ("CC-BY-3.0-US", ["cc-by-3.0"], True),
        ("CC-BY-3.0", ["cc-by-4.0"], False),
        ("CC-BY", ["cc-by-4.0"], False),  # which version, nobody told
        ("CC-BY-NC-4.0", ["cc-by"], False),
        ("by-nc", ["cc-by"], False),
        ("Attribution-NoDerivs License", ["cc-by"], False),
        ("CC-BY-ND-2.0", ["cc-by"], False),
        ("CC-BY-SA-4.0", ["cc-by"], False),
        ("CC-BY-SA-4.0", ["cc-by", "cc-by-sa"], True),
        ("CC-BY-NC-SA-4.0", ["cc-by-nc"], False),
        ("CC-BY-4.0", ["cc-by-sa", "cc0"], False),
        ("Public Domain Dedication (CC0)", ["cc0"], True),
        ("Public Domain Mark 1.0", ["cc0"], False),
        ("Public Domain Mark 1.0", ["public-domain"], True),
        ("Pexels License", ["pexels license"], True),
        ("MIT", ["cc-by"], False),
        ("CC-BY-4.0", [], False),
        ("unknown", ["unknown", "cc-by"], False),
        (None, ["cc-by", ""], False),
    ],
)
def test_a_licence_is_accepted_when_it_is_one_of_those_asked_for(
    licence: str | None, accepted: list[str], is_so: bool
) -> None:
    assert is_accepted(licence, accepted) is is_so


def test_a_licence_is_known_when_anything_is_told() -> None:
    assert is_known("Pexels License")
    assert not is_known("Unknown")


@pytest.mark.parametrize(
    ("written", "probable"),
    [
        ("cc-bye", "cc-by"),
        ("cco", "cc0"),
        ("ccby", "cc-by"),
        ("cc-by-ns", "cc-by-sa"),
        ("publc domain", "public-domain"),
    ],
)
def test_a_slip_in_a_licence_is_known_for_one(written: str, probable: str) -> None:
    assert meant(written) == probable


@pytest.mark.parametrize("written", [written for written, _ in WRITTEN if written is not None])
def test_what_sites_write_is_no_slip(written: str) -> None:
    assert meant(written) is None


@pytest.mark.parametrize(
    "spdx",
    [
        "MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0", "GFDL-1.3", "ODbL-1.0", "CC-SA-1.0", "CC-NC-1.0", "0BSD", "ISC",
        "CDLA-Permissive-2.0", "OGL-UK-3.0", "EUPL-1.2", "etalab-2.0", "CC0-1.0", "CC-BY-4.0", "CC-BY-ND-2.5", "Zlib",
    ],
)  # fmt: skip
def test_no_other_licence_is_taken_for_a_slip(spdx: str) -> None:
    assert meant(spdx) is None
