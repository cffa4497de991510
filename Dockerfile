# One image for every role of Gridbeat: `serve`, `ingest`, `migrate` are commands of it.

FROM node:24-slim AS web
WORKDIR /src/web_console
COPY web_console/package.json web_console/package-lock.json web_console/.npmrc ./
RUN npm ci --no-audit --no-fund
# Named one by one: a checkout's own node_modules must not come in.
COPY web_console/index.html web_console/*.json web_console/*.ts ./
COPY web_console/public public
COPY web_console/src src
RUN npm run build

FROM python:3.13-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv /opt/gridbeat
WORKDIR /src
# The lock holds every extra; as a constraint it pins, with hashes, just what the roles need.
COPY pyproject.toml requirements.lock README.md ./
COPY console_server/__init__.py console_server/
COPY telemetry_ingest/__init__.py telemetry_ingest/
COPY simulators/__init__.py simulators/
RUN VIRTUAL_ENV=/opt/gridbeat uv pip install --no-cache --constraint requirements.lock . \
    && VIRTUAL_ENV=/opt/gridbeat uv pip uninstall gridbeat

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app gridbeat \
    && install -d -o gridbeat -g gridbeat /etc/gridbeat /app
COPY --from=packages /opt/gridbeat /opt/gridbeat
WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY console_server console_server
COPY telemetry_ingest telemetry_ingest
COPY simulators simulators
COPY --from=web /src/web_console/dist web_console/dist
# Editable: the server finds the console's pages beside its own package.
RUN pip install --no-cache-dir uv==0.13.9 \
    && VIRTUAL_ENV=/opt/gridbeat uv pip install --no-cache --no-deps --editable . \
    && pip uninstall --yes --quiet uv
ENV PATH=/opt/gridbeat/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER gridbeat
EXPOSE 8080
ENTRYPOINT ["gridbeat"]
CMD ["serve"]
