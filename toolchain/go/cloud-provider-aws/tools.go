//go:build tools

// Names the programs that this module builds, so that go mod tidy keeps what they need.
package tools

import (
	_ "k8s.io/cloud-provider-aws/cmd/aws-cloud-controller-manager"
	_ "k8s.io/cloud-provider-aws/cmd/ecr-credential-provider"
)
