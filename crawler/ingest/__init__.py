"""Files a person hands in: what they hold, taken apart without believing anything they say.

`open_file` is the one door. It reads bytes and gives values; it writes nothing, so a file that is
damaged or hostile is refused before any of it is kept.
"""

from crawler.ingest.found import Found, Handed, Limits
from crawler.ingest.opening import FORMATS, open_file

__all__ = ["FORMATS", "Found", "Handed", "Limits", "open_file"]
