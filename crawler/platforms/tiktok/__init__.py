"""TikTok: what it shows to anyone who is not logged in."""
