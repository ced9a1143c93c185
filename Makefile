# The menu of this repository: `make help`. Each target is a thin call of an npm script, so that
# everything runs on the Node that package.json pins.
.DEFAULT_GOAL := help
NPM ?= npm
RUN := $(NPM) run --silent

.PHONY: help setup linters tools build image generate demo demo-stop test check unit watch system test-e2e soak test-hostile fuzz changelog bench clean

help: ## Show this menu
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ First steps
demo: ## Release, deploy, refuse and roll back on real parts (KEEP=1 leaves them running, CLUSTER=kind takes kind, WITH=argocd goes on to the cluster)
	@# npm and Go download at the same time.
	@$(MAKE) --no-print-directory --silent --jobs=2 node_modules cue-sources
	@KEEP="$(KEEP)" CLUSTER="$(CLUSTER)" WITH="$(WITH)" $(RUN) demo

demo-stop: node_modules ## Stop what `make demo KEEP=1` left running
	@$(RUN) demo -- stop

ifdef F
test: node_modules
	@$(RUN) test-file -- "$(F)"
else
test: setup ## Set everything up and run every check and test (F=path or name for those of one file, SHUFFLE=1 in random order)
	@$(RUN) test
endif

##@ Development
setup: node_modules ## Install npm packages and test tools (APT=1 for Debian packages too)
	@APT="$(APT)" $(RUN) setup

linters: node_modules ## Install the linters that `make check` runs
	@$(RUN) setup -- linters

tools: node_modules ## Download or build kube-apiserver, etcd, kubectl, a registry, crane, krew, cue, cue.wasm, Argo CD and kustomize-controller
	@$(RUN) tools

check: node_modules ## Types, format, lint, generated files, and linters of charts, kinds, API and scripts
	@$(RUN) check

unit: node_modules ## Tests beside the code
	@$(RUN) unit

watch: node_modules ## Rerun the unit tests of what changes
	@$(RUN) watch

system: setup ## Tests on real parts (FILE=path for one file, SHUFFLE=1 for files in random order)
	@$(RUN) system -- $(FILE) $(if $(SHUFFLE),--sequence.shuffle.files)

test-e2e: setup ## The chart, installed by Helm on a real node (as root, with containerd; CLUSTER=kind takes kind)
	@CLUSTER="$(CLUSTER)" $(RUN) test -- --only e2e

soak: setup ## Random faults for ten minutes; nothing may be missed (SECONDS=60 for a short one)
	@$(RUN) soak -- $(if $(SECONDS),--seconds $(SECONDS))

test-hostile: setup ## Hostile inputs to running programs for ten minutes (SECONDS=60 for a short run, SEED=1 and SURFACE=packs to repeat one)
	@$(RUN) hostile -- $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(SURFACE),--surface $(SURFACE))

fuzz: node_modules ## Every property test, with fresh seeds, for ten minutes (SECONDS=60 for a short run, SEED=1 for one round)
	@$(RUN) fuzz -- $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

generate: node_modules ## Write crds/, what the chart has of them, docs/errors.md and docs/api.md, and what the version before knew
	@$(RUN) generate

build: node_modules ## Bundle the programs into dist/
	@$(RUN) build

image: build ## Put the container image together, without an engine (PUSH=registry/name:tag)
	@$(RUN) image -- $(if $(PUSH),--push $(PUSH))

changelog: node_modules ## Make the next version from .changeset: CHANGELOG.md and every place of the version (DRY=1 shows it)
	@$(RUN) changelog -- $(if $(DRY),--dry-run)

.PHONY: executables release
release: node_modules ## Make a release in dist/release, with a commit and a tag: make release V=1.2.3 (DRY_RUN=1 shows the steps)
	@$(RUN) release -- $(V) $(if $(DRY_RUN),--dry-run)

executables: node_modules ## The forge command as one file for each platform, with archives, checksums and krew's manifest
	@$(RUN) executables

bench: setup ## Run a benchmark: make bench B=release
	@$(RUN) bench -- $(B)

clean: ## Remove what was built or installed in the checkout
	rm -rf node_modules dist coverage bench/results .demo

node_modules: package.json package-lock.json
	@# Its warnings are of the machine's own Node, which runs npm and nothing of ours.
	$(NPM) ci --loglevel=error
	@test -x node_modules/node/bin/node || { echo "npm did not install node: is ignore-scripts set?"; exit 1; }
	@touch node_modules

# What is always built, since nobody publishes it; where that fails, the build says so.
.PHONY: cue-sources
cue-sources:
	@test -d node_modules || (cd cue && GOFLAGS=-mod=readonly go mod download) >/dev/null 2>&1 || true
