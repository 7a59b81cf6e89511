package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight  = 8
	tileWidth   = 1 << tileHeight
	bundleLevel = -1 // tlog's level of the entries themselves
)

// tilesOf lists the tiles of one level of a tree, the partial one at the end included.
func tilesOf(size int64, level int) func() (tlog.Tile, bool) {
	hashes, n := size>>(tileHeight*max(level, 0)), int64(0)
	return func() (tlog.Tile, bool) {
		width := min(hashes-n*tileWidth, tileWidth)
		n++
		return tlog.Tile{H: tileHeight, L: level, N: n - 1, W: int(width)}, width > 0
	}
}

// path is a tile's file. tlog writes the height in it, which tlog-tiles fixes at 8 and leaves out, and calls bundles data.
func path(t tlog.Tile) string {
	return strings.Replace(strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1), "tile/8/", "tile/", 1)
}

func parsePath(name string) (tlog.Tile, error) {
	return tlog.ParseTilePath("tile/8/" + strings.Replace(strings.TrimPrefix(name, "tile/"), "entries/", "data/", 1))
}

// read reads a tile's file, or the full one where it has replaced the partial one.
func (c *client) read(t tlog.Tile) (data []byte, whole bool, err error) {
	data, err = os.ReadFile(filepath.Join(c.dir, filepath.FromSlash(path(t))))
	if errors.Is(err, fs.ErrNotExist) && t.W < tileWidth {
		t.W = tileWidth
		if full, fullErr := os.ReadFile(filepath.Join(c.dir, filepath.FromSlash(path(t)))); fullErr == nil {
			return full, false, nil
		}
	}
	return data, true, err
}

func (c *client) readTile(t tlog.Tile) ([]byte, error) {
	data, whole, err := c.read(t)
	if err != nil {
		return nil, err
	}
	if length := t.W * tlog.HashSize; whole && len(data) != length || len(data) < length {
		return nil, fmt.Errorf("%s has %d bytes, expected %d", path(t), len(data), length)
	}
	return data[:t.W*tlog.HashSize], nil
}

// readBundle hashes the entries of a bundle, each of which stands behind its length in two bytes, big-endian.
func (c *client) readBundle(t tlog.Tile) ([]tlog.Hash, error) {
	data, whole, err := c.read(t)
	if err != nil {
		return nil, err
	}
	var leaves []tlog.Hash
	for len(leaves) < t.W {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends within entry %d of %d", path(t), len(leaves), t.W)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		leaves = append(leaves, tlog.RecordHash(data[2:end]))
		data = data[end:]
	}
	if whole && len(data) > 0 {
		return nil, fmt.Errorf("%s has %d bytes behind its entries", path(t), len(data))
	}
	return leaves, nil
}

// tileReader gives tlog the tile files.
type tileReader client

func (r *tileReader) Height() int                     { return tileHeight }
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		read, err := (*client)(r).readTile(t)
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}

func max(a, b int) int { // not built in before Go 1.21
	if a > b {
		return a
	}
	return b
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
