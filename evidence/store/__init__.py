"""Where evidence is kept. `open_archive(url)` gives an Archive; ports.py says what it promises."""
