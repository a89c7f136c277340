"""Bluesky and other AT Protocol services: AppView, repositories, identities, signed proofs."""
