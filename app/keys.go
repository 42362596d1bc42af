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

// UseKeys hands the keys of an event log to use: of one in EventStoreDB also while it is served, of one in a data folder where
// nobody serves it. With create a folder that is not there is made: the first key comes before the first start where others
// are to reach it. Errors: [ErrDataInUse] where a server owns the folder.
func UseKeys(ctx context.Context, e EventsEngine, data string, create bool, use func(context.Context, Keys) error) (err error) {
	if e.URL == "" {
		if _, err := os.Stat(filepath.Join(data, eventsFile)); errors.Is(err, fs.ErrNotExist) && !create {
			return noLog(data)
		}
		lock, lockErr := lockFolder(data)
		if lockErr != nil {
			return lockErr
		}
		defer func() { err = errors.Join(err, lock.Close()) }()
	}
	store, err := OpenLog(e, data, create, sqlite.Options{})
	if err != nil {
		return err
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
