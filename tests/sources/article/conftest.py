"""The measure of texts stands with the benchmarks, beside `src`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))
