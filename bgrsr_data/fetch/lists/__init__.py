"""Public lists of footage, turned into source lists: `bgrsr sources import NAME`.

A list of others is never committed here; it is read from a folder, or downloaded from its own repository with every
byte checked against a pinned SHA-256.
"""

from bgrsr_data.fetch.lists.hdtf import HDTF
from bgrsr_data.fetch.lists.public import PublicList

PUBLIC_LISTS: dict[str, PublicList] = {one.name: one for one in (HDTF,)}
