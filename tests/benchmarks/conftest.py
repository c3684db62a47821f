"""The benchmarks are a package beside `src`, not installed: let the tests find it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
