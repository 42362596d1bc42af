package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// loadKeys reads the keys, whole, before anything listens: a server that answers before it knows its keys would answer
// everybody. Where others could reach it, it does not start without any.
func (a *App) loadKeys(ctx context.Context) error {
	a.keyring = commands.NewKeyring()
	if err := a.keyring.Load(ctx, a.store); err != nil {
		return fmt.Errorf("read the API keys: %w", err)
	}
	return a.options.checkReach(a.keyring.Open() == nil)
}

// afterKeys is where the reader of keys goes on from what was loaded.
func (a *App) afterKeys(context.Context) (domain.Position, error) { return a.keyring.Folded(), nil }

// Keys are the keys of an event log. Where they are asked of a server, Ensure is nil: a key is given to a log, not sent about.
type Keys struct {
	Create commands.Handler[commands.CreateKey, commands.KeyResult]
	Ensure commands.Handler[commands.EnsureKey, commands.KeyResult]
	Revoke commands.Handler[commands.RevokeKey, commands.KeyResult]
	List   func() ([]domain.Key, error)
}

// UseKeys takes a data folder that nobody serves, hands its keys to use, and gives it back. With create a folder that is not
// there is made: the first key comes before the first start where others are to reach it. Errors: [ErrDataInUse] where a
// server owns the folder.
func UseKeys(ctx context.Context, data string, create bool, use func(context.Context, Keys) error) (err error) {
	file := filepath.Join(data, eventsFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && !create {
		return fmt.Errorf("there is no event log in %q", data)
	}
	lock, err := lockFolder(data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	store, err := sqlite.Open(file, sqlite.Options{})
	if err != nil {
		return fmt.Errorf("open the event log: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return useKeysOf(ctx, store, use)
}

// useKeysOf hands the keys of a log to use, giving a new log its id first. The log may be served meanwhile, and several may
// do so at once, where the engine has more than one writer.
func useKeysOf(ctx context.Context, store eventstore.Store, use func(context.Context, Keys) error) error {
	now := func() domain.Instant { return domain.InstantOf(time.Now()) }
	if _, err := commands.EnsureLogID(ctx, store, now()); err != nil {
		return err
	}
	keyring := commands.NewKeyring()
	if err := keyring.Load(ctx, store); err != nil {
		return fmt.Errorf("read the API keys: %w", err)
	}
	handlers := commands.New(commands.Options{Store: store, Registry: commands.NewRegistry(), Keyring: keyring, Now: now})
	defer handlers.Close()
	return use(commands.WithActor(ctx, "", "command line"), Keys{
		Create: handlers.CreateKey, Ensure: handlers.EnsureKey, Revoke: handlers.RevokeKey,
		List: func() ([]domain.Key, error) { return keyring.List(), nil },
	})
}
