package api

import (
	"errors"
	"mime"
	"strconv"
	"strings"
)

// prefers reports whether a client that accepts these media types wants a certain one in place of JSON: where it names it,
// and nothing of JSON that it would rather have.
func prefers(accept []string, wanted string) bool {
	other, list := 0.0, 0.0
	for _, one := range strings.Split(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(one)
		if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		switch media {
		case wanted:
			other = max(other, q)
		case "application/json":
			list = max(list, q)
		}
	}
	return other > 0 && other >= list
}
