// Kubelets ask for the certificate that they serve with by a CertificateSigningRequest, and Kubernetes signs it, but
// approves none by itself: it cannot know whether the addresses in it are the machine's own. This program approves those
// that say nothing but what is known of their Node and is allowed of any, and denies those that say otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		slog.Error(err.Error())
		os.Exit(1)
	}
}

func run(arguments []string) error {
	flags := flag.NewFlagSet("kubelet-certificate-approver", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "file to reach the cluster with; by default as the pod's account")
	cidrs := flags.String("cidrs", "", "the machines' networks: CIDRs with commas between them")
	names := flags.String("dns-names", "", "what machines' DNS names are like: a regular expression for a whole name")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	allowed, err := parseAllowed(*cidrs, *names)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return fmt.Errorf("cannot tell how to reach the cluster: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return newController(client, allowed).run(ctx)
}

// parseAllowed refuses what would allow nothing, or any name.
func parseAllowed(cidrs, names string) (allowed, error) {
	var result allowed
	var problems []error
	for _, text := range strings.Split(cidrs, ",") {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("-cidrs has %q; give CIDRs such as 10.0.0.0/16", text))
			continue
		}
		result.networks = append(result.networks, prefix)
	}
	pattern, err := regexp.Compile("^(?:" + names + ")$")
	switch {
	case names == "":
		problems = append(problems, errors.New("-dns-names is missing; give a regular expression such as worker-[0-9]+"))
	case err != nil:
		problems = append(problems, fmt.Errorf("-dns-names is no regular expression: %w", err))
	}
	result.names = pattern
	return result, errors.Join(problems...)
}
