# One image for web, worker, beat, migrate and the simulator; the compose file says which.
FROM python:3.13-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt .
# Wheels only: what has none does not belong into the image.
RUN pip install --no-cache-dir --no-compile --only-binary=:all: --require-hashes \
    --prefix=/packages -r requirements.txt

FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=likelist.settings \
    LIKELIST_DATA=/data
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data likelist \
    && install -d -m 0700 -o likelist -g likelist /data
COPY --from=packages /packages /usr/local
WORKDIR /app
COPY . .
# The secrets that this step makes for itself leave with its data directory.
RUN LIKELIST_DATA=/tmp/building python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/building \
    && python -m compileall -q /usr/local/lib/python3.13/site-packages /app
USER 10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "likelist.wsgi:application", "--bind", "0.0.0.0:8000", "--preload", \
    "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "60", \
    "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
