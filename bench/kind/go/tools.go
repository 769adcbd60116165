//go:build tools

// Package tools pins the program that the benchmark compares with.
package tools

import _ "sigs.k8s.io/kind"
