package testengines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// database is the one that a Postgres of ours has; its user may make more.
const database = "fleetbeat"

// statusLine is where postmaster.pid says whether the server takes connections, as pg_ctl -w reads it.
const statusLine = 7

// StartPostgres starts the Postgres that this machine has, as user postgres where we are root, with its data synced to disk like
// anywhere else. Its user fleetbeat owns it and needs no password. The error says what is missing where there is none.
func StartPostgres(ctx context.Context, o Options) (*Server, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	runs, err := accountFor("postgres", "nobody")
	if err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return start(ctx, postgres{bin, runs}, o)
}

// postgresBin returns the folder of Debian's newest Postgres, or of the one in the path: Debian keeps the server out of it.
func postgresBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		if err != nil {
			return "", errors.New("there is no Postgres here: `make deps` installs Debian's package postgresql")
		}
		found = []string{path}
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// version is the number in /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 anywhere else
	return n
}

type postgres struct {
	bin  string
	runs account
}

func (p postgres) name() string     { return NamePostgres }
func (p postgres) account() account { return p.runs }
func (p postgres) crash() string    { return "QUIT" } // the postmaster takes its children along

func (p postgres) url(port int) string {
	return "postgres://fleetbeat@" + address(port) + "/" + database + "?sslmode=disable"
}

// prepare makes a cluster at the first start. It sorts by the rules of a language, as an operator's may: a query that relies on the
// order of bytes says so (COLLATE "C"), or fails here.
func (p postgres) prepare(ctx context.Context, dir string, port int) (program, error) {
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
		if err := p.initialise(ctx, dir, data); err != nil {
			return program{}, err
		}
	} else if err != nil {
		return program{}, err
	}
	cmd := p.runs.command(context.WithoutCancel(ctx), dir, filepath.Join(p.bin, "postgres"), "-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", // a socket's path is at most 107 bytes, and a folder's may be more
		"-c", "max_connections=300", // packages are tested beside one another
		"-c", "log_checkpoints=off",
	)
	return program{cmd, syscall.SIGINT}, nil
}

// initialise makes the cluster beside its place and moves it there when it is whole.
func (p postgres) initialise(ctx context.Context, dir, data string) error {
	made := data + ".new"
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	initdb := p.runs.command(ctx, dir, filepath.Join(p.bin, "initdb"), "-D", made, "-A", "trust", "-U", "fleetbeat",
		"--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("make a cluster: %w: %s", err, out)
	}
	single := p.runs.command(ctx, dir, filepath.Join(p.bin, "postgres"), "--single", "-D", made, "postgres")
	single.Stdin = strings.NewReader("CREATE DATABASE " + database + "\n")
	if out, err := single.CombinedOutput(); err != nil {
		return fmt.Errorf("create a database: %w: %s", err, out)
	}
	return os.Rename(made, data)
}

// ready reads what the postmaster says of itself. What a killed one left there has another process id.
func (p postgres) ready(_ context.Context, dir string, _ int, l *life) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(text), "\n")
	if pid := strconv.Itoa(l.cmd.Process.Pid); lines[0] != pid || len(lines) <= statusLine || strings.TrimSpace(lines[statusLine]) != "ready" {
		return 0, fmt.Errorf("its process %s does not say that it is ready", pid)
	}
	return l.cmd.Process.Pid, nil
}
