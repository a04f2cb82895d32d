"""Pictures as Dagster metadata: markdown with the image inside, so that the page needs no other file."""

from __future__ import annotations

import base64

import dagster as dg


def picture(name: str, content: bytes) -> dg.MarkdownMetadataValue:
    """Return a PNG as markdown metadata."""
    return dg.MetadataValue.md(f"![{name}](data:image/png;base64,{base64.b64encode(content).decode()})")
