#!/bin/bash
# Makes what stack.yml needs and nobody may know: the key of the first admin, passwords, a certificate authority and the
# certificates that it signs. What is there already is kept, so a second run makes what is missing, or what was removed to be
# rotated. It prints the commands that hand them to Docker, and runs none of them:
#
#   deploy/secrets.sh secrets fleet.example.org            # look at what it would do
#   deploy/secrets.sh secrets fleet.example.org | sh       # on a manager of the swarm
#
# Keep the folder where your secrets are kept, ca.key first of all: whoever has it can be any engine. A secret in Docker is never
# changed: rotating one is a new version, VERSION=2 here and in stack.yml (docs/operations.md, "Secrets").
set -euo pipefail
umask 077

(($# == 2)) || { echo "usage: $0 FOLDER HOST, where HOST is the name under which people reach Fleetbeat" >&2; exit 2; }
folder=$1 host=$2 version=${VERSION:-1}
fleetbeat=${FLEETBEAT:-fleetbeat}
mkdir -p "$folder"
cd "$folder"

made() { # made FILE COMMAND…: keeps what is there, and leaves nothing half done
  local file=$1
  shift
  [[ -s $file ]] && return
  "$@" >"$file.partial"
  mv "$file.partial" "$file"
  echo "made $file" >&2
}

password() { openssl rand -hex 24; } # letters and digits alone: they need no escaping anywhere

certificate() { # certificate NAME COMMON-NAME HOST…: a key and a certificate that is good for server and client
  local name=$1 common=$2 san= host
  shift 2
  for host in "$@"; do
    local kind=DNS
    [[ $host =~ ^[0-9.]+$|: ]] && kind=IP
    san+=${san:+,}$kind:$host
  done
  [[ -s $name.crt && -s $name.key ]] && return
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=$common" |
    openssl x509 -req -days 825 -CA ca.crt -CAkey ca.key -CAcreateserial -out "$name.crt" -extfile <(
      printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=%s\n' "$san"
    ) 2>/dev/null
  echo "made $name.crt and $name.key, for $san" >&2
}

made admin_key "$fleetbeat" keys generate
for name in events_password elastic_password fleet_password relations_password; do made "$name" password; done

if [[ ! -s ca.crt || ! -s ca.key ]]; then
  openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=Fleetbeat engines' -keyout ca.key -out ca.crt \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
  echo 'made ca.crt and ca.key' >&2
fi
certificate esdb eventstoredb-node esdb1 esdb2 esdb3 localhost # EventStoreDB's nodes know each other by this name
certificate es es es1 es2 es3 localhost
certificate postgres postgres postgres localhost
# For the first tries: browsers do not know this authority. Put your own here, of one that they know, before you hand it to Docker.
certificate ingress "$host" "$host"

for name in admin_key events_password elastic_password fleet_password relations_password \
  esdb.crt esdb.key es.crt es.key postgres.crt postgres.key ingress.crt ingress.key; do
  echo "docker secret create fleetbeat_${name/./_}_$version $PWD/$name"
done
echo "docker config create fleetbeat_ca_crt_$version $PWD/ca.crt"
