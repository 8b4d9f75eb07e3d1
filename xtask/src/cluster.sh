# A PostgreSQL cluster for as long as standard input stays open: it is gone again whatever happens to who started it.
# Usage: cluster.sh BIN_FOLDER quick|durable. Prints the folder of its socket once it answers. A quick one forgets what it
# wrote where the machine breaks down; a durable one has PostgreSQL's own settings.
set -eu
trap '' INT TERM HUP
export LC_ALL=C
bin=$1
dir=$(mktemp -d /tmp/storecast-pg-XXXXXX)
cd "$dir"

finish() {
    "$bin/pg_ctl" stop --silent --pgdata="$dir/data" --mode=immediate >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap finish EXIT

"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
options="-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=300"
if [ "$2" = quick ]; then
    options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
fi
# Its own descriptors are closed: a pipe of ours that it held open would never end.
"$bin/pg_ctl" start --silent --wait --pgdata="$dir/data" --log="$dir/log" --options="$options" </dev/null >/dev/null 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
echo "$dir"
cat >/dev/null || true
