"""What it costs to say a dump, in bits: the one table by which its layout is found.

A price is minus the logarithm, base 2, of how often such a thing is seen where the rest is as it is. Each number is
said with its reason; ``tests/benchmarks/ablation.py`` prints what gets worse without it.
"""

# -- bytes: the same wherever they stand ------------------------------------------------------------------------------

#: a byte of a JSON text, up to where it breaks: what general compression leaves of JSON
DOCUMENT_BYTE = 1.5
#: a byte of any other text: one of some thirty letters, without learning words
TEXT_BYTE = 5.0
#: a decimal digit outside documents: log2 10
DIGIT = 3.3
#: a byte of a layout that nobody wrote down: any of 256
LITERAL_BYTE = 8.0
#: a stretch that nothing explains: where it begins and ends; each of its bytes, beside its price as text
UNEXPLAINED = 24.0
UNEXPLAINED_BYTE = 3.0

# -- between records --------------------------------------------------------------------------------------------------

#: a line that a tool prints about itself: one of some sixty
NOTICE = 6.0
#: a blank line that the layout does not print: copying leaves some
BLANK_LINE = 4.0

# -- payloads ---------------------------------------------------------------------------------------------------------

#: an object or array: what topics hold that this program is for
CONTAINER = 2.0
#: nothing, or null: a tombstone
NULL = 5.0
#: the same where values stand alone, more for each of the first: to delete takes a key, and blank lines come of other
#: things too
NULL_ALONE, MOST_NULLS_ALONE = 6.0, 4
#: a JSON string by itself; another scalar: lines of any text begin so
STRING = 8.0
SCALAR = 16.0
#: begins like a document and breaks off: what this program is for, one in a million records
BROKEN = 20.0
#: anything else, or a record without payload
OTHER = 30.0
#: an event that is an object with the members of a Kafka record, doing what those do
ENVELOPE = 80.0
#: a line that is no record, with the words for a partition, an offset, and a key or payload: four times OTHER
NAMED_RECORD = 120.0
#: the dump does not show the record's end: only the last record of a dump may do so
INCOMPLETE = 40.0
#: a text or payload that begins or ends with a blank or with what separates columns
EDGE = 12.0
#: a printed length that is not the length of what follows: characters for bytes, carriage returns added
WRONG_SIZE = 40.0

# -- columns ----------------------------------------------------------------------------------------------------------

#: a text that was not seen at this place before
NEW_TEXT = 4.0
#: a tab inside a text: columns are separated by them
TAB = 30.0
#: a text that is a document (a key may be one); that begins like one and is none
DOCUMENT_TEXT = 12.0
HALF_DOCUMENT = 40.0
#: a text with a bracket that it does not close, or that nothing opens: a piece of something
UNBALANCED = 24.0
#: a text that ends with a document: rather two columns
DOCUMENT_IN_TEXT = 24.0
#: what ends a text, inside it: separators are chosen so that they stand in no key; all together at most
SEPARATOR_INSIDE = 4.0
MOST_SEPARATORS_INSIDE = 24.0
#: the first offset of a partition: how large a topic is, a thousand times more or less
FIRST_OFFSET = 10.0
#: the next offset; the one behind the marker of a transaction of one record; one further up (larger transactions and
#: compaction leave gaps); one down
NEXT_OFFSET = 1.0
OVER_MARKER = 6.0
OFFSET_UP = 8.0
OFFSET_DOWN = 24.0
#: a key that is a number counting up, rather than an offset; all together at most: its going on says nothing
COUNTING_KEY = 8.0
MOST_COUNTING_KEYS = 48.0
#: a key that is a word which names a field elsewhere
LABEL_KEY = 20.0
#: the first timestamp, a millisecond since 2005; another in the neighbourhood of the one before
FIRST_TIMESTAMP = 16.0
NEXT_TIMESTAMP = 3.0
#: for each bit of the milliseconds between two
APART = 1.3
#: -1 or 0, for records that have no time
NO_TIME = 20.0
#: a timestamp of no time, a schema id that is no number, headers that are none
IMPLAUSIBLE = 60.0
#: a schema id that was not seen before: one of some ten thousand
NEW_SCHEMA_ID = 16.0
#: a second topic, a third: few dumps are of more than one
ANOTHER_TOPIC = 16.0
#: a partition that was not seen before, with the bits of its number: few topics have more than a hundred
NEW_PARTITION = 2.0

# -- layouts ----------------------------------------------------------------------------------------------------------

