package testengines

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// StartProtocolServer starts the command of eventstore/eventstoredb/esdbtest, which the caller has built, as the EventStoreDB of
// people who have none. Its log is a file of its folder. Tests that need no process of its own start it in themselves, by that
// package: it is no substitute for what [EventStoreDB] finds.
func StartProtocolServer(ctx context.Context, built string, o Options) (*Server, error) {
	return start(ctx, protocol{built}, o)
}

type protocol struct{ built string }

func (p protocol) name() string        { return NameEventStoreDB }
func (p protocol) account() account    { return account{uid: os.Getuid(), gid: os.Getgid()} }
func (p protocol) crash() string       { return "KILL" }
func (p protocol) url(port int) string { return "esdb://" + address(port) + "?tls=false" }

func (p protocol) prepare(ctx context.Context, dir string, port int) (program, error) {
	cmd := p.account().command(context.WithoutCancel(ctx), dir, p.built, "--listen", address(port), "--data", filepath.Join(dir, "log.esdb"))
	return program{cmd, syscall.SIGTERM}, nil
}

// ready finds that somebody listens: it reads its file before.
func (p protocol) ready(ctx context.Context, _ string, port int, l *life) (int, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address(port))
	if err != nil {
		return 0, err
	}
	return l.cmd.Process.Pid, conn.Close()
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
