// An auditor of a tiled log that shares no code with the project: Go's own checksum-database client.
//
//	auditor TILES VKEY [PACKAGE]
//
// TILES is what `jejak ledger export` wrote. Every tile is authenticated against the signed head, every
// entry is hashed and proven to be where it stands, and some older trees are proven to be prefixes. With
// PACKAGE, every .tlog-proof and .consistency of an evidence package is checked by the same client.
package main

import (
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

type folder string

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) path(t tlog.Tile) string {
	// The checksum database writes tile/8/0/000, C2SP tlog-tiles tile/0/000.
	return filepath.Join(string(f), "tile", strings.TrimPrefix(t.Path(), "tile/8/"))
}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(f.path(t))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func check(err error) {
	if err != nil {
		fmt.Println("UNSOUND:", err)
		os.Exit(1)
	}
}

func need(ok bool, words ...any) {
	if !ok {
		check(fmt.Errorf("%s", fmt.Sprint(words...)))
	}
}

// head opens a signed note under a key and reads its three lines.
func head(text []byte, key note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(key))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	need(len(lines) == 4 && lines[3] == "" && lines[0] == key.Name(), "not a head of this log")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

func audit(f folder, key note.Verifier) {
	text, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	check(err)
	tree := head(text, key)
	hashes := tlog.TileHashReader(tree, f)
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err)
	need(root == tree.Hash, "the tiles do not lead to the signed root")
	for first := int64(0); first < tree.N; first += 256 {
		width := min(256, tree.N-first)
		name := strings.Replace(tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}.Path(), "/8/0/", "/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(string(f), name))
		check(err)
		for index := first; index < first+width; index++ {
			need(len(bundle) >= 2, "a bundle ends early")
			size := int(binary.BigEndian.Uint16(bundle))
			need(len(bundle) >= 2+size, "an entry ends early")
			leaf := tlog.RecordHash(bundle[2 : 2+size])
			bundle = bundle[2+size:]
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf))
		}
		need(len(bundle) == 0, "a bundle has more entries than its tile")
	}
	for old := int64(1); old < tree.N; old += 1 + tree.N/50 {
		before, err := tlog.TreeHash(old, hashes)
		check(err)
		proof, err := tlog.ProveTree(tree.N, old, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old, before))
	}
	fmt.Printf("%d entries sound\n", tree.N)
}

func proofOf(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		data, err := base64.StdEncoding.Strict().DecodeString(line)
		check(err)
		need(len(data) == 32, "a hash of another length")
		hashes = append(hashes, tlog.Hash(data))
	}
	return hashes
}

func auditPackage(root string, key note.Verifier) {
	proofs, err := filepath.Glob(filepath.Join(root, "data/proofs/*.tlog-proof"))
	check(err)
	for _, path := range proofs {
		text, err := os.ReadFile(path)
		check(err)
		top, text2, found := strings.Cut(string(text), "\n\n")
		need(found, path)
		lines := strings.Split(top, "\n")
		need(lines[0] == "c2sp.org/tlog-proof@v1", path)
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		check(err)
		leaf, err := os.ReadFile(filepath.Join(root, "data/statements", fmt.Sprint(index)+".json"))
		check(err)
		tree := head([]byte(text2), key)
		check(tlog.CheckRecord(proofOf(lines[2:]), tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
	}
	for _, pair := range [][2]string{{"first", "report"}, {"report", "last"}} {
		var trees [2]tlog.Tree
		for n, name := range pair {
			text, err := os.ReadFile(filepath.Join(root, "data/checkpoints", name+".txt"))
			check(err)
			trees[n] = head(text, key)
		}
		text, err := os.ReadFile(filepath.Join(root, "data/checkpoints", pair[0]+"-"+pair[1]+".consistency"))
		check(err)
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		need(lines[1] == fmt.Sprint("old ", trees[0].N) && lines[2] == fmt.Sprint("new ", trees[1].N), "sizes")
		if trees[0].N != trees[1].N {
			check(tlog.CheckTree(proofOf(lines[3:]), trees[1].N, trees[1].Hash, trees[0].N, trees[0].Hash))
		}
	}
	fmt.Printf("%d proofs of the package sound\n", len(proofs))
}

func main() {
	key, err := note.NewVerifier(os.Args[2])
	check(err)
	audit(folder(os.Args[1]), key)
	if len(os.Args) > 3 {
		auditPackage(os.Args[3], key)
	}
}
