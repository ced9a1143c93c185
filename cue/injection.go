package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// Artifacts holds the fields of each artifact by its name.
type Artifacts map[string]map[string]string

// injection puts the values of artifacts into syntax trees while CUE loads them: a field with
// @artifact("<name>.<field>") must then also be that very string. The value enters the tree as
// a quoted literal, and is never part of a source.
type injection struct {
	artifacts Artifacts
	// Offsets at which anyValue was put, by file: columns after them are corrected.
	inserted   map[string][]int
	attributes map[Attribute]bool
	// By message and place: a file may be read more than once.
	problems map[string]Problem
}

func newInjection(artifacts Artifacts) *injection {
	return &injection{
		artifacts:  artifacts,
		inserted:   map[string][]int{},
		attributes: map[Attribute]bool{},
		problems:   map[string]Problem{},
	}
}

// parse is the loader's: it reads each file of every package through it.
func (i *injection) parse(name string, src any, config parser.Config) (*ast.File, error) {
	source, err := bytesOf(src)
	if err != nil {
		return nil, err
	}
	expected, offsets := scan(name, source)
	if expected == 0 {
		return parser.ParseFile(name, source, config)
	}
	i.inserted[name] = offsets
	file, err := parser.ParseFile(name, withValues(source, offsets), config)
	// A loader that looks for imports alone parses no further than those.
	if err != nil || config.Mode&(parser.ImportsOnly|parser.PackageClauseOnly) != 0 {
		return file, err
	}
	if done := i.inject(file); done != expected {
		message := fmt.Sprintf("%d of %d artifact attributes stand where no value can be put", expected-done, expected)
		i.add(message, Place{File: strings.TrimPrefix(name, root+"/"), Line: 1, Column: 1})
	}
	return file, nil
}

func bytesOf(src any) ([]byte, error) {
	switch source := src.(type) {
	case []byte:
		return source, nil
	case string:
		return []byte(source), nil
	case io.Reader:
		return io.ReadAll(source)
	}
	return nil, fmt.Errorf("a source that is a %T", src)
}

// inject returns how many artifact attributes it found, refused ones included.
func (i *injection) inject(file *ast.File) int {
	found := map[*ast.Attribute]bool{}
	astutil.Apply(file, func(cursor astutil.Cursor) bool {
		switch node := cursor.Node().(type) {
		case *ast.Field:
			for _, attribute := range node.Attrs {
				if attribute.Name() != "artifact" || found[attribute] {
					continue
				}
				found[attribute] = true
				if value, ok := i.valueOf(attribute); ok {
					node.Value = bothOf(node.Value, value)
				}
			}
		case *ast.Attribute:
			if node.Name() == "artifact" && !found[node] {
				found[node] = true
				i.refuse(node, "%s belongs to no field: nothing can be put in its place", node.Text)
			}
		}
		return true
	}, nil)
	return len(found)
}

func bothOf(constraint ast.Expr, value string) ast.Expr {
	given := &ast.BasicLit{Kind: token.STRING, Value: literal.String.Quote(value)}
	if name, ok := constraint.(*ast.Ident); ok && name.Name == "_" {
		ast.SetPos(given, constraint.Pos())
		return given
	}
	ast.SetPos(given, constraint.Pos())
	return ast.NewBinExpr(token.AND, &ast.ParenExpr{X: constraint}, given)
}

func (i *injection) valueOf(attribute *ast.Attribute) (string, bool) {
	_, body := attribute.Split()
	reference, err := literal.Unquote(strings.TrimSpace(body))
	if err != nil {
		i.refuse(attribute, `%s: write @artifact("<name>.<field>")`, attribute.Text)
		return "", false
	}
	dot := strings.LastIndex(reference, ".")
	if dot <= 0 {
		i.refuse(attribute, `%s names no field: write @artifact("%s.uri")`, attribute.Text, reference)
		return "", false
	}
	artifact, field := reference[:dot], reference[dot+1:]
	fields, ok := i.artifacts[artifact]
	if !ok {
		i.refuse(attribute, "the release has no artifact %q%s", artifact, oneOf(i.artifacts))
		return "", false
	}
	value, ok := fields[field]
	if !ok {
		i.refuse(attribute, "artifact %q has no %q%s", artifact, field, oneOf(fields))
		return "", false
	}
	place := i.place(attribute.Pos())
	i.attributes[Attribute{Artifact: artifact, Field: field, File: place.File, Line: place.Line}] = true
	return value, true
}

func oneOf[Value any](known map[string]Value) string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	if len(names) == 0 {
		return ": it has none"
	}
	return "; there is " + strings.Join(names[:min(len(names), maxProblems)], ", ")
}

func (i *injection) refuse(attribute *ast.Attribute, format string, arguments ...any) {
	i.add(fmt.Sprintf(format, arguments...), i.place(attribute.Pos()))
}

func (i *injection) add(message string, place Place) {
	key := fmt.Sprintf("%s:%d:%d:%s", place.File, place.Line, place.Column, message)
	i.problems[key] = Problem{Message: message, Places: []Place{place}}
}

// place is where a position was before anyValue was put into its file.
func (i *injection) place(position token.Pos) Place {
	found := position.Position()
	start := found.Offset - (found.Column - 1)
	column := found.Column
	for count, offset := range i.inserted[found.Filename] {
		begin := offset + count*len(anyValue)
		if begin >= start && begin < found.Offset {
			column -= len(anyValue)
		}
	}
	return Place{File: strings.TrimPrefix(found.Filename, root+"/"), Line: found.Line, Column: column}
}

func (i *injection) sortedProblems() []Problem {
	problems := make([]Problem, 0, len(i.problems))
	for _, problem := range i.problems {
		problems = append(problems, problem)
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		x, y := a.Places[0], b.Places[0]
		return cmp.Or(
			cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return problems[:min(len(problems), maxProblems)]
}

func (i *injection) sortedAttributes() []Attribute {
	attributes := make([]Attribute, 0, len(i.attributes))
	for attribute := range i.attributes {
		attributes = append(attributes, attribute)
	}
	slices.SortFunc(attributes, func(a, b Attribute) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Artifact, b.Artifact), cmp.Compare(a.Field, b.Field),
		)
	})
	return attributes
}
