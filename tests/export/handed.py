"""How the tests hand a set on: small pictures, small shards, whatever the licence."""

from __future__ import annotations

from bgrsr_data.export.options import ExportOptions

SIZE = (64, 48)
OPTIONS = ExportOptions(licence=("any",), size=SIZE, shard=7)
