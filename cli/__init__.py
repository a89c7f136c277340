"""The `jejak` command: one file per noun; each loads, calls one function, shows the answer."""
