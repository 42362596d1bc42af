#!/bin/bash
# Gives Elasticsearch the user that Fleetbeat asks as, who may touch the fleet view and nothing else. It runs in Elasticsearch's
# image, once a deployment (stack.yml), as often as one likes: the same answer each time, a new password included.
set -euo pipefail

url=${ELASTICSEARCH_URL:?} ca=${CA_FILE:?}
elastic=$(<"${ELASTIC_PASSWORD_FILE:?}") password=$(<"${FLEET_PASSWORD_FILE:?}")
[[ $password =~ ^[A-Za-z0-9]{16,}$ ]] || { echo 'the password of the fleet view must be 16 letters and digits or more' >&2; exit 1; }

# Secrets go by a file that only curl reads: a command line is for all to see. No here-document: there is no /tmp to write it to.
put() {
  curl --silent --show-error --fail --output /dev/null --max-time 10 --cacert "$ca" --header 'Content-Type: application/json' \
    --config <(printf 'user = "elastic:%s"\n' "$elastic") --request PUT --data @- "$url/_security/$1"
}
role='{"cluster":["monitor"],"indices":[{"names":["fleet","fleet-*"],"privileges":["all"]}]}'
user="{\"password\":\"$password\",\"roles\":[\"fleetbeat\"],\"full_name\":\"The fleet view of Fleetbeat\"}"

for _ in {1..60}; do
  if printf %s "$role" | put role/fleetbeat && printf %s "$user" | put user/fleetbeat; then
    echo 'the user fleetbeat is there'
    exit 0
  fi
  sleep "${RETRY_SECONDS:-5}" # the cluster forms, or elects
done
echo 'Elasticsearch did not take the user' >&2
exit 1
