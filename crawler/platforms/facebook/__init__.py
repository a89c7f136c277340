"""Facebook: public pages, posts, videos and events as its web pages show them logged out."""
