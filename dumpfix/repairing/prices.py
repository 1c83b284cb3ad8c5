"""What a damage costs: one table, on one scale, for every search of the repairer.

A price is how unlikely a damage is, so only differences matter: a comma is forgotten sooner than a bracket, and a
flipped bit leaves a byte that is one bit off. NEAR is the one number that says when two prices are nearly the same;
`tests/benchmarks/repair_prices.py` fits it, and prints its precision and recall.
"""

from dumpfix.repairing.tokens import CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, STRING

# One sign is gone, or one is too many.
LOST = {COMMA: 0.8, COLON: 0.8, STRING: 2.0, OPEN_OBJECT: 1.5, OPEN_ARRAY: 1.5, CLOSE_OBJECT: 1.5, CLOSE_ARRAY: 1.5}
EXTRA = {COMMA: 0.6, COLON: 1.0, STRING: 2.2, OPEN_OBJECT: 2.0, OPEN_ARRAY: 2.0, CLOSE_OBJECT: 1.6, CLOSE_ARRAY: 1.6}
# Another sign stands there: another bracket, one that is one bit off, any other.
OTHER_BRACKET, FLIPPED_SIGN, OTHER_SIGN = 1.2, 1.0, 3.0
# A quote of another kind; a bare one inside a string, or inside a key; a word that lacks both.
OTHER_QUOTE, BARE_QUOTE, IN_KEY, BARE_WORD = 1.0, 1.0, 2.0, 4.0
# A sign with a flipped bit: a quote, or a separator that became the first byte of the number behind it (`"a"81` was
# `"a":1` or `"a":81`); a comma that is gone between two halves of a word.
FLIPPED_INTO_SIGN, FLIPPED_SEPARATOR, LOST_IN_WORD = 1.6, 1.2, 1.5
# How much sooner a bracket is missing where the lines step back.
STEP_BACK = 1.2
# Every comma of a list or an object is gone: each one but the first.
ONE_MORE_COMMA = 0.1
# Values behind one key that lack the brackets of a list.
BARE_LIST = 1.4
# Any byte: gone, slipped in, with a flipped bit, in the place of its neighbour.
LOST_DATA, EXTRA_BYTE, FLIPPED, SWAPPED, SWAPPED_LETTER, SWAPPED_DIGIT = 1.0, 2.2, 1.8, 0.75, 1.9, 2.4
# (a quote whose bit flipped looks like a blank, `b` or `2`, which stand at the edge of texts anyway)
FLIPPED_QUOTE, FLIPPED_TO_QUOTE = 2.3, 3.0
NEVER = 99.0
# Every sign of structure that a reading leaves inside a string.
STRUCTURE_IN_TEXT = 1.6
# A value that is none, and goes with its member.
BAD_SCALAR = 2.7
# Another record in the place of the end of this one.
OTHER_RECORD = 2.0
# A string that begins or ends with a blank.
BLANK_AT_EDGE = 1.0
# A separator at the end of a string, where the string's own end may be; a sign beside one of its own kind.
SEPARATOR_AT_EDGE, DOUBLED = 0.8, 0.45
# A quotation inside a string that only begins, or only ends.
UNPAIRED = 0.4
# Readings whose prices differ by no more are rivals: the answer is a guess.
NEAR = 0.5
# A single digit in an array that touches something else: it rather slipped in than that a comma is gone.
ODD_DIGIT = 2.0
# What looks less like the rest of the document by more than this is no rival, whatever it costs.
NEAR_BY_SHAPE = 2.0
# A string that lacks a quote and looks as if it lacked more.
TORN = 1.8
