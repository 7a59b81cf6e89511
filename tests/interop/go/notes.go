package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ecdsaVerifier is signed-note's signature type 0x02: ASN.1 ECDSA over the SHA-256 of the note's text. x/mod has none itself.
type ecdsaVerifier struct {
	name string
	id   uint32
	key  *ecdsa.PublicKey
}

func (v *ecdsaVerifier) Name() string    { return v.name }
func (v *ecdsaVerifier) KeyHash() uint32 { return v.id }
func (v *ecdsaVerifier) Verify(text, signature []byte) bool {
	digest := sha256.Sum256(text)
	return ecdsa.VerifyASN1(v.key, digest[:], signature)
}

// parseKey reads signed-note's vkey: name, key id in 8 hex digits, base64 of type and public key, with '+' between them.
func parseKey(vkey string) (note.Verifier, error) {
	part := strings.SplitN(vkey, "+", 3)
	if len(part) != 3 || len(part[1]) != 8 {
		return nil, errors.New("not a verifier key")
	}
	id, err := strconv.ParseUint(part[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.Strict().DecodeString(part[2])
	if err != nil {
		return nil, err
	}
	if len(key) == 0 || key[0] != 0x02 {
		return note.NewVerifier(vkey) // Ed25519, or an error
	}
	public, err := x509.ParsePKIXPublicKey(key[1:])
	if err != nil {
		return nil, err
	}
	point, ok := public.(*ecdsa.PublicKey)
	if !ok || point.Curve != elliptic.P256() {
		return nil, errors.New("not an ECDSA key on P-256")
	}
	// For this type, as for those of RFC 6962 logs, the id is of the public key alone: no name, no type.
	if digest := sha256.Sum256(key[1:]); binary.BigEndian.Uint32(digest[:]) != uint32(id) {
		return nil, errors.New("the key id is not that of the key")
	}
	return &ecdsaVerifier{part[0], uint32(id), point}, nil
}

func (c *client) addKey(vkey string) (string, error) {
	if text, err := os.ReadFile(vkey); err == nil {
		vkey = strings.TrimSuffix(string(text), "\n")
	}
	key, err := parseKey(vkey)
	if err != nil {
		return "", err
	}
	// tlog-checkpoint: the log's key SHOULD be named as its origin; ours always is.
	if c.origin != "" && key.Name() != c.origin {
		return "", fmt.Errorf("named %s, the first one %s", key.Name(), c.origin)
	}
	c.origin, c.keys = key.Name(), append(c.keys, key)
	return fmt.Sprintf("%s+%08x", key.Name(), key.KeyHash()), nil
}

// open verifies a signed checkpoint: a note whose lines are origin, size in decimal, root in base64, extensions.
func (c *client) open(message []byte) (tlog.Tree, string, error) {
	n, err := note.Open(message, note.VerifierList(c.keys...))
	if err != nil {
		return tlog.Tree{}, "", err
	}
	line := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(line) < 3 {
		return tlog.Tree{}, "", errors.New("fewer than three lines")
	}
	for _, extension := range line[3:] {
		if extension == "" {
			return tlog.Tree{}, "", errors.New("an empty extension line")
		}
	}
	if line[0] != c.origin {
		return tlog.Tree{}, "", fmt.Errorf("origin %s, expected %s", line[0], c.origin)
	}
	size, err := strconv.ParseInt(line[1], 10, 64)
	if err != nil || size < 0 || line[1] != strconv.FormatInt(size, 10) {
		return tlog.Tree{}, "", fmt.Errorf("malformed size %q", line[1])
	}
	root, err := tlog.ParseHash(line[2])
	if err != nil || line[2] != root.String() {
		return tlog.Tree{}, "", fmt.Errorf("malformed root %q", line[2])
	}
	if size == 0 && root != emptyRoot {
		return tlog.Tree{}, "", errors.New("size 0 with a root that is not the empty tree's")
	}
	said := fmt.Sprintf("origin %s, size %d, root %s", line[0], size, root)
	for _, s := range n.Sigs {
		said += fmt.Sprintf(", signed by %s+%08x", s.Name, s.Hash)
	}
	return tlog.Tree{N: size, Hash: root}, said, nil
}

// emptyRoot is RFC 6962's MTH({}), which the older releases of tlog do not know.
var emptyRoot = tlog.Hash(sha256.Sum256(nil))

func treeHash(size int64, r tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return emptyRoot, nil
	}
	return tlog.TreeHash(size, r)
}
