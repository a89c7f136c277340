"""Mastodon client API and ActivityPub, read without an account."""
