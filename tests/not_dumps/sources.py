"""Source code, configuration, schemas, and what version control prints."""

from __future__ import annotations

_PYTHON = '''"""Counts orders."""

import json

DEFAULTS = {"retries": 3, "topic": "orders"}


def count(lines: list[str]) -> int:
    seen = {}
    for line in lines:
        order = json.loads(line)
        seen[order["id"]] = {"total": 1}
    return len(seen)
'''

_JAVASCRIPT = """const config = {
  topic: 'orders',
  retries: 3,
};
module.exports = {
  send(order) {
    return producer.send({ topic: config.topic, messages: [{ key: order.id, value: JSON.stringify(order) }] });
  },
};
"""

_TEST = """it('accepts an order', async () => {
  await send({"order": 17});
  expect(await last()).toEqual({"order": 17, "status": "new"});
});
it('refuses none', async () => {
  await expect(send({})).rejects.toThrow();
});
"""

_JAVA = """package org.example.orders;

public final class Order {
    private final long id;
    private final String customer;

    public Order(long id, String customer) {
        this.id = id;
        this.customer = customer;
    }
}
"""

_GO = """package main

type Order struct {
\tID   int64  `json:"id"`
\tName string `json:"name"`
}

func main() {
\tfmt.Println(Order{ID: 17})
}
"""

_C = """#include <stdio.h>

int main(void) {
    int counts[] = {1, 2, 3};
    for (int i = 0; i < 3; i++) {
        printf("%d: %d\\n", i, counts[i]);
    }
    return 0;
}
"""

_SHELL = """#!/bin/sh
set -eu
curl -s -X POST -H 'Content-Type: application/json' -d '{"order": 17}' http://localhost:8080/orders
curl -s -X POST -H 'Content-Type: application/json' -d '{"order": 18}' http://localhost:8080/orders
echo done
"""

_DOCKERFILE = """FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir .
CMD ["python", "-m", "orders"]
"""

_YAML = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  labels: {app: orders}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: orders
          image: "example.org/orders:2.4.0"
          args: ["--topic", "orders"]
"""

_COMPOSE = """services:
  kafka:
    image: apache/kafka:3.9.0
    ports: ["9092:9092"]
    environment:
      KAFKA_NODE_ID: 1
      KAFKA_PROCESS_ROLES: broker,controller
"""

_TOML = """[project]
name = "orders"
version = "2.4.0"
dependencies = ["orjson>=3", "typer"]

[tool.ruff]
line-length = 100
"""

_PROPERTIES = """# consumer
bootstrap.servers=localhost:9092
group.id=orders
auto.offset.reset=earliest
max.poll.records=500
"""

_NGINX = """server {
    listen 80;
    location / {
        proxy_pass http://orders:8080;
    }
}
"""

_TERRAFORM = """resource "kafka_topic" "orders" {
  name       = "orders"
  partitions = 12
  config = {
    "cleanup.policy" = "delete"
  }
}
"""

_PROTO = """syntax = "proto3";

