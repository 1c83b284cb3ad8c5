"""What stands in a terminal that shows no record: Kafka's own listings, shells, tables, colours."""

from __future__ import annotations

_METADATA = """Metadata for all topics (from broker 1: localhost:9092/1):
 1 brokers:
  broker 1 at localhost:9092 (controller)
 2 topics:
  topic "orders" with 2 partitions:
    partition 0, leader 1, replicas: 1, isrs: 1
    partition 1, leader 1, replicas: 1, isrs: 1
  topic "__consumer_offsets" with 1 partitions:
    partition 0, leader 1, replicas: 1, isrs: 1
"""

_DESCRIBE = (
    "Topic: orders\tTopicId: abcdefghijklmnopqrstuv\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: \n"
    "\tTopic: orders\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\n"
    "\tTopic: orders\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1\n"
)

_TOPICS = "__consumer_offsets\norders\norders-dlq\nusers\n"

_GROUPS = """
GROUP    TOPIC    PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID  HOST       CLIENT-ID
orders   orders   0          17              20              3    c-1-5a1b     /10.0.0.7  c-1
orders   orders   1          12              12              0    c-1-5a1b     /10.0.0.7  c-1
"""

_RESET = """
GROUP                          TOPIC                          PARTITION  NEW-OFFSET
orders                         orders                         0          18
orders                         orders                         1          12
"""

_OFFSETS = "orders:0:20\norders:1:12\norders:2:0\n"

_CONFIGS = """Dynamic configs for topic orders are:
  cleanup.policy=delete sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=delete}
  retention.ms=604800000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=604800000}
"""

_USAGE = """Usage: orders <options> [file1 file2 .. | topic1 topic2 ..]
 -t <topic>         Topic to read from
 -f <fmt..>         Output formatting string, see below
 -o <offset>        Offset to start at:
                      beginning | end | stored |
                      <value>  (absolute offset)
"""

_TRANSCRIPT = """ada@web1:~$ kcat -C -b localhost:9092 -t order -e
% ERROR: Failed to query metadata for topic order: Local: Broker transport failure
ada@web1:~$ ping -c1 localhost
PING localhost (127.0.0.1) 56(84) bytes of data.
64 bytes from localhost (127.0.0.1): icmp_seq=1 ttl=64 time=0.031 ms
ada@web1:~$ exit
"""

_SESSION = """$ cd orders
$ git status
On branch main
nothing to commit, working tree clean
$ curl -s -d '{"order": 17}' localhost:8080/orders && echo
accepted
$ grep -c order orders.jsonl
812
$ make
make: Nothing to be done for 'all'.
"""

_CURL = """* Connected to localhost (127.0.0.1) port 8080
> GET /orders/17 HTTP/1.1
> Host: localhost:8080
> Accept: */*
>
< HTTP/1.1 200 OK
< Content-Type: application/json
<
{"order": 17, "items": []}
* Connection #0 to host localhost left intact
"""

_TABLE = """ id | customer | body
----+----------+------------------
 17 | ada      | {"total": 12.5}
 18 | bob      | {"total": 7}
(2 rows)
"""

_BOXED = """+----+----------+-----------------+
| id | customer | body            |
+----+----------+-----------------+
| 17 | ada      | {"total": 12.5} |
| 18 | bob      | {"total": 7}    |
+----+----------+-----------------+
2 rows in set (0.00 sec)
"""

_FILES = """total 12
drwxr-xr-x 2 ada ada 4096 Nov 14 23:13 dumps
-rw-r--r-- 1 ada ada  812 Nov 14 23:13 orders.jsonl
-rw-r--r-- 1 ada ada   17 Nov 14 23:14 notes.txt
"""

_PROCESSES = """  PID TTY          TIME CMD
  812 pts/0    00:00:01 bash
  913 pts/0    00:00:00 java
 1042 pts/0    00:00:00 ps
"""

_PODS = """NAME                      READY   STATUS             RESTARTS   AGE
orders-5d8f7c9b6d-x2x7k   1/1     Running            0          3d
orders-5d8f7c9b6d-zz8qp   0/1     CrashLoopBackOff   17         3d
"""

_HEX = """00000000  7b 22 6f 72 64 65 72 22  3a 20 31 37 7d 0a        |{"order": 17}.|
0000000e
"""

_COLOURED_FILES = "\x1b[0m\x1b[01;34mdumps\x1b[0m  \x1b[01;31morders.tgz\x1b[0m  notes.txt\n" * 3

_COLOURED_TESTS = (
    "\x1b[1mtests/test_orders.py\x1b[0m \x1b[32m.\x1b[0m\x1b[32m.\x1b[0m\x1b[31mF\x1b[0m\n"
    "\x1b[31m\x1b[1mE   AssertionError: {'order': 17}\x1b[0m\n"
    "\x1b[31m1 failed\x1b[0m, \x1b[32m2 passed\x1b[0m in 0.17s\n"
)

_ENVIRONMENT = "".join(
    f"2026-11-25T10:20:33.{n:03d}Z {name}\n"
    for n, name in enumerate([
        "===> ENV ...", "ALLOW_UNSIGNED=false", "COMPONENT=orders", "DEB_VERSION=1", "LABEL=", "VERSION=5.4.0",
        "BOOTSTRAP_SERVERS=localhost:9092", "CONFIG_DIR=/etc/orders", "CONNECT_URL=http://localhost:8083", "REPLICAS=1",
        "DATA_DIR=/var/lib/orders", "PORT=9021", "HOME=/root", "PARTITIONS=1", "TLS=true", "LANG=C.UTF-8", "SHLVL=0",
    ])
)  # fmt: skip

_JQ_ERRORS = "jq: parse error: Invalid numeric literal at line 1, column 18\n" * 3

_FULL_SCREEN = "\x1b[?1049h\x1b[H\x1b[2Jtop - 23:13:20 up 3 days\x1b[K\r\nTasks: 117 total\x1b[K\r\n\x1b[?1049l"

ALL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("kcat-metadata", _METADATA, ()),
    ("topics-describe", _DESCRIBE, ()),
    ("topics-list", _TOPICS, ()),
    ("groups-describe", _GROUPS, ()),
    ("groups-reset", _RESET, ()),
    ("get-offsets", _OFFSETS, ()),
    ("configs-describe", _CONFIGS, ()),
    ("usage", _USAGE, ()),
    ("environment", _ENVIRONMENT, ()),
    ("session-with-curl", _SESSION, ()),
    ("curl-verbose", _CURL, ()),
    ("psql-table", _TABLE, ()),
    ("mysql-table", _BOXED, ()),
    ("ls", _FILES, ()),
    ("ps", _PROCESSES, ()),
    ("kubectl-get-pods", _PODS, ()),
    ("hexdump", _HEX, ()),
    ("coloured-ls", _COLOURED_FILES, ("ansi", "colour")),
    ("coloured-tests", _COLOURED_TESTS, ("ansi", "colour")),
    ("full-screen", _FULL_SCREEN, ("ansi", "terminal", "control")),
    ("jq-errors", _JQ_ERRORS, ()),
)

#: name, text: what tools say of themselves, and no record
NOTICES = (("transcript-without-records", _TRANSCRIPT),)
