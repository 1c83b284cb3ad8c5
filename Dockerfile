# docker build -t dumpfix . && docker run --rm -i dumpfix convert < dump.txt > events.jsonl
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir '/src[kafka]' && rm -rf /src
USER nobody
WORKDIR /work
ENTRYPOINT ["dumpfix"]
