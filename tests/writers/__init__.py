"""Writer models: what the tools print for a record, in pure Python; the real tools are their judges (test_*_model.py).

``records``
    ``KafkaRecord`` and hypothesis strategies: ``json_payloads``, ``broken_payloads``, ``keys``, ``values``,
    ``headers``, ``records``, ``topics_of_records``. ``avoid=(b"\\n",)`` keeps byte strings out.
``kcat``
    ``render(format_string, record)``, ``render_default(record, key_separator, delimiter, Z)``, ``render_json(record)``,
    ``jq(object, style)``, the notices, ``merge_streams(stdout, notices)`` for ``2>&1``. Format strings and
    delimiters are what stands in the argument vector.
``console_consumer``
    ``Options``, ``render(record, options, version)``, ``render_confluent``, the lines that are no records,
    ``options_for(version)``.
"""
