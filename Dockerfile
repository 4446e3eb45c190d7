# How it is built, run and updated: docs/container.md. What it must do: tests/container/run.sh.

# The base by its digest; docs/container.md says how to move it.
ARG BASE=docker.io/library/python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${BASE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1
RUN python -m venv --without-pip /opt/tracker && python -m venv --without-pip /opt/build
WORKDIR /src
# The dependencies are installed in a layer of their own, which stays in the cache when the code changes. Every file is
# checked by its hash. feedgen alone is published without a wheel, so nothing else may need building. /opt/build holds the
# tool that writes the bill of materials, and is not copied into the image. Notices (apprise), PostgreSQL (psycopg) and
# buckets (obstore) are always there; --build-arg PARQUET=1 adds PyArrow, 175 MB, for `tracker export`.
COPY requirements.lock requirements-build.lock requirements-parquet.lock ./
RUN pip --python /opt/tracker install --no-deps --require-hashes --only-binary :all: --no-binary feedgen -r requirements.lock \
 && pip --python /opt/build install --no-deps --require-hashes --only-binary :all: -r requirements-build.lock
ARG PARQUET=
RUN test -z "$PARQUET" || pip --python /opt/tracker install --no-deps --require-hashes --only-binary :all: -r requirements-parquet.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY docs docs
COPY tracker tracker
# `pip check` stops the build when requirements.lock lags behind pyproject.toml. The bytecode is made here because
# the root file system is read-only later, and is never compared with its source, whose times COPY may change.
RUN pip --python /opt/tracker install --no-deps . \
 && pip --python /opt/tracker check \
 && /opt/build/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --short-PURLs \
      --output-file /opt/tracker/sbom.cdx.json /opt/tracker/bin/python \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/tracker/lib

FROM ${BASE}
# A fixed uid, so that an operator can give a folder of the host to it. The base image ships the standard library
# without bytecode, which every health check would then compile anew; and pip, which nothing here may use.
RUN groupadd --gid 10001 tracker \
 && useradd --uid 10001 --gid tracker --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --no-log-init tracker \
 && install -d -o tracker -g tracker -m 0750 /data \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3.13/site-packages/pip* /usr/local/lib/python3.13/ensurepip \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x '/(test|idlelib|tkinter|turtledemo|pydoc_data|lib-dynload|config-[^/]*)/' /usr/local/lib/python3.13
COPY --from=builder /opt/tracker /opt/tracker
ENV PATH=/opt/tracker/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/tmp \
    TRACKER_DATA_DIR=/data \
    TRACKER_WEB__HOST=0.0.0.0
# That of pyproject.toml, which tests compare.
ARG VERSION=0.1.0
ARG REVISION=unknown
# Where the source of this image is; empty where nobody says.
ARG SOURCE=
LABEL org.opencontainers.image.title="arxiv-code-tracker" \
      org.opencontainers.image.description="Tracks which arXiv AI papers really shipped open code, and publishes them as a feed" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["tracker", "health"]
ENTRYPOINT ["tracker"]
CMD ["run"]
