package main

// Each subcommand says below what its flags do not: when one uses it, how it ends, and what one types. kong shows it
// under --help, wraps the text and leaves indented lines as they are: they fit into 76 columns.

// Help is what all subcommands have in common.
func (cli) Help() string {
	return `A vehicle pings; every ping is an event in an append-only log; statuses are views of that log.

First steps:

    fleetbeat demo                                     # http://localhost:8080
    curl -X POST localhost:8080/heartbeat/YS2R4X20005399401
    curl 'localhost:8080/api/v1/vehicles?status=disconnected'

Environment: each flag has a variable, named beside it, that counts where the flag is not given, for each subcommand that has
the flag. FLEETBEAT_KEY_FILE names a file that holds the API key, so that no secret stands in an environment.

Exit codes: 0 done, also when a signal ended what serves or follows; 1 it failed; 2 it was asked wrongly, and nothing was begun.

Files: fleetbeat-data/ in the folder where it is started, unless --data says otherwise.`
}

// Help is about serving.
func (serveCmd) Help() string {
	return `SIGTERM or ^C stops it, which takes at most 10 s. Whatever was answered 202 is on the disk, also
where it is killed.

Examples:

    fleetbeat serve
    fleetbeat serve --data /var/lib/fleetbeat --interval 60s --grace 30s
    fleetbeat keys create --data /srv/fb --name Anna --scopes admin
    fleetbeat serve --data /srv/fb --listen :8080 --log-format json`
}

// Help is about the demo.
func (demoCmd) Help() string {
	return `The fleet pings at random, so that vehicles fall silent and come back while one watches. Its data is kept: rm -r
fleetbeat-data begins anew. Where the folder has API keys, the fleet needs an admin's: --key-file.

Examples:

    fleetbeat demo
    fleetbeat demo --listen 127.0.0.1:9090 --data /tmp/demo`
}

// Help is about keys.
func (keysCmd) Help() string {
	return `Without --target the keys are those of a folder that nobody serves; with it, those of a server, asked with an admin's key. The
first key closes a log for good: nobody is let in without one any more, and then Fleetbeat may be reached from elsewhere. Whoever has
lost every admin's key stops the server and makes one with --data.`
}

// Help is about making a key.
func (createKeyCmd) Help() string {
	return `The key goes to standard output, alone; everything else to standard error.

Examples:

    fleetbeat keys create --name Anna --scopes admin
    export FLEETBEAT_KEY_FILE=/etc/fleetbeat/admin.key
    fleetbeat keys create --target http://localhost:8080 \
        --name gateway --scopes ingest --customer d1d7bc3640bea6f3 >gateway.key`
}

// Help is about a key for a deployment.
func (generateKeyCmd) Help() string {
	return `It lets nobody in until it is stored: see keys ensure.

Examples:

    fleetbeat keys generate >admin.key
    fleetbeat keys generate | docker secret create fleetbeat_admin_key_1 -`
}

// Help is about storing a deployment's key.
func (ensureKeyCmd) Help() string {
	return `It may run at each start, and several at once: the key is stored once. One that was revoked stays so, which is no error.
What it may do does not change: other scopes than it was stored with are refused.

Examples:

    fleetbeat keys generate >admin.key
    fleetbeat keys ensure --data /srv/fb --secret-file admin.key \
        --name bootstrap --scopes admin`
}

// Help is about health checks.
func (healthCmd) Help() string {
	return `Exit codes: 0 it is well, 1 it is not or nobody answers, 2 it was asked wrongly. As a container's health check
ask whether it has started: one that was never ready then takes no other's place in an update, and one that was is not killed because
an engine is down. FLEETBEAT_LISTEN is the server's own variable: where it
is set, both go by it.

Examples:

    fleetbeat health
    fleetbeat health --listen 127.0.0.1:9090 --ask started`
}

// Help is about the classic fleet at a server.
func (simulateClassicCmd) Help() string {
	return `It waits until the target is ready, registers the fleet where it is not known (which needs an admin's key, where there are
keys), and pings at random around the timeout that the target's settings say.

Examples:

    fleetbeat simulate classic --target http://127.0.0.1:8080 \
        --key-file admin.key`
}

// Help is about listing keys.
func (listKeysCmd) Help() string {
	return `Examples:

    fleetbeat keys list
    fleetbeat keys list --target https://fleet.example --json`
}

// Help is about revoking a key.
func (revokeKeyCmd) Help() string {
	return `The last key with the scope admin cannot be revoked: make another one first.

Examples:

    fleetbeat keys revoke --target http://localhost:8080 x3k2m5qa`
}

// Help is about importing.
func (importCmd) Help() string {
	return `All or nothing: a file with one bad line changes nothing. Problems are printed as FILE:line: reason and the exit code is
1, also with --dry-run. Sending the same file again changes nothing.

Examples:

    fleetbeat import fleet.csv --dry-run
    fleetbeat import fleet.csv --target https://fleet.example
    export-from-elsewhere | fleetbeat import -`
}

// Help is about the log.
func (logCmd) Help() string {
	return `It reads the folder beside the server and disturbs nobody.

Examples:

    fleetbeat log --stream vehicle-YS2R4X20005399401
    fleetbeat log --stream connections --follow
    fleetbeat log --json --from 1000 | jq 'select(.type == "key.revoked.v1")'`
}

// Help is about rebuilding.
func (rebuildCmd) Help() string {
	return `Nothing is lost: what a view holds is in the log (of latest, locations and readings as long as heartbeats are kept). Where
a server owns the folder, it builds the view and serves the old one meanwhile.

Examples:

    fleetbeat rebuild fleet
    fleetbeat rebuild timeline --data /var/lib/fleetbeat`
}

// Help is about backups.
func (backupCmd) Help() string {
	return `The copy has been read whole when it gets its name; a file that is there is whole. What was answered before the command
began is in it.

Examples:

    fleetbeat backup /backups/monday.db --data /var/lib/fleetbeat
    fleetbeat backup small.db --compact`
}

// Help is about restoring.
func (restoreCmd) Help() string {
	return `Never serve the folder that was lost and the restored one: they are two branches of one log.

Examples:

    fleetbeat restore /backups/monday.db --data restored
    fleetbeat serve --data restored`
}

// Help is about playing a fleet.
func (simulateRunCmd) Help() string {
	return `It registers its vehicles at the target, so do not point it at a fleet that matters. With --truth it exits with 1 where the
target told a transition that what was played does not explain.

Examples:

    fleetbeat simulate --vehicles 10000 --duration 5m
    fleetbeat simulate --target https://fleet.example --key-file admin.key \
        --vehicles 100000 --truth played.ndjson`
}

// Help is about checking what was played.
func (simulateCheckCmd) Help() string {
	return `Examples:

    fleetbeat simulate check --truth played.ndjson`
}

// Help is about measuring.
func (benchCmd) Help() string {
	return `It starts servers of its own in a folder of its own and touches no other. What is missed while other processes take the
processors is called noisy. It exits with 0 whatever the verdicts are.

Examples:

    fleetbeat bench --quick
    fleetbeat bench --list
    fleetbeat bench ping upload --rounds 7 --markdown`
}

// Help is about completion.
func (completionCmd) Help() string {
	return `The script asks the binary, so it need not be made again after an upgrade.

Examples:

    source <(fleetbeat completion bash)      # in ~/.bashrc; zsh likewise
    fleetbeat completion fish >~/.config/fish/completions/fleetbeat.fish`
}

// Help is about the version.
func (versionCmd) Help() string {
	return `Examples:

    fleetbeat version
    fleetbeat version --json | jq -r .commit`
}
