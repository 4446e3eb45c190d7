#!/usr/bin/env bash
# Where no image registry answers: import a stand-in for the Dockerfile's base image under its name.
# It is a minimal Debian with a CPython of this machine at /usr/local. An approximation, good enough to run
# the Dockerfile and the service for real; it is never pushed anywhere.
#
# usage: base-image.sh NAME      NAME like docker.io/library/python:3.13-slim
# needs: podman, mmdebstrap, a CPython of that version (on PATH, under pyenv, or PYTHON_PREFIX=/its/prefix)
# shellcheck disable=SC2016 # $1 is expanded later: in each hook it is the new root
set -euo pipefail

name=$1
[[ $name =~ :([0-9]+\.[0-9]+)-slim$ ]] || { echo "base-image.sh: $name is no name like python:3.13-slim" >&2; exit 2; }
series=${BASH_REMATCH[1]}

find_prefix() { # the prefix of an interpreter of that series that really runs
  local python
  for python in ${PYTHON_PREFIX:+"$PYTHON_PREFIX/bin/python$series"} \
      "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$series".*/bin/"python$series" "$(command -v "python$series" || true)"; do
    [[ -x $python ]] && "$python" -c 'import sys; print(sys.base_prefix)' 2>/dev/null && return
  done
  return 1
}
prefix=$(find_prefix) || {
  echo "base-image.sh: no CPython $series on this machine; install one (pyenv install $series) or set PYTHON_PREFIX" >&2
  exit 1
}
version=$("$prefix/bin/python$series" -c 'import platform; print(platform.python_version())')
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
root=$(mktemp --suffix=.tar)
trap 'rm -f "$root"' EXIT

# What the interpreter links against, and what the real image has beside it: CA bundle, time zones, services.
packages=(ca-certificates netbase tzdata libbz2-1.0 libffi8 liblzma5 libncursesw6 libreadline8 libsqlite3-0 libssl3 libuuid1 zlib1g)
mmdebstrap --quiet --variant=minbase \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="tar -C '$prefix' --owner=0 --group=0 --exclude=./lib/python$series/test --exclude=site-packages --exclude=__pycache__ --exclude='*.a' -cf - . | tar -C \"\$1/usr/local\" -xf -" \
  --customize-hook="mkdir -p \"\$1/usr/local/lib/python$series/site-packages\"; chroot \"\$1\" ldconfig" \
  --customize-hook="chroot \"\$1\" /usr/local/bin/python$series -m ensurepip --upgrade >/dev/null 2>&1" \
  --customize-hook="cd \"\$1/usr/local/bin\" && ln -sf python$series python3 && ln -sf python$series python && ln -sf pip3 pip" \
  --customize-hook="find \"\$1/usr/local\" -name __pycache__ -prune -exec rm -rf {} +" \
  --customize-hook='rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/etc/resolv.conf "$1"/var/lib/apt/lists/*' \
  "$suite" "$root"
podman import --quiet \
  --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change "ENV PYTHON_VERSION=$version" --change 'CMD ["python3"]' "$root" "$name"
