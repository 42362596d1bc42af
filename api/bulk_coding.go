package api

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// The media types of a stream of heartbeats.
const (
	typeNDJSON     = "application/x-ndjson"
	typeStreamJSON = "application/stream+json"
)

// coding is how a body is compressed.
type coding string

const (
	codingNone coding = ""
	codingGzip coding = "gzip"
	codingZstd coding = "zstd"
)

// bodyCoding reads what a request says of its body. A body without a type is taken for NDJSON: there is nothing else that
// it could be.
func bodyCoding(header http.Header) (coding, error) {
	if given := header.Values("Content-Type"); len(given) > 0 {
		media, params, err := mime.ParseMediaType(strings.Join(given, ", "))
		charset := params["charset"]
		if err != nil || media != typeNDJSON && media != typeStreamJSON || charset != "" && !strings.EqualFold(charset, "utf-8") {
			return "", newProblem(http.StatusUnsupportedMediaType, "the Content-Type must be "+typeNDJSON+" or "+typeStreamJSON+", in UTF-8")
		}
	}
	switch strings.ToLower(strings.Join(header.Values("Content-Encoding"), ", ")) {
	case "", "identity":
		return codingNone, nil
	case "gzip", "x-gzip":
		return codingGzip, nil
	case "zstd":
		return codingZstd, nil
	}
	return "", newProblem(http.StatusUnsupportedMediaType, "the Content-Encoding must be gzip or zstd, or absent")
}

// beginsAs reports whether the first bytes, four unless there are no more, can be those of a coding. A zstd body may begin
// with a frame to be skipped.
func beginsAs(c coding, head []byte) bool {
	if c == codingGzip {
		magic := []byte{0x1f, 0x8b, 8}
		n := min(len(head), len(magic))
		return bytes.Equal(head[:n], magic[:n])
	}
	frame, skipped := []byte{0x28, 0xb5, 0x2f, 0xfd}[:len(head)], []byte{head[0]&0x0f | 0x50, 0x2a, 0x4d, 0x18}[:len(head)]
	return bytes.Equal(head, frame) || bytes.Equal(head, skipped)
}
