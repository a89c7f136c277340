"""Pictures: bytes to fingerprints, distances, and near-duplicate search."""
