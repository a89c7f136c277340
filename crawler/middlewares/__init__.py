"""Scrapy downloader components: keep every exchange, refuse every address that is not public."""
