package elasticsearch

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/textfold"
)

func TestGrams(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		texts []string
		want  string
	}{
		"a word a character, of that and the two after it": {[]string{"abcd"}, "abc bcd cd d"},
		"texts follow one another":                         {[]string{"ab", "c"}, "ab b c"},
		"nothing of nothing":                               {[]string{"", ""}, ""},
		"characters, not bytes":                            {[]string{"åäö"}, "åäö äö ö"},
		"a space does not end a word":                      {[]string{"a b"}, "a\ue020b \ue020b b"},
		"nor does what else splits words":                  {[]string{"\t\u00a0"}, `\9;\a0; \a0;`},
		"what stands for a space is not taken for one":     {[]string{"\ue020"}, `\e020;`},
		"nor the sign of what is written otherwise":        {[]string{`\9;`}, `\5c;9; 9; ;`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, grams(c.texts...))
		})
	}
}

func TestContains(t *testing.T) {
	t.Parallel()
	for needle, want := range map[string]object{
		"a":     {"prefix": object{"text": "a"}},
		"å ":    {"prefix": object{"text": "å\ue020"}},
		"abc":   {"term": object{"text": "abc"}},
		"abcd":  {"match_phrase": object{"text": "abc bcd"}},
		"ab cd": {"match_phrase": object{"text": "ab\ue020 b\ue020c \ue020cd"}},
	} {
		t.Run(needle, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, contains("text", needle))
		})
	}
}

// finds does what the server does with a query of contains.
func finds(query object, words []string) bool {
	for kind, asked := range query {
		text := asked.(object)["text"].(string)
		for i := range words {
			switch kind {
			case "prefix":
				if strings.HasPrefix(words[i], text) {
					return true
				}
			case "term":
				if words[i] == text {
					return true
				}
			case "match_phrase":
				phrase := strings.Split(text, " ")
				if i+len(phrase) <= len(words) && strings.Join(words[i:i+len(phrase)], " ") == text {
					return true
				}
			}
		}
	}
	return false
}

func TestGramsFindEveryPartAndNothingElse(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 7))
	alphabet := []rune("ab \\;9\t\ue020å\U0001D11E")
	text := func(n int) string {
		runes := make([]rune, random.IntN(n))
		for i := range runes {
			runes[i] = alphabet[random.IntN(len(alphabet))]
		}
		return textfold.Fold(string(runes))
	}
	found := 0
	for range 50_000 {
		texts := []string{text(9), text(9), text(9)}
		needle := text(6)
		if needle == "" {
			continue
		}
		want := false
		for _, one := range texts {
			want = want || strings.Contains(one, needle)
		}
		if want {
			found++
		}
		require.Equal(t, want, finds(contains("text", needle), strings.Fields(grams(texts...))), "%q in %q", needle, texts)
	}
	assert.Greater(t, found, 1_000)
}
