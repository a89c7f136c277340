"""Fingerprint: measure each captured picture, in a worker that knows no secret."""

from __future__ import annotations

import asyncio

from evidence.errors import ImageUnreadable
from evidence.imaging.worker import fingerprint_image
from evidence.model import CaptureKind, ImageReading
from pipelines.component import Component
from pipelines.page import Measured, Scoped


class FingerprintPipeline(Component):
    """Adds fingerprints to captured pictures; what is not a picture is noted, never lost."""

    async def process_item(self, item: Scoped) -> Measured:
        """The page with its picture's measures, if it is one."""
        seen = item.seen
        if seen.kind is not CaptureKind.MEDIA or seen.page is None or seen.page.status != 200:
            return Measured(item)
        if seen.cut or not seen.page.body:
            return Measured(item)
        content_type = seen.page.headers.get("content-type", "")
        if content_type.startswith(("video/", "audio/")):
            return Measured(item)
        return Measured(item, await self._measured(item, seen.page.body))

    async def _measured(self, item: Scoped, body: bytes) -> ImageReading | None:
        try:
            return await asyncio.to_thread(fingerprint_image, body)
        except ImageUnreadable as error:
            item.seen.visit.gap("IMAGE_UNREADABLE", error.why, item.seen.capture)
            return None
