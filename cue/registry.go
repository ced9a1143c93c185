package main

import (
	"context"
	"fmt"

	"cuelang.org/go/mod/modfile"
	"cuelang.org/go/mod/module"
)

// noRegistry answers that nothing comes from outside the repository.
type noRegistry struct{}

func (noRegistry) ModFile(_ context.Context, version module.Version) (*modfile.File, error) {
	return nil, unavailable(version.String())
}

func (noRegistry) Fetch(_ context.Context, version module.Version) (module.SourceLoc, error) {
	return module.SourceLoc{}, unavailable(version.String())
}

func (noRegistry) ModuleVersions(_ context.Context, path string) ([]string, error) {
	return nil, unavailable(path)
}

func unavailable(what string) error {
	return fmt.Errorf(
		"%s comes from a CUE registry, which is not supported yet: keep the package in the repository, below cue.mod/pkg or in the module itself",
		what,
	)
}
