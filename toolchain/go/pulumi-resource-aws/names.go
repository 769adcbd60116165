package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// properties has each property's Pulumi name, with "[]" behind it for a list, and those of the objects in it.
type properties map[string]properties

// printNames prints what a program may write of each type, as JSON: its token to its properties. What the compared SDK
// calls otherwise is a mistake in fields.go.
func printNames(info tfbridge.ProviderInfo) error {
	names := map[string]properties{}
	for name, resource := range info.Resources {
		names[string(resource.Tok)] = namesOf(info.P.ResourcesMap().Get(name).Schema(), resource.Fields, isInput)
	}
	for name, source := range info.DataSources {
		names[string(source.Tok)] = namesOf(info.P.DataSourcesMap().Get(name).Schema(), source.Fields, isInput)
	}
	return json.NewEncoder(os.Stdout).Encode(names)
}

func isInput(schema shim.Schema) bool {
	return schema.Optional() || schema.Required()
}

// isAny is for objects: their types have what AWS computes too.
func isAny(shim.Schema) bool {
	return true
}

func namesOf(
	schemas shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, wanted func(shim.Schema) bool,
) properties {
	found := properties{}
	schemas.Range(func(name string, schema shim.Schema) bool {
		info := infos[name]
		if !wanted(schema) || info != nil && info.MarkAsComputedOnly != nil {
			return true
		}
		written := tfbridge.TerraformToPulumiNameV2(name, schemas, infos)
		if schema.Type() == shim.TypeList || schema.Type() == shim.TypeSet {
			if !tfbridge.IsMaxItemsOne(schema, info) {
				written += "[]"
			}
		}
		found[written] = inside(schema, info)
		return true
	})
	return found
}

func inside(schema shim.Schema, info *tfbridge.SchemaInfo) properties {
	object, ok := schema.Elem().(shim.Resource)
	if !ok {
		return nil
	}
	var infos map[string]*tfbridge.SchemaInfo
	switch {
	case info == nil:
	case info.Elem != nil:
		infos = info.Elem.Fields
	default:
		infos = info.Fields
	}
	return namesOf(object.Schema(), infos, isAny)
}
