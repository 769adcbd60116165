# Every target is a thin call; `make environment` prints what a shell needs to make the same calls by hand.

# What is given from outside is never part of a recipe's text, where make or a shell would take it for code: recipes read it
# from their environment. What could be code all the same is refused here, before make expands any of it, as it does with
# every variable of its command line when it starts a program. What each may hold is checked where it is read: toolchain/given.ts.
GIVEN := ENV REPORT FROM CLAIM BACKUP OWNER UNSAVED ONLY FOCUS LABELS PROCS SEEDS SHARD KEEP HEAL MACHINE KEY YES WHAT
define newline


endef
code-in = $(strip $(foreach sign,$$ ` ' ",$(findstring $(sign),$(subst $(newline),$$,$(value $(1))))) \
	$(if $(filter $(1),$(GIVEN)),$(findstring ..,$(value $(1)))))
with-code := $(strip $(foreach name,$(sort $(GIVEN) \
	$(foreach any,$(.VARIABLES),$(if $(filter command,$(origin $(any))),$(any)))),$(if $(call code-in,$(name)),$(name))))
$(if $(with-code),$(error $(with-code) may hold none of $$ ` ' ", no line's end, and, for a name of an environment or a file, no ".."))

ENV ?= dev
export SLIPWAY_ENVIRONMENT := $(ENV)
STACK := "$$SLIPWAY_ENVIRONMENT"
RUN := node --import tsx
# Exports what Pulumi needs for the environment, or stops.
WITH_ENV = exports="$$($(RUN) toolchain/environment.ts $(STACK))" && eval "$$exports" &&
# Settles what a killed run left and what is gone from Docker, and says so; stops where another run lives. It comes
# before anything else that reads the state, which a killed run may have left so that Pulumi cannot read it.
RECOVER := $(RUN) toolchain/recover.ts $(STACK)
# What outlives the environment: what it is, where it is, and how it goes.
KEPT := $(RUN) toolchain/kept/kept.ts $(STACK)
# Its cluster's own backups. What they are told comes by the environment's variables, which no shell reads again.
BACKUPS := $(RUN) toolchain/cluster-backups/run.ts $(STACK)
SELECT := pulumi -C "$$SLIPWAY_STACK_DIRECTORY" stack select --create $(STACK)
# Who `setup` is for: an environment whose settings may ask for more than the others need, and what is done with it.
WANTED = --environment $(STACK)
# Tests and measurements make environments of their own, of the newest Kubernetes.
e2e test bench: WANTED =
test-clusters: WANTED = --for tests
test-aws: WANTED = --for aws

.DEFAULT_GOAL := help
export HEAL MACHINE
.PHONY: help setup up preview review drift replace down kept forget backup restore backup-cluster backups restore-cluster drill test-drill recovery-key recover kubeconfig deployer-kubeconfig certificates rotate tunnel passphrase adopt state environment images package lint unit e2e test test-long test-clusters test-aws bench conformance outdated clean

help: ## Show this help
	@echo 'make TARGET [ENV=dev]'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

node_modules/.package-lock.json: package.json package-lock.json
	@echo 'Installing the npm packages'
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

setup: node_modules/.package-lock.json ## Install packages, make Docker ready, build the toolchain and the images
	@$(RUN) toolchain/docker.ts
	@$(RUN) toolchain/build.ts $(WANTED)
	@$(RUN) toolchain/images/build.ts $(WANTED)

up: setup ## Bring the environment up, and say where it answers
	@$(WITH_ENV) $(RECOVER) up && $(SELECT) && pulumi up -s $(STACK) --yes --skip-preview
	@$(WITH_ENV) echo && \
	echo "The shop answers at     $$(pulumi stack output shopUrl -s $(STACK))" && \
	echo "Reach the cluster with  export KUBECONFIG=\$$(make -s kubeconfig ENV=$$SLIPWAY_ENVIRONMENT | tail -n 1)" && \
	echo "                        $$PULUMI_HOME/bin/kubectl get nodes" && \
	echo "Take it all down with   make down ENV=$$SLIPWAY_ENVIRONMENT"

preview: setup ## Show what `make up` would change
	@$(WITH_ENV) seen="$$($(RECOVER) preview)" && $(SELECT) && eval "$$seen" && pulumi preview -s $(STACK)

review: setup ## Check a change as CI does, and write a report; the last line printed is its path, REPORT=file sets it
	@$(WITH_ENV) seen="$$($(RECOVER) preview)" && $(SELECT) && eval "$$seen" && \
	$(RUN) review/review.ts $(STACK) "$$REPORT" $(MAKE) --no-print-directory lint

