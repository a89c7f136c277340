"""YouTube: channels, videos, shorts, community posts and their comments, without an account."""
