package projections_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

func TestTurn(t *testing.T) {
	t.Parallel()

	t.Run("views that share one are built one after the other, and say meanwhile that they are being built", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			log := projectiontest.Generate(t, 8, 300)
			turn := projections.NewTurn()
			first, let := make(chan struct{}), make(chan struct{})
			slow := projections.New(projections.Fleet(), projectiontest.NewMemory(), watched{log, func() error {
				select {
				case <-first:
				default:
					close(first)
					<-let
				}
				return nil
			}}, projectiontest.LogID, projections.Options{Turn: turn})
			next := projections.New(projections.Latest(), projectiontest.NewMemory(), log, projectiontest.LogID, projections.Options{Turn: turn})
			built := make(chan string, 2)
			build := func(p *projections.Projection) {
				_, err := p.From(t.Context())
				assert.NoError(t, err)
				built <- p.View().Name
			}
			go build(slow)
			<-first
			go build(next)
			synctest.Wait()
			assert.Empty(t, built)
			assert.True(t, next.State().Building)
			close(let)
			synctest.Wait()
			require.Len(t, built, 2)
			assert.False(t, next.State().Building)
		})
	})

	t.Run("a view that waits for it ends with its context, is built by nobody and can be built later", func(t *testing.T) {
		t.Parallel()
		log := projectiontest.Generate(t, 8, 300)
		turn := projections.NewTurn()
		turn <- struct{}{}
		p := projections.New(projections.Fleet(), projectiontest.NewMemory(), log, projectiontest.LogID, projections.Options{Turn: turn})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := p.From(ctx)
		require.ErrorIs(t, err, context.Canceled)
		assert.False(t, p.State().Building)
		<-turn
		_, err = p.From(t.Context())
		require.NoError(t, err)
	})

	t.Run("it is given back by a build that fails", func(t *testing.T) {
		t.Parallel()
		log := projectiontest.Generate(t, 8, 300)
		turn := projections.NewTurn()
		fails := true
		p := projections.New(projections.Fleet(), projectiontest.NewMemory(), watched{log, func() error {
			if fails {
				return assert.AnError
			}
			return nil
		}}, projectiontest.LogID, projections.Options{Turn: turn})
		_, err := p.From(t.Context())
		require.ErrorIs(t, err, assert.AnError)
		assert.Empty(t, turn)
		fails = false
		_, err = p.From(t.Context())
		require.NoError(t, err)
	})
}
