"""Pulp's settings for the end-to-end tests; Pulp reads this file by PULP_SETTINGS."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

_server = urlsplit(os.environ["DATABASE_URL"])
_folder = os.environ["E2E_PULP_FOLDER"]

SECRET_KEY = "only for the end-to-end tests, on loopback"
CONTENT_ORIGIN = os.environ["E2E_PULP_CONTENT"]
PYPI_API_HOSTNAME = os.environ["E2E_PULP_URL"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["E2E_PULP_DATABASE"],
        "USER": unquote(_server.username or "postgres"),
        "PASSWORD": unquote(_server.password or ""),
        "HOST": _server.hostname or parse_qs(_server.query).get("host", [""])[0],
        "PORT": str(_server.port or 5432),
    }
}
DEPLOY_ROOT = _folder
MEDIA_ROOT = f"{_folder}/media/"
STATIC_ROOT = f"{_folder}/static/"
WORKING_DIRECTORY = f"{_folder}/tmp"
FILE_UPLOAD_TEMP_DIR = f"{_folder}/tmp"
DB_ENCRYPTION_KEY = f"{_folder}/key"
CACHE_ENABLED = False
ANALYTICS = False
TOKEN_AUTH_DISABLED = False
TOKEN_SERVER = f"{os.environ['E2E_PULP_URL']}/token/"
TOKEN_SIGNATURE_ALGORITHM = "ES256"
PUBLIC_KEY_PATH = f"{_folder}/token.pub"
PRIVATE_KEY_PATH = f"{_folder}/token.key"
