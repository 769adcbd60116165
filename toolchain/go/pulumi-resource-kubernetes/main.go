// pulumi-resource-kubernetes: the provider's own Serve with its own schema. Both embedded files are made when
// the part is built, from the provider's module (toolchain/parts.ts), as upstream's main cannot be built from
// a module: it embeds files that its Makefile generates.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is set by the linker.
var version string

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var mapping []byte

func main() { provider.Serve("kubernetes", version, schema, mapping) }
