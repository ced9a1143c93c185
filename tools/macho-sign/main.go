// Command macho-sign gives a Mach-O executable an ad-hoc signature, as `codesign --sign -` does on a
// Mac: macOS on arm64 starts no program without one. Usage: macho-sign FILE IDENTIFIER
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/blacktop/go-macho"
	"github.com/blacktop/go-macho/pkg/codesign"
	"github.com/blacktop/go-macho/pkg/codesign/types"
)

const headerSize = 32

// signed answers the bytes of the file with its signature. Saving it by the library's own means
// would close the gap behind the segment that Node adds, so only what changed is taken from there:
// the header with the load commands, and __LINKEDIT, the last segment, with the signature.
func signed(original []byte, identifier string) ([]byte, error) {
	file, err := macho.NewFile(bytes.NewReader(original))
	if err != nil {
		return nil, err
	}
	if err := file.CodeSign(&codesign.Config{ID: identifier, Flags: types.ADHOC}); err != nil {
		return nil, err
	}
	var saved bytes.Buffer
	if err := file.SaveBuffer(&saved); err != nil {
		return nil, err
	}
	last := file.Segment("__LINKEDIT")
	content := bytes.Clone(original[:last.Offset])
	copy(content, saved.Bytes()[:headerSize+file.SizeCommands])
	return append(content, saved.Bytes()[saved.Len()-int(last.Filesz):]...), nil
}

func run(path, identifier string) error {
	original, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	content, err := signed(original, identifier)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o755)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: macho-sign FILE IDENTIFIER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "macho-sign: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
