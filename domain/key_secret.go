package domain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// The form of a key: fb_<prefix>_<secret>, 64 characters. The prefix finds the key and is no secret.
const (
	keyBeginning    = "fb_"
	keyPrefixLength = 8
	keySecretLength = 52 // of 32 characters each: 260 bits
	keyLength       = len(keyBeginning) + keyPrefixLength + 1 + keySecretLength
)

// KeyText returns the key made of random text, of which it needs at least 60 letters and digits (base 32), and its prefix.
func KeyText(random string) (text, prefix string) {
	random = strings.ToLower(random)
	prefix = random[:keyPrefixLength]
	return keyBeginning + prefix + "_" + random[keyPrefixLength:keyPrefixLength+keySecretLength], prefix
}

// KeyPrefix returns the prefix of what may be a key; false for what has not the form of one.
func KeyPrefix(text string) (prefix string, ok bool) {
	const end = len(keyBeginning) + keyPrefixLength
	if len(text) != keyLength || text[:len(keyBeginning)] != keyBeginning || text[end] != '_' {
		return "", false
	}
	return text[len(keyBeginning):end], true
}

// keyAlphabet is what a key's prefix and secret are made of: base 32, in small letters.
const keyAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// leastVariety is how many different characters a secret has at least. One that is random has about 26, and fewer than 12
// once in more than a million million: a word that somebody typed again and again is no secret.
const leastVariety = 12

// ParseKey returns the prefix of a key that was made elsewhere and is to be stored, or the Invalid error naming field, which
// does not repeat the key.
func ParseKey(field, text string) (prefix string, err error) {
	prefix, ok := KeyPrefix(text)
	secret := text[min(len(text), keyLength-keySecretLength):]
	if !ok || strings.Trim(prefix+secret, keyAlphabet) != "" {
		return "", InvalidField(field, "has not the form of an API key; fleetbeat keys generate makes one")
	}
	different := 0
	for _, c := range keyAlphabet {
		if strings.ContainsRune(secret, c) {
			different++
		}
	}
	if different < leastVariety {
		return "", InvalidField(field, "is not random enough to be a secret; fleetbeat keys generate makes one")
	}
	return prefix, nil
}

// Proof is what is kept of a key: enough to know it again, and not enough to make it, or a session of it, anew. A copy of
// the log, a backup say, must not be worth a login: so sessions are signed with what only the key itself yields, and what
// is kept proves the signature.
type Proof struct {
	sha256  [sha256.Size]byte
	session ed25519.PublicKey
}

// ProofOf returns what is to be kept of a key.
func ProofOf(text string) Proof {
	public, _ := sessionSigner(text).Public().(ed25519.PublicKey)
	return Proof{sha256: sha256.Sum256([]byte(text)), session: public}
}

// ParseProof reads what an event holds of a key; false where it is damaged. No key is the one of a Proof without a hash.
func ParseProof(hash, session string) (p Proof, ok bool) {
	h, err := hex.DecodeString(hash)
	if err != nil || len(h) != len(p.sha256) {
		return Proof{}, false
	}
	p.sha256 = [sha256.Size]byte(h)
	if s, err := hex.DecodeString(session); err == nil && len(s) == ed25519.PublicKeySize {
		p.session = s // without one there are no sessions of this key
	}
	return p, true
}

// SHA256 returns the hash as an event holds it.
func (p *Proof) SHA256() string { return hex.EncodeToString(p.sha256[:]) }

// SessionKey returns what proves sessions, as an event holds it.
func (p *Proof) SessionKey() string { return hex.EncodeToString(p.session) }

// Holds reports, in a time that says nothing of either, whether text is the key.
func (p *Proof) Holds(text string) bool {
	var buffer [keyLength]byte // a conversion of the text would be an allocation a ping
	copy(buffer[:], text)
	hash := sha256.Sum256(buffer[:])
	return len(text) == keyLength && subtle.ConstantTimeCompare(hash[:], p.sha256[:]) == 1
}

// sessionPurpose keeps what is signed for sessions from meaning anything elsewhere.
const sessionPurpose = "fleetbeat session\n"

// sessionSigner returns what signs the sessions of a key.
func sessionSigner(text string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(sessionPurpose + text))
	return ed25519.NewKeyFromSeed(seed[:])
}

// NewSession returns a token that stands for a key up to a moment. Only who has the key can make one, and nobody can make
// the key of it.
func NewSession(text string, expires Instant) string {
	prefix, _ := KeyPrefix(text)
	claim := prefix + "." + strconv.FormatInt(int64(expires), 10)
	signature := ed25519.Sign(sessionSigner(text), []byte(sessionPurpose+claim))
	return claim + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Session is a token as it was read. Nothing of it is believed before Holds.
type Session struct {
	Prefix    string // of the key
	Expires   Instant
	claim     string
	signature []byte
}

// ParseSession reads a token; false for what has not the form of one.
func ParseSession(token string) (s Session, ok bool) {
	const longest = 256
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 || len(token) > longest {
		return Session{}, false
	}
	s.claim = token[:dot]
	prefix, until, _ := strings.Cut(s.claim, ".")
	at, err1 := strconv.ParseInt(until, 10, 64)
	signature, err2 := base64.RawURLEncoding.Strict().DecodeString(token[dot+1:])
	s.Prefix, s.Expires, s.signature = prefix, Instant(at), signature
	return s, err1 == nil && err2 == nil
}

// Proves reports whether the key of this proof made a session, and it is not over at now.
func (p *Proof) Proves(s Session, now Instant) bool {
	return now < s.Expires && len(p.session) == ed25519.PublicKeySize && len(s.signature) == ed25519.SignatureSize &&
		ed25519.Verify(p.session, []byte(sessionPurpose+s.claim), s.signature)
}
