# feedbot in a container: docs/operating.md says how it is run, compose.yaml does it.
#
# The first stage has the tools that build; the second has Python, feedbot, and nothing to build or install with.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# What may be added with --build-arg: EXTRAS="llm" for summaries by a language model.
ARG EXTRAS=""
COPY requirements/ requirements/
# Every package is checked against its hash; those that come as source are built with the pinned tools.
RUN pip install --require-hashes -r requirements/build.txt \
 && pip wheel --require-hashes --no-deps --no-build-isolation -r requirements/run.txt -w /wheels \
 && for extra in $EXTRAS; do \
      pip wheel --require-hashes --no-deps --no-build-isolation -r requirements/$extra.txt -w /wheels || exit 1; done
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip wheel --no-deps --no-build-isolation . -w /wheels \
 && python -m venv --without-pip /opt/feedbot \
 && pip --python /opt/feedbot/bin/python install --no-index --no-deps /wheels/*.whl

FROM python:3.12-slim-bookworm
RUN rm -rf /usr/local/lib/python3.12/site-packages/* /usr/local/lib/python3.12/ensurepip /usr/local/bin/pip* \
 && groupadd --system --gid 10001 feedbot \
 && useradd --system --uid 10001 --gid feedbot --no-create-home --home-dir /data --shell /usr/sbin/nologin feedbot \
 && install -d -o feedbot -g feedbot /data
COPY --from=build /opt/feedbot /opt/feedbot
COPY config /config
ENV PATH=/opt/feedbot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FEEDBOT_CONFIG=/config \
    FEEDBOT_DATABASE__URL=sqlite:////data/feedbot.db \
    FEEDBOT_WEB__HOST=0.0.0.0
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('FEEDBOT_WEB__PORT') or 8080), timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["feedbot"]
CMD ["run"]
