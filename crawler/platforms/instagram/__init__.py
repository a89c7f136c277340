"""Instagram: public profiles and posts as its web pages and answers show them logged out."""