#: values alone; any other shipped layout: one of some hundred, the more used the cheaper
VALUES_ALONE = 5.0
SHIPPED = 8.0
#: each column of it
FIELD = 1.0
#: headers without a key, schema ids, partitions behind the payload: options that few use
RARE_COLUMN = {"HEADERS": 4.0, "KEY_SCHEMA_ID": 6.0, "VALUE_SCHEMA_ID": 6.0, "DELIVERY": 3.0, "EPOCH": 3.0}
HEADERS_ALONE = 60.0
NAMED_HEADERS_ALONE = 24.0
PARTITION_LAST = 14.0
#: a key behind the payload
KEY_LAST = 30.0
#: without names, a key in front of coordinates (3 of 17 published formats have it there), or between them (none)
KEY_FIRST = 3.0
KEY_BETWEEN = 16.0
#: a key that nothing names and that never changes: keys tell records apart, one topic in a thousand has but one
CONSTANT_KEY = 10.0
#: a separator of keys that is also what keys hold
WEAK_SEPARATOR = 8.0
#: a dump without payloads: nobody would bring it
WITHOUT_PAYLOAD = 30.0
#: nothing between one record and the next
UNDELIMITED = 16.0
#: a word of the trade, or a separator, of a layout that nobody wrote down: one of some sixty
KNOWN_LITERAL = 5.0
#: the same separator once more
LITERAL_AGAIN = 1.0
#: a column of a layout read off the dump that a label names; one that no label names
NAMED_COLUMN = 4.0
NAMELESS_COLUMN = 8.0
#: a length that nothing names
NAMELESS_SIZE = 16.0
#: a word that all records have and that names nothing: why should it be the same in those to come?
CONSTANT = 40.0
#: a word that never changes, and a key behind the blank after it: the key rather begins with it
BEGINS_THE_KEY = 16.0
#: a name in front of a partition or offset that is no topic, or a topic that stands in front of none
NO_TOPIC = 28.0
#: an offset that stands before a partition, neither with a name
UNUSUAL_ORDER = 16.0
#: a key that is a list of names with values, as headers are
HEADERS_AS_KEY = 16.0
#: a layout that a command in the dump says, however rare it is else: a strong prior, not a fact
COMMANDED = -20.0

#: keys and values alone, spelled as the tool does whose notices are not there; the rarer tool where there are none
OTHER_TOOL = 40.0
UNUSUAL_TOOL = 2.0

# -- no dump at all ---------------------------------------------------------------------------------------------------

#: a line of plain text
PLAIN_LINE = 10.0
#: the blank behind a word
WORD_END = 1.0
#: a tab in it
PLAIN_TAB = 10.0
#: a document in it: prose shows few
PLAIN_DOCUMENT = 30.0
#: the time, level and source before each line of a program's log, once they were seen
LOG_LINE = 8.0

#: from here on another layout
NEW_SECTION = 40.0

# -- how sure ---------------------------------------------------------------------------------------------------------

#: the distance to the cheapest reading that says something else. Fitted: of 17 000 cells of the matrix all but one in
#: some thousands were right from 40 bits on, and all published dumps but one; of those below 30 one in 50 is wrong
SURE = 40.0
LIKELY = 30.0
#: readings that are so much dearer than the cheapest are given up; a head where no other is nearer is settled
NEAR = 60.0
#: what one record contributes at most: the table is no better known than that
MOST_OF_ONE_RECORD = 24.0

# -- records that are objects -----------------------------------------------------------------------------------------

#: a tool whose records are objects, and that no grammar has
READ_OFF_OBJECT = 20.0
#: however much speaks for it, it is no likelier than one that a grammar has
READ_OFF_AT_LEAST = 12.0
#: a member that is called like an attribute of a record and does what that does: how seldom an event has one
MEMBER = {
    "partition": 20.0,
    "offset": 20.0,
    "topic": 8.0,
    "timestamp": 4.0,
    "timestamp_type": 12.0,
    "headers": 8.0,
    "key": 6.0,
    "value": 8.0,
}
#: the members of a record that was set aside by this program, as sure as it can be: no event has them
KEPT = 200.0
#: an event that has the members which a tool prints, as it spells them, and no other: somebody kept records as events
JUST_THOSE = 40.0
#: the payload is a document in a string
DOCUMENT_IN_MEMBER = 16.0
#: a member that no tool prints beside a record
OTHER_MEMBER = 12.0
