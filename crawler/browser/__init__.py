"""The browser: what is asked of it, what a look gives, and the pool that runs it."""

from crawler.browser.installed import find_chromium
from crawler.browser.look import Asking, Limits, Look
from crawler.browser.pool import Browser

__all__ = ["Asking", "Browser", "Limits", "Look", "find_chromium"]
