package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore/sqlite"
)

func TestHeartbeatsMaxAgeMayChange(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	begin := func(age time.Duration) (*App, error) {
		return New(t.Context(), Options{
			Listen: "127.0.0.1:0", Data: data, Interval: 10 * time.Second, HeartbeatsMaxAge: age, Logger: slog.New(slog.DiscardHandler),
		})
	}
	served := func(age time.Duration, do func(a *App)) {
		t.Helper()
		a, err := begin(age)
		require.NoError(t, err)
		require.NoError(t, a.AwaitReady(t.Context()))
		kept, err := a.store.(*sqlite.Store).MaxAge(t.Context(), domain.IngestStream(localNode))
		require.NoError(t, err)
		assert.Equal(t, age, kept)
		do(a)
		require.NoError(t, a.Stop(context.Background()))
	}
	nothing := func(*App) {}
	register := func(a *App, vin domain.VIN, interval int64) error {
		_, err := a.commands.RegisterVehicle.Handle(t.Context(), commands.RegisterVehicle{
			VIN: string(vin), RegistrationNumber: string(vin[10:]), Customer: "Patient AB", Overrides: domain.Overrides{IntervalSeconds: &interval},
		})
		return err
	}
	const patient, tooPatient domain.VIN = "YS2R4X20005399401", "VLUR4X20009093588"
	served(time.Hour, func(a *App) {
		require.NoError(t, register(a, patient, 1800))
		require.Error(t, register(a, tooPatient, 1801), "half of an hour is the most")
	})
	served(24*time.Hour, func(a *App) { require.NoError(t, register(a, tooPatient, 1801)) })
	served(2*time.Hour, nothing)

	_, err := begin(time.Hour)
	var wrong *domain.Error
	require.True(t, errors.As(err, &wrong), "%v", err)
	assert.Equal(t, domain.Invalid, wrong.Kind)
	require.ErrorContains(t, err, `--heartbeats-max-age: must be at least 1h0m2s: vehicle "VLUR4X20009093588" may be silent for 30m1s`)
	_, err = begin(time.Hour)
	require.Error(t, err, "asking twice changes nothing")
	served(time.Hour+2*time.Second, nothing)
}
