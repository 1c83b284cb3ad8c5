"""Logs that are no JSON, stack traces, metrics."""

from __future__ import annotations

_ACCESS = "".join(
    f'10.0.0.{n} - - [14/Nov/2023:23:13:{n:02d} +0100] "GET /orders/{n} HTTP/1.1" 200 {512 + n} "-" "curl/8.1"\n'
    for n in range(1, 7)
)

_ACCESS_WITH_BODY = "".join(
    f'10.0.0.{n} [14/Nov/2023:23:13:{n:02d} +0100] "POST /orders" 201 0.0{n} body="{{\\x22order\\x22:{n}}}"\n'
    for n in range(1, 7)
)

_APPLICATION = """2023-11-14 23:13:20,001 INFO  [main] org.example.Orders - starting
2023-11-14 23:13:20,512 INFO  [main] org.example.Orders - listening on 8080
2023-11-14 23:13:24,100 DEBUG [http-1] org.example.Orders - got {"order": 17, "items": []}
2023-11-14 23:13:24,101 WARN  [http-1] org.example.Orders - an order without items
2023-11-14 23:13:29,733 DEBUG [http-2] org.example.Orders - got {"order": 18, "items": [1]}
2023-11-14 23:13:29,790 INFO  [http-2] org.example.Orders - stored 18 in 12 ms
2023-11-14 23:13:31,002 ERROR [http-1] org.example.Orders - could not store 19: timeout
"""

_LOGFMT = "".join(
    f'time=2023-11-14T23:13:{n:02d}Z level=info msg="stored an order" order={n} took={n * 3}ms\n' for n in range(1, 7)
)

_SYSLOG = """Nov 14 23:13:20 web1 systemd[1]: Started orders.service - Takes orders.
Nov 14 23:13:21 web1 orders[812]: listening on 8080
Nov 14 23:13:25 web1 sshd[913]: Accepted publickey for ada from 10.0.0.7 port 50022
Nov 14 23:13:40 web1 orders[812]: stored 17 in 12 ms
Nov 14 23:14:01 web1 CRON[990]: (root) CMD (run-parts /etc/cron.hourly)
"""

_KERNEL = """[    0.000000] Linux version 6.1.0 (builder@example.org)
[    0.004210] ACPI: Core revision 20220331
[    1.712345] sd 0:0:0:0: [sda] 976773168 512-byte logical blocks
[   12.000001] eth0: link becomes ready
"""

_POSTGRES = """2023-11-14 23:13:20.001 UTC [17] LOG:  database system is ready to accept connections
2023-11-14 23:13:40.512 UTC [31] ERROR:  duplicate key value violates unique constraint "orders_pkey"
2023-11-14 23:13:40.512 UTC [31] DETAIL:  Key (id)=(17) already exists.
2023-11-14 23:13:40.512 UTC [31] STATEMENT:  INSERT INTO orders VALUES (17, '{"total": 12.5}')
"""

_REDIS = """17:M 14 Nov 2023 23:13:20.001 * Ready to accept connections
17:M 14 Nov 2023 23:18:21.044 * 100 changes in 300 seconds. Saving...
17:C 14 Nov 2023 23:18:21.101 * DB saved on disk
"""

_JAVA_TRACE = """Exception in thread "main" java.lang.IllegalStateException: no order 17
\tat org.example.Orders.find(Orders.java:42)
\tat org.example.Main.main(Main.java:12)
Caused by: java.io.EOFException: Unexpected end of JSON input
\tat org.example.Json.parse(Json.java:7)
\t... 1 more
"""

_PYTHON_TRACE = """Traceback (most recent call last):
  File "/app/orders.py", line 42, in find
    order = json.loads('{"order": 17')
            ^^^^^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 13 (char 12)
"""

_NODE_TRACE = """SyntaxError: Unexpected end of JSON input
    at JSON.parse (<anonymous>)
    at eachMessage (/app/consumer.js:17:24)
    at Runner.processEachMessage (/app/node_modules/kafkajs/src/consumer/runner.js:151:20)
{"level":"ERROR","logger":"kafkajs","message":"[Runner] Error when calling eachMessage"
"""

_METRICS = """# HELP orders_total Orders taken.
# TYPE orders_total counter
orders_total{status="new"} 17
orders_total{status="sent"} 12
# TYPE lag gauge
lag{topic="orders",partition="0"} 3
lag{topic="orders",partition="1"} 0
"""

_ACTIONS = """2023-11-14T23:13:20.0010000Z ##[group]Run actions/checkout@v4
2023-11-14T23:13:20.0020000Z with:
2023-11-14T23:13:20.0030000Z   fetch-depth: 1
2023-11-14T23:13:20.0040000Z ##[endgroup]
2023-11-14T23:13:25.9000000Z Cleaning up orphan processes
"""

_BUILD = """[INFO] Scanning for projects...
[INFO] Building orders 2.4.0
[WARNING] The POM for org.example:json:jar:1.0 is missing
[INFO] Tests run: 17, Failures: 0, Errors: 0, Skipped: 1
[INFO] BUILD SUCCESS
[INFO] Total time:  3.512 s
"""

_TAP = """TAP version 13
ok 1 - accepts an order
not ok 2 - refuses an order without items
  ---
  got: {"status": "new"}
  wanted: {"status": "refused"}
  ...
1..2
"""

_STRACE = """openat(AT_FDCWD, "/etc/hosts", O_RDONLY) = 3
read(3, "127.0.0.1 localhost\\n", 4096) = 20
write(1, "{\\"order\\":17}\\n", 13) = 13
close(3) = 0
"""

ALL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("access-log", _ACCESS, ()),
    ("access-log-with-bodies", _ACCESS_WITH_BODY, ()),
    ("application-log-with-json", _APPLICATION, ()),
    ("logfmt", _LOGFMT, ()),
    ("syslog", _SYSLOG, ()),
    ("kernel-log", _KERNEL, ()),
    ("postgres-log", _POSTGRES, ()),
    ("redis-log", _REDIS, ()),
    ("python-traceback", _PYTHON_TRACE, ()),
    ("node-stack-trace", _NODE_TRACE, ()),
    ("metrics", _METRICS, ()),
    ("log-of-a-pipeline", _ACTIONS, ()),
    ("maven-log", _BUILD, ()),
    ("tap", _TAP, ()),
    ("strace", _STRACE, ()),
)

_SERVER = """[2023-11-14 23:13:20,001] INFO Registered kafka.Log4jController (kafka.utils.Log4jControllerRegistration$)
[2023-11-14 23:13:21,512] INFO starting (kafka.server.KafkaServer)
[2023-11-14 23:13:23,090] WARN No meta.properties file under dir /data (kafka.server.BrokerMetadataCheckpoint)
[2023-11-14 23:13:25,733] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)
"""

#: name, text: the lines of Kafka's own programs, as they also stand in dumps
NOTICES = (("java-stack-trace", _JAVA_TRACE), ("kafka-server-log", _SERVER))
