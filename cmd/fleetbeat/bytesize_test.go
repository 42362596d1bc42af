package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestByteSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]byteSize{
		"0": 0, "17": 17, "17B": 17, "1kB": 1000, "500MB": 500e6, "1.5GiB": 3 << 29, "64 MiB": 64 << 20, "2TB": 2e12, "1TiB": 1 << 40, " 3KiB ": 3 << 10,
	} {
		var b byteSize
		require.NoError(t, b.UnmarshalText([]byte(text)), text)
		assert.Equal(t, want, b, text)
	}
	for _, text := range []string{"", "much", "-1", "1XB", "NaN", "Inf", "9e18GB", "1 2"} {
		var b byteSize
		require.ErrorContains(t, b.UnmarshalText([]byte(text)), "is not a size like", text)
	}
}
