"""THE CORE: evidence as values, verbs over them, and the log. No Scrapy, no clock, no network."""
