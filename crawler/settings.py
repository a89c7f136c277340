"""Scrapy's own knobs. Evidence-relevant settings live in Config; see `jejak config show`."""

from pipelines import ITEM_PIPELINES as _STEPS

BOT_NAME = "jejak"
SPIDER_MODULES = ["crawler.platforms"]
NEWSPIDER_MODULE = "crawler.platforms"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# One item is one page with all that was read from it; more tasks a response only cost.
CONCURRENT_ITEMS = 8
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4
DOWNLOAD_DELAY = 0.0
ITEM_PIPELINES = _STEPS

# Next to the downloader: sees every exchange as received, before decompression.
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.keep.KeepMiddleware": 950,
    # Closer to the network than what keeps: a key is on the wire and in nothing that is kept.
    "crawler.middlewares.official.KeyMiddleware": 960,
    "crawler.middlewares.pace.PaceMiddleware": 970,
}
TWISTED_DNS_RESOLVER = "crawler.middlewares.address.PublicAddressResolver"
DOWNLOAD_HANDLERS = {
    "http": "crawler.middlewares.head.HeadHandler",
    "https": "crawler.middlewares.head.HeadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}

ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = False
REFERER_ENABLED = False
HTTPCACHE_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
DOWNLOAD_FAIL_ON_DATALOSS = False
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 20_000_000

TELNETCONSOLE_ENABLED = False
DOWNLOAD_DELAY_JITTER = 0.0
REMOTE_CONTROL_ENABLED = False
LOGSTATS_INTERVAL = 0
LOG_LEVEL = "WARNING"
# Scrapy would print whole items, with post texts, at DEBUG and on errors.
LOG_FORMATTER = "crawler.logs.QuietLogFormatter"
