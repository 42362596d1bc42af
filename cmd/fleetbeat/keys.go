package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"

	"fleetbeat/app"
	"fleetbeat/commands"
	"fleetbeat/domain"
)

// keysCmd makes, lists and revokes API keys.
type keysCmd struct {
	Create   createKeyCmd   `cmd:"" help:"Make an API key and print it, this once."`
	Generate generateKeyCmd `cmd:"" help:"Print a fresh API key that is stored nowhere: a deployment's secret, which ensure stores."`
	Ensure   ensureKeyCmd   `cmd:"" help:"Store an API key that a deployment brings along, unless it was stored before."`
	List     listKeysCmd    `cmd:"" help:"List the API keys, without the keys themselves, which nobody knows but their holders."`
	Revoke   revokeKeyCmd   `cmd:"" help:"Revoke an API key: it lets nobody in any more, and its sessions end."`
}

// whereKeys says where keys are: in a folder that nobody serves, or at a server.
type whereKeys struct {
	keysLog
	Target string `help:"Asks the Fleetbeat at this address, in place of a folder." placeholder:"URL"`
	keyFlags
}

// use hands the keys to do.
func (w whereKeys) use(ctx context.Context, create bool, do func(context.Context, app.Keys) error) error {
	if w.Target != "" {
		key, err := w.key()
		if err != nil {
			return err
		}
		client, err := newKeysClient(w.Target, key)
		if err != nil {
			return err
		}
		return do(ctx, client.keys(ctx))
	}
	return w.keysLog.use(ctx, create, do)
}

// keysLog is an event log that keys are in, without a server.
type keysLog struct {
	eventsFlags
	Data string `default:"fleetbeat-data" help:"Folder of the event log, where no server runs on it." placeholder:"DIR"`
}

// use hands its keys to do.
func (l keysLog) use(ctx context.Context, create bool, do func(context.Context, app.Keys) error) error {
	engine, err := l.engine()
	if err != nil {
		return err
	}
	err = app.UseKeys(ctx, engine, l.Data, create, do)
	if errors.Is(err, app.ErrDataInUse) {
		return fmt.Errorf("%w: ask that one, with --target http://HOST:PORT and an admin's key in FLEETBEAT_KEY", err)
	}
	return err
}

type createKeyCmd struct {
	whereKeys
	Name     string   `required:"" help:"For people: whose it is, or what for." placeholder:"NAME"`
	Scopes   []string `required:"" complete:"ingest,read,admin" help:"ingest (send heartbeats, read nothing), read (change nothing), admin (everything); several with commas. The first key must have admin." placeholder:"SCOPE"`
	Customer string   `help:"Binds the key to this customer: what belongs to others does not exist for it." placeholder:"ID"`
}

// Run makes a key. The key alone goes to standard output, so that a script can take it.
func (c createKeyCmd) Run(ctx context.Context, s streams) error {
	return c.use(ctx, true, func(ctx context.Context, keys app.Keys) error {
		made, err := keys.Create.Handle(ctx, commands.CreateKey{Name: c.Name, Scopes: c.Scopes, CustomerID: domain.CustomerID(c.Customer)})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.err, "key %s (%s) made. It is shown this once and kept nowhere:\n", made.ID, made.Name)
		_, err = fmt.Fprintln(s.out, made.Text)
		return err
	})
}

type listKeysCmd struct {
	whereKeys
	JSON bool `name:"json" help:"Print JSON, a line a key."`
}

// Run prints all keys.
func (c listKeysCmd) Run(ctx context.Context, s streams) error {
	return c.use(ctx, false, func(_ context.Context, keys app.Keys) error {
		all, err := keys.List()
		if err != nil {
			return err
		}
		if c.JSON {
			for i := range all {
				if err := json.MarshalWrite(s.out, &all[i]); err != nil {
					return fmt.Errorf("print key %q: %w", all[i].ID, err)
				}
				fmt.Fprintln(s.out)
			}
			return nil
		}
		return printKeys(s.out, all)
	})
}

// printKeys prints keys as a table.
func printKeys(out io.Writer, keys []domain.Key) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSCOPES\tCUSTOMER\tCREATED\tREVOKED")
	for _, k := range keys {
		var scopes []string
		for _, scope := range k.Scopes {
			scopes = append(scopes, string(scope))
		}
		customer, revoked := "-", "-"
		if k.CustomerID != "" {
			customer = string(k.CustomerID)
		}
		if !k.RevokedAt.IsZero() {
			revoked = k.RevokedAt.String()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(scopes, ","), customer, k.CreatedAt, revoked)
	}
	return table.Flush()
}

type revokeKeyCmd struct {
	whereKeys
	ID string `arg:"" help:"The key's id, as list prints it."`
}

// Run revokes a key.
func (c revokeKeyCmd) Run(ctx context.Context, s streams) error {
	return c.use(ctx, false, func(ctx context.Context, keys app.Keys) error {
		revoked, err := keys.Revoke.Handle(ctx, commands.RevokeKey{ID: c.ID})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "key %s (%s) revoked\n", revoked.ID, revoked.Name)
		return err
	})
}
