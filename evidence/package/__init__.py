"""Evidence packages: what goes in, where it lies, and the report a reader opens first."""

from evidence.package.selection import Selection, select
from evidence.package.write import write_package

__all__ = ["Selection", "select", "write_package"]
