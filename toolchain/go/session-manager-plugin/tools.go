//go:build tools

// Names the programs that this module builds, so that go mod tidy keeps what they need.
package tools

import _ "github.com/aws/session-manager-plugin/src/sessionmanagerplugin-main"
