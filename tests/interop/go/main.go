// Command logcheck reads a log that ImmutableAudit wrote, and shares no code with it: trees, tiles and notes are those of
// golang.org/x/mod/sumdb, the client of Go's checksum database. What it accepts, other C2SP clients can read.
//
//	logcheck -key VKEY [-since CHECKPOINT]... [-proof FILE]... [DIR]
//
// VKEY, which may be repeated, is a verifier key or a file that holds one. Each CHECKPOINT is an older one of the same log.
// Prints one line for each thing checked. Exit code 0: all of it holds. 1: something does not. 2: wrong arguments.
//
// The specifications cited are those of https://c2sp.org: signed-note, tlog-checkpoint, tlog-tiles, tlog-proof.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var keys, since, proofs list
	flag.Var(&keys, "key", "verifier `key`, or a file that holds one; may be repeated")
	flag.Var(&since, "since", "older `checkpoint` of the log; may be repeated")
	flag.Var(&proofs, "proof", "portable proof `file`; may be repeated")
	flag.Parse()
	if len(keys) == 0 || flag.NArg() > 1 || flag.NArg()+len(proofs) == 0 {
		flag.Usage()
		os.Exit(2)
	}

	c := &client{}
	for _, key := range keys {
		check("key "+key, func() (string, error) { return c.addKey(key) })
	}
	if flag.NArg() == 1 {
		c.checkLog(flag.Arg(0), since)
	}
	for _, file := range proofs {
		check("proof "+file, func() (string, error) { return c.checkProof(file) })
	}
	if failed {
		os.Exit(1)
	}
	fmt.Println("holds")
}

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

var failed bool

// check runs one check and prints its line.
func check(what string, run func() (string, error)) bool {
	found, err := run()
	if err != nil {
		failed = true
		fmt.Printf("FAIL %s: %v\n", what, err)
		return false
	}
	fmt.Printf("ok   %s: %s\n", what, found)
	return true
}

// client is what is known of one log: its keys and origin, and, once it was read, its newest checkpoint and its hashes.
type client struct {
	origin string
	keys   []note.Verifier

	dir    string
	tree   tlog.Tree
	hashes hashes // of the tree, recomputed from the entries
	known  bool   // whether all of them are there
}

func (c *client) checkLog(dir string, since []string) {
	c.dir = dir
	c.known = check("checkpoint", func() (said string, err error) {
		message, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
		if err == nil {
			c.tree, said, err = c.open(message)
		}
		return said, err
	}) && check("entries", c.checkEntries)
	if !c.known {
		return
	}

	check("root", func() (string, error) {
		root, err := treeHash(c.tree.N, &c.hashes)
		if err == nil && root != c.tree.Hash {
			err = fmt.Errorf("the entries have %s", root)
		}
		return root.String() + ", recomputed from the entries", err
	})
	check("tiles", c.checkTiles)
	check("files", c.checkFiles)
	check("inclusion", func() (string, error) { return c.checkInclusion(c.tree) })
	check("consistency", c.checkConsistency)
	for _, file := range since {
		check("since "+file, func() (string, error) {
			message, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			old, said, err := c.open(message)
			if err != nil {
				return "", err
			}
			if err := c.checkExtends(old); err != nil {
				return "", err
			}
			// tlog-tiles: partial tiles are there for every size that was published, or else the full ones that replaced them.
			_, err = c.checkInclusion(old)
			return said, err
		})
	}
}

// hashes holds a tree's hashes in tlog's storage order.
type hashes []tlog.Hash

func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(*h)) {
			return nil, fmt.Errorf("hash %d is beyond the tree", index)
		}
		found[i] = (*h)[index]
	}
	return found, nil
}

func (h *hashes) leaf(index int64) tlog.Hash { return (*h)[tlog.StoredHashIndex(0, index)] }

// checkEntries decodes every bundle of the tree and hashes every entry.
func (c *client) checkEntries() (string, error) {
	for next := tilesOf(c.tree.N, bundleLevel); ; {
		t, more := next()
		if !more {
			return fmt.Sprintf("%d, all hashed", c.tree.N), nil
		}
		leaves, err := c.readBundle(t)
		if err != nil {
			return "", err
		}
		for i, leaf := range leaves {
			add, err := tlog.StoredHashesForRecordHash(t.N*tileWidth+int64(i), leaf, &c.hashes)
			if err != nil {
				return "", err
			}
			c.hashes = append(c.hashes, add...)
		}
	}
}

// checkTiles compares every tile of the tree with the hashes recomputed from the entries.
func (c *client) checkTiles() (string, error) {
	count := 0
	for level := 0; c.tree.N>>(tileHeight*level) > 0; level++ {
		for next := tilesOf(c.tree.N, level); ; count++ {
			t, more := next()
			if !more {
				break
			}
			data, err := c.readTile(t)
			if err == nil {
				err = c.compare(t, data)
			}
			if err != nil {
				return "", err
			}
		}
	}
	return fmt.Sprintf("%d, equal to what the entries give", count), nil
}

func (c *client) compare(t tlog.Tile, data []byte) error {
	expected, err := tlog.ReadTileData(t, &c.hashes)
	if err == nil && !bytes.Equal(data, expected) {
		err = fmt.Errorf("%s is not what the entries give", path(t))
	}
	return err
}

// checkFiles compares all files that lie in the directory: partial ones of earlier sizes must agree too. Nothing signed
// speaks for those beyond the checkpoint; they are counted.
func (c *client) checkFiles() (string, error) {
	var inside, beyond, foreign int
	err := filepath.WalkDir(filepath.Join(c.dir, "tile"), func(file string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the log is growing: partial files go once the full ones are there
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(c.dir, file)
		if err != nil {
			return err
		}
		t, err := parsePath(filepath.ToSlash(name))
		if err != nil {
			foreign++
			return nil
		}
		if level := t.L; t.N*tileWidth+int64(t.W) > c.tree.N>>(tileHeight*max(level, 0)) {
			beyond++
			return nil
		}
		inside++
		if t.L == bundleLevel {
			leaves, err := c.readBundle(t)
			for i, leaf := range leaves {
				if index := t.N*tileWidth + int64(i); leaf != c.hashes.leaf(index) {
					return fmt.Errorf("%s: entry %d is not that of the log", name, index)
				}
			}
			return err
		}
		data, err := c.readTile(t)
		if err == nil {
			err = c.compare(t, data)
		}
		return err
	})
	return fmt.Sprintf("%d agree, %d beyond the checkpoint, %d others", inside, beyond, foreign), err
}
