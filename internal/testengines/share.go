package testengines

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// Share is what one Fleetbeat of the clustered shape is served from: a database of its own in a Postgres and an index of its own in an
// Elasticsearch that others use too, and a protocol server of its own for the log. Its methods are for one goroutine.
type Share struct {
	log                     *esdbtest.Server
	name                    string
	postgres, elasticsearch string
}

// NewShare makes a share of the engines at two URLs. The log's server says how it keeps time and where.
func NewShare(ctx context.Context, postgres, elasticsearch string, o esdbtest.Options) (*Share, error) {
	log, err := esdbtest.New(o)
	if err != nil {
		return nil, err
	}
	s := &Share{log, "fleetbeat_" + strings.ToLower(rand.Text()[:12]), postgres, elasticsearch}
	if err := s.postgresDoes(ctx, "CREATE DATABASE "+s.name); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return s, nil
}

// Log returns the server of the log.
func (s *Share) Log() *esdbtest.Server { return s.log }

// Flags returns the flags with which Fleetbeat uses the share.
func (s *Share) Flags() []string {
	return []string{"--events", s.log.URL(), "--fleet", s.elasticsearch + "/" + s.name, "--relations", s.relations()}
}

// relations is the URL of the share's database.
func (s *Share) relations() string {
	u, err := url.Parse(s.postgres)
	if err != nil {
		return "" // the server has been reached by it before
	}
	u.Path = "/" + s.name
	return u.String()
}

// Forget removes all that can be folded from the log again: the database and the index, as they were at first.
func (s *Share) Forget(ctx context.Context) error {
	return errors.Join(s.remove(ctx), s.postgresDoes(ctx, "CREATE DATABASE "+s.name))
}

// Close removes all of it.
func (s *Share) Close(ctx context.Context) error { return errors.Join(s.remove(ctx), s.log.Close()) }

func (s *Share) remove(ctx context.Context) error {
	return errors.Join(s.postgresDoes(ctx, "DROP DATABASE IF EXISTS "+s.name+" WITH (FORCE)"), s.removeIndexes(ctx))
}

func (s *Share) postgresDoes(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.postgres)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// removeIndexes removes the indexes behind the alias and beside it, one by one: a server refuses to remove many by a pattern.
func (s *Share) removeIndexes(ctx context.Context) error {
	var found []struct{ Index string }
	if err := s.elasticsearchDoes(ctx, http.MethodGet, "/_cat/indices/"+s.name+"*?format=json&h=index&expand_wildcards=all", &found); err != nil {
		return err
	}
	for _, each := range found {
		if err := s.elasticsearchDoes(ctx, http.MethodDelete, "/"+each.Index, nil); err != nil {
			return err
		}
	}
	return nil
}

// elasticsearchDoes asks for something and reads the answer into out unless that is nil.
func (s *Share) elasticsearchDoes(ctx context.Context, method, path string, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.elasticsearch+path, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(out)
}
