"""All representations, the simplest first, and the one in use."""

from __future__ import annotations

from dmp.vectors.factorisation import FACTORISATION
from dmp.vectors.fusion import FUSION
from dmp.vectors.graph_walks import DEEPWALK, NODE2VEC
from dmp.vectors.item_sequences import ITEM2VEC
from dmp.vectors.nonnegative import NONNEGATIVE
from dmp.vectors.sequence import SEQUENCE

REPRESENTATIONS = (FACTORISATION, NONNEGATIVE, ITEM2VEC, DEEPWALK, NODE2VEC, FUSION, SEQUENCE)
INSTALLED = tuple(one for one in REPRESENTATIONS if one.is_installed)
# docs/vectors.md has the trials by which it is chosen.
DEFAULT = FACTORISATION
