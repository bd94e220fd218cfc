# Two stages: the web pages, then the application with its models inside (it runs without a network).
FROM node:24-bookworm-slim AS web
WORKDIR /web
COPY web_agent/package.json web_agent/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web_agent/ ./
RUN npm run build

FROM python:3.11-slim-bookworm
WORKDIR /app
COPY requirements/bootstrap.txt requirements/runtime.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
 && .venv/bin/uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements/runtime.txt
ENV PATH=/app/.venv/bin:$PATH XDG_CACHE_HOME=/models PYTHONUNBUFFERED=1
COPY . .
RUN uv pip install --no-cache --offline --no-deps --no-build-isolation --python .venv/bin/python -e . \
 && tingzhi models fetch \
 && useradd --system --home /data tingzhi && mkdir /data && chown tingzhi /data
COPY --from=web /web/dist web_agent/dist
USER tingzhi
EXPOSE 8000
CMD ["tingzhi", "serve"]
