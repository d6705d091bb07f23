#!/usr/bin/env bash
# Starts a PostgreSQL server of its own and three silos over it on this machine, for whoever wants to see a cluster. Ctrl-C ends all of it.
# Everything lies in a folder that is made anew. Needs the .NET SDK and PostgreSQL's programs (Debian: postgresql), on loopback only.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d -t cooperanet-three.XXXXXX)
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
PATH=${bin:+$bin:}$PATH
as=()
[ "$(id -u)" = 0 ] && as=(setpriv --reuid nobody --regid nogroup --clear-groups) && chown nobody "$folder" # PostgreSQL refuses to run as root
password=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
(umask 077; echo "$password" > "$folder/password")
[ "$(id -u)" = 0 ] && chown nobody "$folder/password"

silos=() database=
# The silos first: they hand over and write until their end.
end() {
  for process in "${silos[@]}" $database; do kill -TERM "$process" 2>/dev/null && wait "$process" || true; done
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 0' INT TERM

"${as[@]}" initdb -D "$folder/database" -U exchange -A scram-sha-256 --pwfile "$folder/password" -E UTF8 --locale=C > "$folder/initdb.log"
"${as[@]}" postgres -D "$folder/database" -c listen_addresses=127.0.0.1 -c port=15432 -c unix_socket_directories= > "$folder/postgres.log" 2>&1 &
database=$!
until PGPASSWORD=$password psql -qh 127.0.0.1 -p 15432 -U exchange -d postgres -c 'CREATE DATABASE exchange' 2>/dev/null; do kill -0 $database; sleep 0.2; done

dotnet build -c Release -v quiet -nologo src/Silo
program=$(ls artifacts/bin/CooperaNet.Matching.Silo/release/CooperaNet.Matching.Silo.dll)
mkdir "$folder/data"
export ASPNETCORE_ENVIRONMENT=Development Matching__Partitions=6 SignIn__Address=http://127.0.0.1:8080 Storage__Provider=PostgreSql Storage__Directory="$folder/data"
export Storage__ConnectionString="Host=127.0.0.1;Port=15432;Database=exchange;Username=exchange;Password=$password"
for silo in 0 1 2; do
  Gateway__JsonPort=$((8080 + 10 * silo)) Gateway__GrpcPort=$((8081 + 10 * silo)) Cluster__SiloPort=$((11111 + silo)) Cluster__GatewayPort=$((30000 + silo)) Telemetry__Port=$((9464 + silo)) \
    dotnet "$program" > "$folder/silo-$silo.log" 2>&1 &
  silos+=($!)
  until curl -sf "http://127.0.0.1:$((8080 + 10 * silo))/health/ready" > /dev/null; do kill -0 "${silos[-1]}" || { cat "$folder/silo-$silo.log"; exit 1; }; sleep 0.2; done
  echo "silo $silo: process ${silos[-1]}, JSON http://127.0.0.1:$((8080 + 10 * silo)), metrics and dashboard http://127.0.0.1:$((9464 + silo))/dashboard, log $folder/silo-$silo.log"
done
cat <<TRY

Ask any of them, end one (kill -9 ${silos[1]}), and ask again:
  curl http://127.0.0.1:8080/v1/suggestions:preview -H 'content-type: application/json' -d '{"need":{"title":"Alerta temprana de inundaciones"}}'
Load, in another terminal:
  dotnet run -c Release --project bench -- load http://127.0.0.1:8081 http://127.0.0.1:8101 --rate 20 --folder $folder/data
Ctrl-C ends all of them.
TRY
wait
