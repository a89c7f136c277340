"""Project: arrange what was recorded for questions, and tell the visit that the page is done."""

from __future__ import annotations

import asyncio

from evidence.projection import project_entries
from pipelines.component import Component
from pipelines.page import Recorded


class ProjectPipeline(Component):
    """Writes projection rows; the page is settled when they can be asked for."""

    async def process_item(self, item: Recorded) -> Recorded:
        """The same page; its visit goes on."""
        capture_entry = await asyncio.to_thread(self.desk.archive.entry, item.seen.capture)
        entries = (capture_entry, *item.entries) if capture_entry else item.entries
        await asyncio.to_thread(project_entries, self.desk.archive, entries, item.objects)
        self.crawler.spider.settle(item.seen.capture)
        return item
