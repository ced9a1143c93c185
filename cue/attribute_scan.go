package main

import (
	"strings"

	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"
)

const artifactAttribute = "@artifact("

// The value that a field gets which has none: `image: @artifact("x.uri")`.
const anyValue = "_ "

// scan finds every artifact attribute of a source. CUE wants a value before an attribute, and
// people leave it out: offsets are those of attributes that follow a colon, where anyValue is
// to be put. A source that cannot be scanned is returned as it is, for the parser to refuse.
func scan(name string, source []byte) (attributes int, offsets []int) {
	if !strings.Contains(string(source), artifactAttribute) {
		return 0, nil
	}
	file := token.NewFile(name, -1, len(source))
	file.SetLinesForContent(source)
	var scan scanner.Scanner
	scan.Init(file, source, func(token.Pos, string, []any) {}, 0)
	// Depth of parentheses in each interpolation that is open, innermost last.
	var open []int
	previous := token.ILLEGAL
	for {
		position, kind, text := scan.Scan()
		switch kind {
		case token.EOF:
			return attributes, offsets
		case token.INTERPOLATION:
			open = append(open, 0)
		case token.LPAREN:
			if len(open) > 0 {
				open[len(open)-1]++
			}
		case token.RPAREN:
			if len(open) == 0 {
				break
			}
			open[len(open)-1]--
			if open[len(open)-1] == 0 && !strings.HasSuffix(scan.ResumeInterpolation(), "(") {
				open = open[:len(open)-1]
			}
		case token.ATTRIBUTE:
			if strings.HasPrefix(text, artifactAttribute) {
				attributes++
				if previous == token.COLON {
					offsets = append(offsets, position.Offset())
				}
			}
		}
		previous = kind
	}
}

// withValues puts anyValue before each of the offsets.
func withValues(source []byte, offsets []int) []byte {
	if len(offsets) == 0 {
		return source
	}
	whole := make([]byte, 0, len(source)+len(offsets)*len(anyValue))
	start := 0
	for _, offset := range offsets {
		whole = append(append(whole, source[start:offset]...), anyValue...)
		start = offset
	}
	return append(whole, source[start:]...)
}
