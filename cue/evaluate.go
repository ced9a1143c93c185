package main

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"
)

// Where the files seem to be; an overlay cannot hold the root itself.
const root = "/source"

// Request is one evaluation: a package and all that it may read.
type Request struct {
	// Files by their path from the root, with slashes: the module, and what belongs to it.
	Files map[string]string `json:"files"`
	// Folder of the package, from the root; "" is the root.
	Folder string `json:"folder"`
	// Package by name, where the folder holds several.
	Package string   `json:"package,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	// Fields of the package to answer with; none for the package itself.
	Fields []string `json:"fields,omitempty"`
	// Artifacts by name: what @artifact("<name>.<field>") stands for.
	Artifacts Artifacts `json:"artifacts,omitempty"`
	// MaxBytes is the limit of the values together.
	MaxBytes int `json:"maxBytes"`
}

// Answer holds values or errors, never both.
type Answer struct {
	// Values by field; "" is the package itself. A field that is not there has none.
	Values     map[string]json.RawMessage `json:"values,omitempty"`
	Attributes []Attribute                `json:"attributes,omitempty"`
	Errors     []Problem                  `json:"errors,omitempty"`
	// TooLarge says that the values would have exceeded MaxBytes.
	TooLarge bool `json:"tooLarge,omitempty"`
}

// Attribute is an @artifact that was given its value.
type Attribute struct {
	Artifact string `json:"artifact"`
	Field    string `json:"field"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// Evaluate is pure: the same request gives the same answer.
func Evaluate(request Request) Answer {
	injection := newInjection(request.Artifacts)
	value, err := buildPackage(request, injection)
	if len(injection.problems) > 0 {
		return Answer{Errors: injection.sortedProblems()}
	}
	if err != nil {
		return Answer{Errors: problemsOf(err, injection)}
	}
	// A contradiction anywhere in the package is an error, also beside the fields asked for.
	if err := value.Validate(); err != nil {
		return Answer{Errors: problemsOf(err, injection)}
	}
	answer := Answer{
		Values:     map[string]json.RawMessage{},
		Attributes: injection.sortedAttributes(),
	}
	left := request.MaxBytes
	for name, field := range fieldsOf(value, request.Fields) {
		if !field.Exists() {
			continue
		}
		if err := field.Validate(cue.Concrete(true)); err != nil {
			return Answer{Errors: problemsOf(err, injection)}
		}
		encoded, err := field.MarshalJSON()
		if err != nil {
			return Answer{Errors: problemsOf(err, injection)}
		}
		if left -= len(encoded); left < 0 {
			return Answer{TooLarge: true}
		}
		answer.Values[name] = encoded
	}
	return answer
}

func fieldsOf(value cue.Value, names []string) map[string]cue.Value {
	if len(names) == 0 {
		return map[string]cue.Value{"": value}
	}
	fields := map[string]cue.Value{}
	for _, name := range names {
		fields[name] = value.LookupPath(cue.MakePath(cue.Str(name)))
	}
	return fields
}

func buildPackage(request Request, injection *injection) (cue.Value, error) {
	// Behind the overlay is the file system of the host, which holds nothing.
	files := map[string]load.Source{}
	for name, content := range request.Files {
		files[path.Join(root, name)] = load.FromString(content)
	}
	config := &load.Config{
		Dir:       path.Join(root, request.Folder),
		Overlay:   files,
		Package:   request.Package,
		Tags:      request.Tags,
		Registry:  noRegistry{},
		Env:       []string{},
		ParseFile: injection.parse,
	}
	instances := load.Instances([]string{"."}, config)
	if len(instances) != 1 {
		return cue.Value{}, fmt.Errorf("%d packages in one folder", len(instances))
	}
	if err := instances[0].Err; err != nil {
		return cue.Value{}, err
	}
	for _, file := range instances[0].Files {
		if err := refuseEmbedding(file); err != nil {
			return cue.Value{}, err
		}
	}
	return cuecontext.New().BuildInstance(instances[0]), nil
}

// refuseEmbedding keeps @extern from being passed over in silence: no interpreter is there.
func refuseEmbedding(file *ast.File) error {
	for _, declaration := range file.Preamble() {
		if attribute, ok := declaration.(*ast.Attribute); ok && attribute.Name() == "extern" {
			return at(attribute.Pos(), "@extern is not available: %s", strings.TrimSpace(attribute.Text))
		}
	}
	return nil
}
