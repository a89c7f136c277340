"""Python's garbage collector, in processes that make very many values and hardly a circle of them."""

from __future__ import annotations

import gc

YOUNG = 10_000
"""Values made until it first looks at them; a page of posts is thousands."""
ROUNDS = 20


def spare_collector() -> None:
    """For the whole process: pass over what is loaded now, which stays, and look less often.

    To be called once, at the start of a program. Circles are still found; a tenth of a crawl's CPU
    and half of a large plan's went into looking at values that are in none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, ROUNDS, ROUNDS)
