"""Evidence packages: what goes in, where it lies, and the report a reader opens first."""

from evidence.package.selection import Selection, select
from evidence.package.unfinished import clear_unfinished
from evidence.package.write import write_package

__all__ = ["Selection", "clear_unfinished", "select", "write_package"]
