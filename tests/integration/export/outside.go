// Checks a tiled log in a folder with the original code of the Go checksum database:
// the checkpoint's signature, then inclusion of some entries and consistency with some
// earlier sizes, each computed from tiles that are authenticated on the way.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder struct{ root string }

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(f.root, path))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func entry(root string, index, size int64) []byte {
	width := size - index/256*256
	tile := tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}
	if width < 256 {
		tile.W = int(width)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	raw, err := os.ReadFile(filepath.Join(root, path))
	check(err)
	for ; index%256 != 0; index-- {
		raw = raw[2+binary.BigEndian.Uint16(raw):]
	}
	return raw[2 : 2+binary.BigEndian.Uint16(raw)]
}

func main() {
	root, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	check(err)
	raw, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	check(err)
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	decoded, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	var tree tlog.Tree
	tree.N = size
	copy(tree.Hash[:], decoded)
	if !bytes.Equal(tree.Hash[:], decoded) {
		check(fmt.Errorf("a root of another length"))
	}
	reader := tlog.TileHashReader(tree, folder{root})
	for index := int64(0); index < size; index += size/40 + 1 {
		proof, err := tlog.ProveRecord(size, index, reader)
		check(err)
		leaf := tlog.RecordHash(entry(root, index, size))
		check(tlog.CheckRecord(proof, size, tree.Hash, index, leaf))
	}
	for old := int64(1); old <= size; old += size/20 + 1 {
		before, err := tlog.TreeHash(old, reader)
		check(err)
		proof, err := tlog.ProveTree(size, old, reader)
		check(err)
		check(tlog.CheckTree(proof, size, tree.Hash, old, before))
	}
	fmt.Println(size)
}