drift: setup ## Say what is not as the last update left it, and exit with 2 where something is; HEAL=1 puts it right
	@$(WITH_ENV) $(RUN) toolchain/drift/drift.ts $(STACK)

replace: setup ## Make machines anew in good order, over their disks: MACHINE=worker-0,worker-1
	@$(WITH_ENV) $(RECOVER) up && $(SELECT) && options="$$($(RUN) toolchain/replace.ts $(STACK) "$$MACHINE")" && \
	eval "set -- $$options" && SLIPWAY_REPLACE="$$MACHINE" pulumi up -s $(STACK) --yes --skip-preview "$$@"

down: setup ## Take the environment down: nothing stays but volumes that are to be kept
	@$(WITH_ENV) $(RECOVER) down && \
	if found="$$(pulumi -C "$$SLIPWAY_STACK_DIRECTORY" stack select $(STACK) 2>&1)"; then \
		$(RUN) toolchain/destroy.ts $(STACK) && pulumi -C "$$SLIPWAY_STACK_DIRECTORY" stack rm $(STACK) --yes; \
	elif echo "$$found" | grep -q 'no stack named'; then \
		echo "There is no environment $$SLIPWAY_ENVIRONMENT"; \
	else \
		echo "$$found" >&2; exit 1; \
	fi && $(KEPT) after-down && rm -rf "$$SLIPWAY_ENVIRONMENT_DIRECTORY"

kept: setup ## Show what volumes of the class keep hold, also when the environment is down
	@$(KEPT) list

forget: setup ## Remove them for good when the environment is down; CLAIM=namespace/name removes one
	@$(KEPT) forget

backup: node_modules/.package-lock.json ## Back a database up now; BACKUP=namespace/name says which if there are several
	@$(WITH_ENV) export KUBECONFIG="$$($(MAKE) -s kubeconfig | tail -n 1)" && $(RUN) toolchain/backups/run.ts backup

restore: node_modules/.package-lock.json ## Restore a database from its latest backup; FROM=name says which, FROM=list lists them, KEY=file the recovery key
	@$(WITH_ENV) export KUBECONFIG="$$($(MAKE) -s kubeconfig | tail -n 1)" && $(RUN) toolchain/backups/run.ts restore

backup-cluster: node_modules/.package-lock.json ## Back the cluster's own data up now
	@$(WITH_ENV) export KUBECONFIG="$$($(MAKE) -s kubeconfig | tail -n 1)" && $(BACKUPS) backup

backups: setup ## Show the backups of the cluster, also when the environment is down
	@$(BACKUPS) list

restore-cluster: setup ## Restore a lost cluster, or into a new environment; FROM=name says from what, KEY=file with which key, YES=1 asks nothing
	@$(BACKUPS) restore
	@$(MAKE) --no-print-directory up
	@$(BACKUPS) restored

drill: setup ## Make a small environment of the latest backup, look at what came back, and take it down again
	@$(RUN) toolchain/cluster-backups/drill.ts $(STACK)

recovery-key: node_modules/.package-lock.json ## Make a recovery key for the backups of the cluster, and print its public half
	@$(BACKUPS) key

recover: setup ## Settle what a killed run left, as `make up` and `make down` do by themselves
	@$(WITH_ENV) $(RECOVER) up

kubeconfig: node_modules/.package-lock.json ## Write a kubeconfig; the last line printed is its path
	@$(WITH_ENV) umask 077 && file="$$SLIPWAY_ENVIRONMENT_DIRECTORY/kubeconfig" && \
	pulumi stack output kubeconfig --show-secrets -s $(STACK) >"$$file" && echo "$$file"

deployer-kubeconfig: node_modules/.package-lock.json ## Write a kubeconfig of the deployer, good for an hour; the last line printed is its path
	@$(WITH_ENV) umask 077 && file="$$SLIPWAY_ENVIRONMENT_DIRECTORY/deployer.kubeconfig" && \
	administrator="$$(pulumi stack output kubeconfig --show-secrets -s $(STACK))" && \
	echo "$$administrator" | $(RUN) stacks/deployer-kubeconfig.ts >"$$file" && echo "$$file"

certificates: node_modules/.package-lock.json ## Show every certificate: where it is, until when it is good, and what renews it
	@$(WITH_ENV) export KUBECONFIG="$$($(MAKE) -s kubeconfig | tail -n 1)" && \
	pulumi stack export -s $(STACK) | $(RUN) toolchain/certificates/run.ts $(STACK)

