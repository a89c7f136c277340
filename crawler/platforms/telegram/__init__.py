"""Telegram: public channels as t.me shows them on the web, without an account."""
