"""A small social network on loopback, on a simulated clock, speaking the platforms' shapes.

Used by the demo, the whole-path tests and the benchmarks. Everything in it is made up.
"""
