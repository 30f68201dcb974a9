"""What has been typed to look for something in a list."""

from __future__ import annotations

LONGEST = 60
"""Characters of what is looked for."""
LONGEST_LIST = 24
"""Letters of a list's short name."""
