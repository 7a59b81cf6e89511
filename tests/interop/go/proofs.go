package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// checkInclusion proves entries of a tree that a checkpoint speaks for. The reader trusts no tile: it checks each one
// against the signed root first.
func (c *client) checkInclusion(tree tlog.Tree) (string, error) {
	reader := tlog.TileHashReader(tree, (*tileReader)(c))
	indexes := interesting(0, tree.N-1)
	for _, index := range indexes {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, c.hashes.leaf(index))
		}
		if err != nil {
			return "", fmt.Errorf("entry %d of %d: %v", index, tree.N, err)
		}
	}
	return fmt.Sprintf("entries %d of %d", indexes, tree.N), nil
}

func (c *client) checkConsistency() (string, error) {
	sizes := interesting(1, c.tree.N)
	for _, size := range sizes {
		root, err := tlog.TreeHash(size, &c.hashes)
		if err == nil {
			err = c.checkExtends(tlog.Tree{N: size, Hash: root})
		}
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("sizes %d to %d", sizes, c.tree.N), nil
}

// checkExtends proves that the log begins with all entries of an older tree. Every log extends the empty one.
func (c *client) checkExtends(old tlog.Tree) error {
	if old.N > c.tree.N {
		return fmt.Errorf("size %d, but the log has only %d entries now", old.N, c.tree.N)
	}
	if old.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(c.tree.N, old.N, tlog.TileHashReader(c.tree, (*tileReader)(c)))
	if err == nil {
		err = tlog.CheckTree(proof, c.tree.N, c.tree.Hash, old.N, old.Hash)
	}
	if err != nil {
		err = fmt.Errorf("size %d to %d: %v", old.N, c.tree.N, err)
	}
	return err
}

// interesting is some numbers between two: ends, middle, and both sides of the borders of tiles.
func interesting(from, to int64) []int64 {
	var found []int64
	for _, n := range []int64{0, 1, 2, 254, 255, 256, 257, 511, 512, to / 3, to / 2, 65279, 65280, 65535, 65536, 65537, to - 1, to} {
		known := n < from || n > to
		for _, other := range found {
			known = known || n == other
		}
		if !known {
			found = append(found, n)
		}
	}
	return found
}

// checkProof verifies a tlog-proof by its own checkpoint, and where there is a log, that the two agree.
func (c *client) checkProof(file string) (string, error) {
	message, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	// The head ends at the first empty line: no line in it may be empty.
	part := strings.SplitN(string(message), "\n\n", 2)
	line := strings.Split(part[0], "\n")
	if len(part) != 2 || len(line) < 3 || line[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("not a portable proof with its entry")
	}
	entry, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(line[1], "extra "))
	if err != nil || !strings.HasPrefix(line[1], "extra ") {
		return "", errors.New("no entry in the line 'extra'")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(line[2], "index "), 10, 64)
	if err != nil || line[2] != fmt.Sprintf("index %d", index) {
		return "", errors.New("malformed line 'index'")
	}
	var proof tlog.RecordProof
	for _, text := range line[3:] {
		hash, err := tlog.ParseHash(text)
		if err != nil || text != hash.String() { // there is one spelling of a hash; tlog reads others as well
			return "", fmt.Errorf("malformed hash %q", text)
		}
		proof = append(proof, hash)
	}
	tree, said, err := c.open([]byte(part[1]))
	if err != nil {
		return "", err
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return "", err
	}
	if c.known {
		if err := c.checkExtends(tree); err != nil {
			return "", err
		}
		if leaf != c.hashes.leaf(index) {
			return "", fmt.Errorf("the log has another entry %d", index)
		}
	}
	return fmt.Sprintf("entry %d of %s", index, said), nil
}
