"""Finding a dump's layout as its cheapest explanation in bits, tried out; the package does not use it yet.

It is to take the place of detect, choose and induce in ``dumpfix/detection/``. What it does better, and what keeps it
out so far, is in this folder's README.md; ``matrix`` and ``dumps`` measure both side by side.
"""
