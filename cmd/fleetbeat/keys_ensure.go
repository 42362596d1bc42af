package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fleetbeat/app"
	"fleetbeat/commands"
	"fleetbeat/domain"
)

// generateKeyCmd prints a fresh key that is stored nowhere.
type generateKeyCmd struct{}

// Run prints it, alone, so that a script can take it.
func (generateKeyCmd) Run(s streams) error {
	text, _ := commands.NewKeyText()
	_, err := fmt.Fprintln(s.out, text)
	return err
}

// ensureKeyCmd stores a key that a deployment brings along.
type ensureKeyCmd struct {
	keysLog
	SecretFile string   `required:"" help:"File that holds the key, as generate prints it and Docker secrets are." placeholder:"FILE"`
	Make       bool     `help:"Make the file, with a fresh key in it that is printed this once, where it is not there."`
	Name       string   `default:"bootstrap" help:"For people: whose it is, or what for." placeholder:"NAME"`
	Scopes     []string `required:"" complete:"ingest,read,admin" help:"ingest (send heartbeats, read nothing), read (change nothing), admin (everything); several with commas. The first key must have admin." placeholder:"SCOPE"`
}

// Run stores it, or finds it stored.
func (c ensureKeyCmd) Run(ctx context.Context, s streams) error {
	if c.Make {
		if err := c.makeSecret(s); err != nil {
			return fmt.Errorf("make a file with a key: %w", err)
		}
	}
	text, err := os.ReadFile(c.SecretFile)
	if err != nil {
		return fmt.Errorf("read the key: %w", err)
	}
	return c.use(ctx, true, func(ctx context.Context, keys app.Keys) error {
		before, err := keys.List()
		if err != nil {
			return err
		}
		key, err := keys.Ensure.Handle(ctx, commands.EnsureKey{Name: c.Name, Scopes: c.Scopes, Text: strings.TrimSpace(string(text))})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.err, "key %s (%s) %s\n", key.ID, key.Name, became(before, &key.Key))
		return err
	})
}

// makeSecret writes a fresh key to the file, whole or not at all, and prints it; one that is there stays.
func (c ensureKeyCmd) makeSecret(s streams) (err error) {
	file, err := os.CreateTemp(filepath.Dir(c.SecretFile), filepath.Base(c.SecretFile)+".*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	text, _ := commands.NewKeyText()
	_, err = fmt.Fprintln(file, text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	err = os.Link(file.Name(), c.SecretFile)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = fmt.Fprintln(s.out, text)
	}
	return err
}

// became says what ensuring a key came to, by the keys that were there before.
func became(before []domain.Key, key *domain.Key) string {
	if !key.RevokedAt.IsZero() {
		return "was stored before and revoked on " + key.RevokedAt.String() + ": it stays revoked, and nothing was done"
	}
	for i := range before {
		if before[i].ID == key.ID {
			return "is stored already, nothing was done"
		}
	}
	return "stored"
}
