"""Members as OpenRTB 2.6 user objects: their segment, and what they are interested in by the IAB's taxonomy.

`user.data` names its taxonomy in `ext.segtax`; 4 is the IAB Tech Lab Audience Taxonomy 1.1 (the list of
segment taxonomies among the community extensions of OpenRTB). Ids without `segtax` are the provider's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dmp.published import Published

AUDIENCE_TAXONOMY = 4
PROVIDER = "dmp"
# The strongest interest of each kind and the segment itself, as the seed audience_taxonomy calls them.
MAPPED = """
WITH held AS (
    SELECT user_id, kind, value FROM user_interests WHERE interest_rank <= 3
    UNION ALL
    SELECT user_id, 'segment', segment_id::VARCHAR FROM user_segments
)
SELECT DISTINCT held.user_id, taxonomy.iab_audience_id, taxonomy.iab_audience_name
FROM user_segments AS members
INNER JOIN held USING (user_id)
INNER JOIN audience_taxonomy AS taxonomy ON held.kind = taxonomy.kind AND held.value = taxonomy.value
WHERE members.segment_id::VARCHAR = ? AND (held.kind <> 'segment' OR held.value = members.segment_id::VARCHAR)
ORDER BY ALL
"""


def user_lines(build: Published, segment: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a JSON text for each row of user_segments: an object `user` to put into a bid request."""
    audiences: dict[str, list[dict[str, str]]] = {}
    for row in build.rows("audience_taxonomy", MAPPED, str(segment["segment_id"])):
        audience = {"id": str(row["iab_audience_id"]), "name": row["iab_audience_name"]}
        audiences.setdefault(row["user_id"], []).append(audience)
    own = {"id": str(segment["segment_id"]), "name": segment["segment_name"]}
    for row in rows:
        data: list[dict[str, Any]] = [{"name": PROVIDER, "segment": [own]}]
        if mapped := audiences.get(row["user_id"]):
            data.append({"name": PROVIDER, "segment": mapped, "ext": {"segtax": AUDIENCE_TAXONOMY}})
        yield json.dumps({"user": {"id": row["user_id"], "data": data}}, ensure_ascii=False)
