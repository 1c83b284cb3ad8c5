"""Texts for people: documentation, mail, tables, mark-up."""

from __future__ import annotations

README = """# orders-api

Takes orders and puts them into a topic.

## Try it

Send one:

```json
{"order": 17, "items": [{"sku": "A-1", "count": 2}]}
```

and you get back

```json
{"status": "accepted", "order": 17}
```

Everything else is in [the wiki](https://wiki.example.org/orders).
"""

_SENTENCES = """The consumer stopped at noon. What it choked on was {"order": 17, "items": [} and nothing else.
After that we sent {"order": 18} by hand, which worked.
Please look at it before the retention is over.
"""

_INDENTED = """Configuration
-------------

A retry policy looks like this:

    {
      "retries": 3,
      "backoff": {"first": "100ms", "most": "10s"}
    }

The broker list is separate:

    {"brokers": ["a:9092", "b:9092"]}

Both are read at start.
"""

_FIELDS = """| field | type | what it is |
|-------|------|------------|
| id | long | counts up |
| key | string | the customer |
| value | object | `{"order": 17}` |
| partition | int | 0 to 11 |
"""

_EXAMPLES = """* GET /orders/17 answers {"order": 17, "status": "new"}
* GET /orders/18 answers {"order": 18, "status": "sent"}
* DELETE /orders/17 answers nothing
* GET /health answers {"up": true}
"""

_MAIL = """From: ada@example.org
To: bob@example.org
Subject: that broken event
Date: Tue, 14 Nov 2023 23:13:20 +0100
Message-ID: <5f1c@example.org>

Hi Bob,

this is the one: {"user": 42, "plan": "free"}
Could you see where it came from?

Ada
"""

_ANSWER = """On Tue, 14 Nov 2023 at 23:13, Ada wrote:
> this is the one: {"user": 42, "plan": "free"}
> Could you see where it came from?

It is ours. We sent it at 22:58, twice.

> Ada
"""

_HTML = """<!DOCTYPE html>
<html lang="en">
<head><title>Orders</title></head>
<body>
<h1>Orders</h1>
<p>There are <b>17</b> of them.</p>
</body>
</html>
"""

_APPLICATION = """<!doctype html>
<html><head><script>
window.state = {"user": {"id": 42}, "orders": [1, 2, 3]};
window.flags = {"beta": true};
</script></head>
<body><div id="root"></div><script src="/app.js"></script></body></html>
"""

_SIGN_IN = """<html>
<head><title>302 Found</title></head>
<body>
<center><h1>302 Found</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""

_XML = """<?xml version="1.0" encoding="UTF-8"?>
<orders>
  <order id="17"><item sku="A-1" count="2"/></order>
  <order id="18"><item sku="B-7" count="1"/></order>
</orders>
"""

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">
<rect x="1" y="1" width="18" height="18" fill="#eee"/>
<text x="4" y="14">17</text>
</svg>
"""

_CSV = """order,customer,total,currency
17,ada,12.50,EUR
18,bob,7.00,EUR
19,eve,100.25,USD
20,"Smith, J.",3.10,GBP
"""

_TSV = "order\tcustomer\ttotal\n17\tada\t12.50\n18\tbob\t7.00\n19\teve\t100.25\n"

_LATEX = r"""\documentclass{article}
\begin{document}
\section{Results} The median is $\tilde{x} = 17$, see \cite{ada2023}.
\begin{tabular}{lr} a & 1 \\ b & 2 \end{tabular}
\end{document}
"""

_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:17@example.org
DTSTART:20231114T231320Z
SUMMARY:Post mortem
END:VEVENT
END:VCALENDAR
"""

_CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\n"
    + "MIIBszCCAVmgAwIBAgIUNo0tAreal0neJustL0oksL1ke1twAwDQYJKoZIhvcNAQ\n" * 5
    + "-----END CERTIFICATE-----\n"
)

_CHAT = """[10:41] ada: the pill is at offset 17
[10:41] ada: {"order": 17, "items": [
[10:42] bob: can you skip it?
[10:44] ada: {"order": 18, "items": []} is fine again
[10:44] bob: great
"""

_POEM = """The night is long, the pager rings,
a broken bracket clips its wings;
and nobody can say tonight
whether the producer was right.
"""

_CHANGELOG = """## 2.4.0
- Fixed: an order without items is {"items": []}, no longer null (#812)
- Added: GET /orders/{id}
## 2.3.1
- Fixed: a crash on start
"""

#: name, text, words of which the message has to hold one
ALL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("readme-with-json", README, ()),
    ("sentences-with-json", _SENTENCES, ()),
    ("page-with-indented-json", _INDENTED, ()),
    ("markdown-table", _FIELDS, ()),
    ("list-of-answers", _EXAMPLES, ()),
    ("mail", _MAIL, ()),
    ("mail-that-quotes", _ANSWER, ()),
    ("html", _HTML, ("html",)),
    ("html-with-state", _APPLICATION, ("html",)),
    ("html-of-a-proxy", _SIGN_IN, ("html",)),
    ("xml", _XML, ("xml",)),
    ("svg", _SVG, ("xml", "svg")),
    ("csv", _CSV, ()),
    ("tsv", _TSV, ()),
    ("latex", _LATEX, ()),
    ("calendar", _CALENDAR, ()),
    ("certificate", _CERTIFICATE, ()),
    ("chat", _CHAT, ()),
    ("poem", _POEM, ()),
    ("changelog", _CHANGELOG, ()),
)
