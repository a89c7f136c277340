"""Knows Scrapy, the browser and the platforms; imports the core, never the reverse."""
