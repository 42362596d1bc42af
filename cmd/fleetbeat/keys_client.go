package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"fleetbeat/api"
	"fleetbeat/app"
	"fleetbeat/commands"
	"fleetbeat/domain"
)

// keysClient asks a server for its keys, over its API.
type keysClient struct {
	target string // http://host:port, with a path where the server is behind one
	key    string
	http   *http.Client
}

func newKeysClient(target, key string) (*keysClient, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, domain.InvalidField("--target", "%q is not the address of a server, like http://127.0.0.1:8080", target)
	}
	client := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a key goes where it was meant to
	}
	return &keysClient{target: strings.TrimSuffix(target, "/") + "/api/v1/keys", key: key, http: client}, nil
}

// keys returns the keys as those of a folder are.
func (c *keysClient) keys(ctx context.Context) app.Keys {
	return app.Keys{
		Create: commands.HandlerFunc[commands.CreateKey, commands.KeyResult](c.create),
		Revoke: commands.HandlerFunc[commands.RevokeKey, commands.KeyResult](c.revoke),
		List: func() ([]domain.Key, error) {
			var answer api.KeyList
			err := c.ask(ctx, http.MethodGet, "", nil, &answer)
			return answer.Items, err
		},
	}
}

func (c *keysClient) create(ctx context.Context, cmd commands.CreateKey) (commands.KeyResult, error) {
	var made api.KeyMade
	err := c.ask(ctx, http.MethodPost, "", api.NewKey{Name: cmd.Name, Scopes: cmd.Scopes, CustomerID: string(cmd.CustomerID)}, &made)
	return commands.KeyResult{Key: made.Key, Text: made.Text}, err
}

func (c *keysClient) revoke(ctx context.Context, cmd commands.RevokeKey) (commands.KeyResult, error) {
	var revoked api.KeyWritten
	err := c.ask(ctx, http.MethodDelete, "/"+url.PathEscape(cmd.ID), nil, &revoked)
	return commands.KeyResult{Key: revoked.Key}, err
}

// ask asks for one thing and reads the answer. A problem becomes an error in the server's own words.
func (c *keysClient) ask(ctx context.Context, method, path string, body, answer any) error {
	var sent io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the question: %w", err)
		}
		sent = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.target+path, sent)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.target, err)
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.target, err)
	}
	defer func() { _ = response.Body.Close() }()
	const most = 16 << 20
	text, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.target, err)
	}
	if response.StatusCode/100 != 2 {
		return refusal(response, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.target, err)
	}
	return nil
}

// errRefused is an answer that is not what was asked for.
var errRefused = errors.New("the server refuses")

// refusal returns a problem as an error: one about fields is as if they had been checked here.
func refusal(response *http.Response, text []byte) error {
	var p struct {
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(text, &p) != nil || p.Detail == "" {
		return fmt.Errorf("%w: %s", errRefused, response.Status)
	}
	if response.StatusCode != http.StatusUnprocessableEntity || len(p.Errors) == 0 {
		return fmt.Errorf("%w: %s", errRefused, p.Detail)
	}
	wrong := &domain.Error{Kind: domain.Invalid, Message: p.Detail}
	for _, e := range p.Errors {
		wrong.Fields = append(wrong.Fields, domain.Problem{Field: e.Location, Message: e.Message})
	}
	return wrong
}
