//go:build tools

// Names the programs that this module builds, so that go mod tidy keeps what they need.
package tools

import _ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
