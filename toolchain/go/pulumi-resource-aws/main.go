// pulumi-resource-aws for the resource types that this project uses, from the same two parts as the official plugin: the
// Terraform AWS provider and Pulumi's bridge. The provider keeps its entry point in an internal package; a fork exports
// it. Below upstream/ lies what stands in place of two of its files, so that 20 of its 260 services are compiled.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-provider-aws/xpprovider"

	pftfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/x/muxer"
	"github.com/pulumi/pulumi-terraform-bridge/v3/unstable/metadata"
	ptokens "github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// version is set by the linker.
var version string

// token makes "aws:ec2/vpc:Vpc" of "ec2/Vpc".
func token(short string) string {
	module, name, _ := strings.Cut(short, "/")
	return "aws:" + module + "/" + string(unicode.ToLower(rune(name[0]))) + name[1:] + ":" + name
}

// provider joins the provider's two halves, one for each of Terraform's plugin SDKs.
func provider(ctx context.Context) (shim.Provider, error) {
	framework, sdk, err := xpprovider.GetProvider(ctx)
	if err != nil {
		return nil, err
	}
	return pftfbridge.MuxShimWithPF(ctx, shimv2.NewProvider(sdk), framework), nil
}

func information(p shim.Provider) (tfbridge.ProviderInfo, error) {
	info := tfbridge.ProviderInfo{
		P:                             p,
		Name:                          "aws",
		Version:                       version,
		Resources:                     map[string]*tfbridge.ResourceInfo{},
		DataSources:                   map[string]*tfbridge.DataSourceInfo{},
		MetadataInfo:                  tfbridge.NewProviderMetadata([]byte("{}")),
		EnableAccuratePFBridgePreview: true,
	}
	for name, short := range resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: ptokens.Type(token(short)), Fields: withTags(p, name)}
	}
	for name, short := range dataSources {
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: ptokens.ModuleMember(token(short)), Fields: dataFields[name]}
	}
	p.ResourcesMap().Range(func(name string, _ shim.Resource) bool {
		if resources[name] == "" {
			info.IgnoreMappings = append(info.IgnoreMappings, name)
		}
		return true
	})
	p.DataSourcesMap().Range(func(name string, _ shim.Resource) bool {
		if dataSources[name] == "" {
			info.IgnoreMappings = append(info.IgnoreMappings, name)
		}
		return true
	})
	info.SetAutonaming(255, "-")
	return info, dispatch(&info)
}

// withTags says of a type with tags that those with the provider's own are a result, as the official plugin does.
func withTags(p shim.Provider, name string) map[string]*tfbridge.SchemaInfo {
	schemas := p.ResourcesMap().Get(name).Schema()
	if _, ok := schemas.GetOk("tags_all"); !ok {
		return fields[name]
	}
	all := map[string]*tfbridge.SchemaInfo{"tags_all": {MarkAsComputedOnly: tfbridge.True()}}
	maps.Copy(all, fields[name])
	return all
}

// dispatch says which half serves which type. Official plugins compute it when they are generated.
func dispatch(info *tfbridge.ProviderInfo) error {
	halves, ok := info.P.(interface {
		ResolveDispatch(*tfbridge.ProviderInfo) (muxer.DispatchTable, error)
	})
	if !ok {
		return fmt.Errorf("%T does not tell which half of the provider serves what", info.P)
	}
	table, err := halves.ResolveDispatch(info)
	if err != nil {
		return err
	}
	return metadata.Set(info.GetMetadata(), "mux", table)
}

func main() {
	ctx := context.Background()
	p, err := provider(ctx)
	if err != nil {
		panic(err)
	}
	info, err := information(p)
	if err != nil {
		panic(err)
	}
	if len(os.Args) == 2 && os.Args[1] == "-names" {
		if err := printNames(info); err != nil {
			panic(err)
		}
		return
	}
	pftfbridge.MainWithMuxer(ctx, "aws", info, []byte(`{"name":"aws","version":"`+version+`"}`))
}
