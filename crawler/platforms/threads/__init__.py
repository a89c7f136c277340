"""Threads: public profiles and posts as its web pages show them logged out."""
