#!/usr/bin/env bash
# Armadillo, a compiler, the C++ test library and a browser for the tests from Debian, where they are missing.
set -euo pipefail
packages=(g++ make python3-venv libarmadillo-dev catch2 chromium)
missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep --quiet 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
sudo=""
if [ "$(id --user)" -ne 0 ]; then sudo="sudo"; fi
if ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]}. This is not a Debian system: install their equivalents by hand, then run make again." >&2
  exit 1
fi
echo "Installing from Debian: ${missing[*]}"
$sudo apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" >/dev/null
