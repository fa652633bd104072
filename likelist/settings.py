"""Settings: one file, everything from the environment or from what `make run` decided."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from likelist import runenv
from likelist.env import Env
from providers.address import allowed_hosts
from providers.errors import BadConfiguration
from providers.registry import SERVICES

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = BASE_DIR / (os.environ.get("LIKELIST_DATA") or "var")  # an absolute path stays one

SECRETS = ("SECRET_KEY", "TOKEN_KEYS")
if not all(Env(os.environ).has(name) for name in SECRETS):
    runenv.ensure(DATA)

DECIDED = runenv.load(DATA, os.environ)
env = Env(os.environ, DECIDED)

# Core

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
TOKEN_KEYS = env.keys("TOKEN_KEYS")
for name in SECRETS:
    if not env.has(name):
        raise ImproperlyConfigured(f"{name} is not set: see .env.example.")
SITE_URL = env.url("SITE_URL", f"http://127.0.0.1:{env.count('PORT', 8000, least=1)}")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", f"127.0.0.1,localhost,{urlsplit(SITE_URL).hostname}")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SIGNUPS = env.choice("SIGNUPS", "open", ("open", "invite", "closed"))
ROOT_URLCONF = "likelist.urls"
WSGI_APPLICATION = "likelist.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "likelist.apps.Roof",
    "harvester",
    "archive",
    "accounts",
    "django_htmx",
    "csp",
    # The desk is put together with its addresses: commands and workers have no use for it.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.PrivatePages",
    "accounts.middleware.OwnDays",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.page",
                "harvester.context.source_state",
            ],
            "builtins": ["django_htmx.templatetags.django_htmx"],
        },
    }
]

# Data

DATABASES = {
    "default": {
        **environ.Env.db_url_config(
            env.service("DATABASE_URL", "postgresql:///likelist", ("postgresql", "postgres"))
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5,
    application_name="likelist",
    options="-c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s",
)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The page of imports has a handler of its own. No other page takes files: what is sent there
# all the same is never written to disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
TEMPORARY = DATA / "tmp"
S3 = {
    "bucket_name": env.text("S3_BUCKET"),
    "endpoint_url": env.url("S3_ENDPOINT_URL", "") or None,
    "region_name": env.text("S3_REGION") or None,
    "access_key": env.text("S3_ACCESS_KEY_ID") or None,
    "secret_key": env.text("S3_SECRET_ACCESS_KEY") or None,
    "signature_version": "s3v4",
    "addressing_style": "path",
    "querystring_expire": 300,
    "default_acl": None,
    "file_overwrite": True,
}
S3_PUBLIC_URL = env.url("S3_PUBLIC_URL", "")
FILES = {
    "BACKEND": "archive.storage.Files",
    "OPTIONS": {"location": DATA / "media"},
}
STORAGES = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": S3}
    if env.has("S3_BUCKET")
    else FILES,
    # Whoever collects them need not be who serves them, and everybody may see them.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [*global_settings.STATICFILES_FINDERS, "likelist.joined.Joined"]

# People

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:signin"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
# Where a person goes who has just come back from a service.
SIGNED_IN_URL = "harvester:welcome"

# Upstream services

UPSTREAM = {name: env.text(name) for built in SERVICES.values() for name in built.variables}
# What an operator opens comes beside the stand-in, not in its place.
UPSTREAM["FETCH_ALLOW_PRIVATE_HOSTS"] = ",".join(
    filter(None, (env.text("FETCH_ALLOW_PRIVATE_HOSTS"), DECIDED.get("FETCH_ALLOW_PRIVATE_HOSTS")))
)
try:
    FETCH_ALLOW_PRIVATE_HOSTS = allowed_hosts(UPSTREAM["FETCH_ALLOW_PRIVATE_HOSTS"])
    services = [builder.from_values(UPSTREAM) for builder in SERVICES.values()]
except BadConfiguration as exc:
    raise ImproperlyConfigured(str(exc)) from None

# Security

PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{PREFIX}session"
CSRF_COOKIE_NAME = f"{PREFIX}csrf"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether other names of the domain speak TLS too is not ours to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", *([S3_PUBLIC_URL] if S3_PUBLIC_URL else [])],
        "media-src": ["'self'", *([S3_PUBLIC_URL] if S3_PUBLIC_URL else [])],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *(one.consent.origin for one in services if one.consent)],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

MEDIA_CONCURRENCY = env.count("MEDIA_CONCURRENCY", 16, least=1)

# The workshop's clockwork

TICK_INTERVAL = timedelta(seconds=env.number("TICK_INTERVAL", 5, least=0.1))
VISIT_INTERVAL_MIN = timedelta(seconds=env.number("VISIT_INTERVAL_MIN", 900, least=1))
VISIT_INTERVAL_MAX = timedelta(seconds=env.number("VISIT_INTERVAL_MAX", 86_400, least=1))
CRAWL_REQUEST_INTERVAL = timedelta(seconds=env.number("CRAWL_REQUEST_INTERVAL", 0.2))
# None: as many as each service grants.
CRAWL_REQUESTS_PER_HOUR = (
    env.count("CRAWL_REQUESTS_PER_HOUR", 0, least=1) if env.has("CRAWL_REQUESTS_PER_HOUR") else None
)
CRAWL_LEASE = timedelta(seconds=env.number("CRAWL_LEASE", 90, least=1))
if VISIT_INTERVAL_MIN > VISIT_INTERVAL_MAX:
    raise ImproperlyConfigured("VISIT_INTERVAL_MIN has to be at most VISIT_INTERVAL_MAX.")
BACKOFF_CAP = timedelta(seconds=env.number("BACKOFF_CAP", 3_600, least=1))
REDIS_URL = env.service(
    "REDIS_URL", "redis://127.0.0.1:6379/0", ("redis", "rediss", "redis+socket")
)
# Who rings finds it by this name; loaded at once it is a sixth of a command's start.
os.environ.setdefault("CELERY_CONFIG_MODULE", "likelist.doorbell")

# Language, time, log

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "urllib3": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        # At DEBUG it prints whole contexts, with addresses that carry a sign-in's code.
        "django.template": {"level": "INFO"},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
