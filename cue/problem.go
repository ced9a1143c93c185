package main

import (
	"strings"

	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
)

const (
	maxProblems = 20
	maxPlaces   = 5
)

// Problem is one error, where it is in the source and in the value.
type Problem struct {
	Message string `json:"message"`
	// Path of the value, such as resources.web.spec.
	Path string `json:"path,omitempty"`
	// Places in the source that have to do with it, the nearest first.
	Places []Place `json:"places,omitempty"`
}

// Place is one in the source. Lines and columns count from 1, columns in bytes.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// problemsOf takes an error of CUE apart.
func problemsOf(err error, injection *injection) []Problem {
	var problems []Problem
	for _, each := range errors.Errors(errors.Sanitize(errors.Promote(err, ""))) {
		if len(problems) == maxProblems {
			break
		}
		problem := Problem{
			Message: strings.TrimSpace(errors.StringWithConfig(each, &errors.Config{Cwd: root, OmitPath: true})),
			Path:    strings.Join(each.Path(), "."),
		}
		for _, position := range errors.Positions(each) {
			if position.IsValid() && position.Filename() != "" && len(problem.Places) < maxPlaces {
				problem.Places = append(problem.Places, injection.place(position))
			}
		}
		problems = append(problems, problem)
	}
	return problems
}

func at(position token.Pos, format string, arguments ...any) error {
	return errors.Newf(position, format, arguments...)
}
