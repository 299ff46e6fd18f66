#!/bin/sh
# Browser tests want Chromium: take the one that is there, install Debian's when we may,
# else say loudly that they will be skipped. With KEPT_NEEDS_BROWSER set, that is an error.
set -u
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's chromium for the browser tests …"
    apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends chromium >/dev/null && exit 0
fi
echo "************************************************************************" >&2
echo "* No Chromium here and no right to install one: BROWSER TESTS ARE SKIPPED" >&2
echo "************************************************************************" >&2
[ -z "${KEPT_NEEDS_BROWSER:-}" ]
