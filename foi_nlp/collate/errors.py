"""What can go wrong in collating."""

from __future__ import annotations


class CollateError(Exception):
    """Letters cannot be collated. The message names the file, the place, what is wrong and what to do."""
