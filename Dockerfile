# The monitor in an image: one for all its processes. docs/deploy.md says how it is run; compose.yaml runs it.
# Nothing is written at run time but DATA_DIR and TMPDIR, so the root file system may be read-only.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /opt/monitor
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.txt
COPY setup.cfg pyproject.toml README.md LICENSE app.yml gunicorn.conf.py ./
COPY app/ app/
COPY handlers/ handlers/
COPY verifier/ verifier/
COPY checks/ checks/
COPY sandbox/ sandbox/
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/python -m compileall -q app handlers verifier checks

FROM python:3.11-slim
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
RUN groupadd --gid 10001 monitor \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin monitor \
    && install -d -o 10001 -g 10001 -m 0700 /data /run/monitor
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/monitor /opt/monitor
WORKDIR /opt/monitor
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/run/monitor \
    BEAT_FILE=/run/monitor/beat \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8750 \
    LOG_FORMAT=json
USER 10001:10001
EXPOSE 8750
STOPSIGNAL SIGTERM
# Of the web process; whoever starts a worker or a clock names that instead, as compose.yaml does.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["artifact-monitor", "alive", "web"]
CMD ["gunicorn", "-c", "gunicorn.conf.py"]
