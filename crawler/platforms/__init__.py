"""One folder per platform; they do not know each other. `crawler/registry.py` lists them."""
