"""Turn a broken payload into JSON by the least and most honest edits, or say that it cannot be done.

The way of a payload:

1. `not_json`: what was never JSON is told by name and left alone.
2. `causes` that explain many errors at once are undone first: a byte order mark, padding, a terminal's line breaks,
   one more level of escaping or of quoting. `surroundings`: text before and behind the document, several documents.
3. `structure`: the text in tokens (`lexer`), the automaton from both ends (`automaton`), and every cheapest edit at
   which the two meet (`candidates`); else a cut (`ending`) or a hole (`holes`). `shape` breaks ties.
   `rivals` is the second judge: it looks for other single damages that would explain the text as well.
4. `strings`: what stands inside strings that JSON does not allow.

Every step lays changes over a `Draft`, so that the answer is the payload and a list of edits, and nothing else. The
output is checked by the automaton of `validity` before it is given out.

The closed table of respellings, beside which nothing but brackets, commas, colons, quotes and backslashes is inserted:

======================================================  ==================================  ============================
in the payload                                          in the output                       level
======================================================  ==================================  ============================
other quotes around a string, a key without quotes      double quotes                       lossless
`u'…'` and `b'…'` of Python                             the string                          lossless
`=>` and `=` behind a key, `;` behind a value           `:` and `,`                         lossless
`True` `False` `None`, `TRUE` `FALSE` `NULL`            `true` `false` `null`               lossless
`\\x1b` `\\U0001F600` `\\'` in a string                   the JSON escape, or the character   lossless
`.5` `5.` `00.5` `+5` `0xFF` `1_000` `10L` `5n`         the number                          guess
several `\\xHH` in a string that are UTF-8 together      the character                       guess
a raw tab in a text, not alone inside a word            `\\t`                                lossless
a document that was escaped, HTML-escaped,              the character                       lossless
percent-encoded, or had its quotes doubled, as a whole
a literal cut at the end, inside a container            the whole literal                   partial
a literal of which one byte is gone                     the whole literal                   lossless
`NaN` `Infinity` `undefined`                            `null`                              guess
other raw control characters in a string                the JSON escape                     guess
bytes that are no UTF-8, several or beside a letter     the Latin-1 letter, else U+FFFD     guess
a single dash, apostrophe or dots of Windows-1252       the sign                            guess
a byte with one flipped bit, or one that slipped in     what its neighbourhood has          guess
a single control character, or byte that is no UTF-8    nothing, or the flipped letter      guess
======================================================  ==================================  ============================
"""