rotate: setup ## Make keys anew, each trusted before it is used: WHAT=authorities, service-account-key, encryption-key or web-authority
	@$(WITH_ENV) $(RECOVER) up && $(SELECT) && $(RUN) toolchain/rotation/rotate.ts $(STACK)

tunnel: setup ## Open a tunnel to the internal API of an environment on AWS, and keep it open until Ctrl-C
	@$(WITH_ENV) $(RUN) stacks/aws/tunnel.ts $(STACK)

passphrase: node_modules/.package-lock.json ## Give the environment's state another passphrase
	@$(RUN) toolchain/passphrase.ts $(STACK)

adopt: node_modules/.package-lock.json ## Go on with an environment whose state was moved here
	@$(WITH_ENV) $(RUN) toolchain/adopt.ts $(STACK)

state: node_modules/.package-lock.json ## Print the exported state
	@$(WITH_ENV) pulumi stack export -s $(STACK)

environment: node_modules/.package-lock.json ## Print the variables for calling pulumi and kubectl by hand
	@$(RUN) toolchain/environment.ts $(STACK)

images: setup ## Build the images; the last line printed says their names and versions, as JSON
	@$(RUN) toolchain/images/names.ts $(WANTED)

# Pulumi keeps a dynamic provider in the state as code, and of modules that are installed only their names. A name would
# have to stay for as long as any state has it, so every module asks to be kept as code too, as it is in a stack's own files.
package: node_modules/.package-lock.json ## Build the components' package and its reference; the last line printed is its path
	@rm -rf dist dist-docs && npx tsc -p tsconfig.build.json
	@cd components && find . -path '*/files/*' -type f -exec cp --parents -t ../dist {} +
	@find dist -name '*.js' -exec sed -i '1s/$$/ exports.deploymentOnlyModule = true;/' {} +
	@npx typedoc --logLevel Warn
	@echo "$$PWD/$$(npm pack --silent)"

# Whatever has code that imports other code.
CODE := index.ts bench components policies review services stacks tests toolchain
lint: node_modules/.package-lock.json ## Check types, imports, lint rules and format
	@npx tsc -p . & types=$$!; npx depcruise --output-type err $(CODE) && npx eslint . && npx prettier --check --log-level=warn .; \
	rest=$$?; wait $$types && exit $$rest

unit: node_modules/.package-lock.json ## Run the unit, golden and property tests
	@npx jest --selectProjects unit --maxWorkers=100%

e2e: setup ## Run the end-to-end tests on clusters of their own
	@npx jest --selectProjects e2e --runInBand

test: lint setup ## Run everything that CI runs
	@npx jest --selectProjects unit --maxWorkers=100%
	@npx jest --selectProjects e2e --runInBand

# One's failure says nothing of the next: all of them run, and the last line names those that failed.
LONG_TESTS := test-clusters test-aws test-drill conformance
test-long: ## Run all that is too long for every change, one after the other: test-clusters, test-aws, test-drill, conformance
	@failed=; for target in $(LONG_TESTS); do echo "make $$target"; $(MAKE) --no-print-directory $$target || failed="$$failed $$target"; done; \
	test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

test-clusters: setup ## Run the tests of clusters that take hours; SHARD=1/3 runs a third of them
	@npx jest --selectProjects long --runInBand $${SHARD:+--shard="$$SHARD"}

test-aws: setup ## Run what needs AWS on a server that answers like its APIs; no account is needed
	@$(RUN) toolchain/python/tools.ts
	@npx jest --selectProjects aws --runInBand

bench: setup ## Measure, and write bench/results.json; ONLY=name,name measures some
	@$(RUN) bench/bench.ts --only "$$ONLY"

# A drill of an environment that lives for this only: for a machine that has no other.
test-drill: ## Bring the environment up, back it up, drill with that, and take all of it down
	@$(MAKE) --no-print-directory up && $(MAKE) --no-print-directory backup-cluster && $(MAKE) --no-print-directory drill; \
	result=$$?; $(MAKE) --no-print-directory down && $(MAKE) --no-print-directory forget && exit $$result

conformance: setup ## Run Kubernetes' conformance suite on a cluster of its own; FOCUS=regex runs some
	@$(RUN) toolchain/build.ts --only conformance
	@$(RUN) tests/conformance/conformance.ts

outdated: node_modules/.package-lock.json ## Say what there is in a newer version: Debian's packages, Go modules, npm's packages; exits with 2 where something is
	@$(RUN) toolchain/outdated/outdated.ts

clean: ## Remove what was installed into this folder; caches and environments stay
	@rm -rf node_modules coverage dist dist-docs slipway-kubernetes-*.tgz