message Order {
  int64 id = 1;
  string customer = 2;
  repeated Item items = 3;
}
"""

_CSS = """body { margin: 0; font: 16px/1.4 sans-serif }
.order { border: 1px solid #ccc; padding: 4px }
.order > .total { font-weight: bold }
"""

_MAKE = "all: build test\n\nbuild:\n\tgo build ./...\n\ntest: build\n\tgo test ./...\n"

_SQL = """CREATE TABLE orders (id bigint PRIMARY KEY, body jsonb NOT NULL);
INSERT INTO orders VALUES (17, '{"customer": "ada", "total": 12.5}');
INSERT INTO orders VALUES (18, '{"customer": "bob", "total": 7}');
INSERT INTO orders VALUES (19, '{"customer": "eve", "total": 100.25}');
"""

_COPY = """COPY public.orders (id, customer, total) FROM stdin;
17\tada\t12.50
18\tbob\t7.00
\\.
SELECT pg_catalog.setval('public.orders_id_seq', 18, true);
"""

_DIFF = """diff --git a/orders.py b/orders.py
index 5a1b2c3..9d8e7f6 100644
--- a/orders.py
+++ b/orders.py
@@ -3,5 +3,5 @@ import json

-DEFAULTS = {"retries": 3}
+DEFAULTS = {"retries": 5}

 def count(lines):
"""

_JSON_DIFF = """diff --git a/fixtures/orders.jsonl b/fixtures/orders.jsonl
index 1111111..2222222 100644
--- a/fixtures/orders.jsonl
+++ b/fixtures/orders.jsonl
@@ -1,3 +1,3 @@
 {"order": 16, "customer": "ada"}
-{"order": 17, "customer": "bob"}
+{"order": 17, "customer": "eve"}
 {"order": 18, "customer": "ada"}
"""

_LOG = """commit 9fceb02d0ae598e95dc970b74767f19372d61af8
Author: Ada <ada@example.org>
Date:   Tue Nov 14 23:13:20 2023 +0100

    Orders without items are {"items": []}

commit 1f7a7a472abf3dd9643fd615f6da379c4acb3e3a
Author: Bob <bob@example.org>
Date:   Mon Nov 13 10:00:00 2023 +0100

    First version
"""

_HTTP = """POST /orders HTTP/1.1
Host: localhost:8080
Content-Type: application/json
Content-Length: 13

{"order": 17}
"""

_LDIF = """dn: cn=ada,ou=people,dc=example,dc=org
cn: ada
mail: ada@example.org

dn: cn=bob,ou=people,dc=example,dc=org
cn: bob
"""

ALL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("python", _PYTHON, ()),
    ("javascript", _JAVASCRIPT, ()),
    ("javascript-test", _TEST, ()),
    ("java", _JAVA, ()),
    ("go", _GO, ()),
    ("c", _C, ()),
    ("shell-script-with-curl", _SHELL, ()),
    ("dockerfile", _DOCKERFILE, ()),
    ("yaml-manifest", _YAML, ()),
    ("yaml-compose", _COMPOSE, ()),
    ("toml", _TOML, ()),
    ("properties", _PROPERTIES, ()),
    ("nginx-configuration", _NGINX, ()),
    ("terraform", _TERRAFORM, ()),
    ("protobuf-schema", _PROTO, ()),
    ("css", _CSS, ()),
    ("makefile", _MAKE, ()),
    ("sql-inserts", _SQL, ()),
    ("sql-copy", _COPY, ()),
    ("git-diff", _DIFF, ()),
    ("git-diff-of-jsonl", _JSON_DIFF, ()),
    ("git-log", _LOG, ()),
    ("http-request", _HTTP, ()),
    ("ldif", _LDIF, ()),
)

_PACKAGE = """{
  "name": "orders",
  "version": "2.4.0",
  "scripts": {
    "start": "node index.js",
    "test": "jest"
  },
  "dependencies": {
    "kafkajs": "^2.2.4"
  }
}
"""

_NOTEBOOK = """{
 "cells": [
  {
   "cell_type": "code",
   "source": ["orders = {\\"id\\": 17}\\n", "orders"],
   "outputs": []
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""

_METADATA = """{"originating_broker":{"id":1,"name":"localhost:9092/1"},"query":{"topic":"*"},"controllerid":1,\
"brokers":[{"id":1,"name":"localhost:9092"}],"topics":[{"topic":"orders","partitions":[\
{"partition":0,"leader":1,"replicas":[{"id":1}],"isrs":[{"id":1}]}]}]}
"""

_OPENAPI = """{
    "openapi": "3.1.0",
    "info": {"title": "orders", "version": "2.4.0"},
    "paths": {
        "/orders/{id}": {"get": {"responses": {"200": {"description": "the order"}}}}
    }
}
"""

#: name, text: each is one JSON document
DOCUMENTS = (
    ("package-json", _PACKAGE),
    ("notebook", _NOTEBOOK),
    ("kcat-metadata-json", _METADATA),
    ("openapi", _OPENAPI),
)
