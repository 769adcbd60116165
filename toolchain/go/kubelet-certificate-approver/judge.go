package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	certificates "k8s.io/api/certificates/v1"
	core "k8s.io/api/core/v1"
)

const (
	nodePrefix = "system:node:"
	nodeGroup  = "system:nodes"
)

// allowed is what the addresses of any machine are like. A Node's status alone proves little: its kubelet writes it too,
// and whoever has a join token may call a node as they like, as the API server for instance, whose clients trust the same
// authority.
type allowed struct {
	networks []netip.Prefix
	names    *regexp.Regexp
}

type verdict int

const (
	// The request is none of ours, or decided.
	ignore verdict = iota
	// It cannot be judged before its Node says more.
	later
	approve
	deny
)

// judgement says what to do with a request, and why.
type judgement struct {
	verdict
	// One word for machines; of an approval or a denial.
	reason string
	// For people.
	message string
}

func denied(reason, format string, arguments ...any) judgement {
	return judgement{deny, reason, fmt.Sprintf(format, arguments...)}
}

// nodeOf gives the name of the node that made a request, or nothing if it was somebody else.
func nodeOf(request *certificates.CertificateSigningRequest) string {
	name, isNode := strings.CutPrefix(request.Spec.Username, nodePrefix)
	if !isNode || !slices.Contains(request.Spec.Groups, nodeGroup) {
		return ""
	}
	return name
}

func isUndecided(request *certificates.CertificateSigningRequest) bool {
	return len(request.Status.Conditions) == 0 && len(request.Status.Certificate) == 0
}

// judge decides on a request by the Nodes that there are. What a person asked for is left to people.
func judge(request *certificates.CertificateSigningRequest, nodes []*core.Node, allowed allowed) judgement {
	name := nodeOf(request)
	if request.Spec.SignerName != certificates.KubeletServingSignerName || name == "" || !isUndecided(request) {
		return judgement{}
	}
	asked, err := parse(request.Spec.Request)
	if err != nil {
		return denied("NotARequest", "%v", err)
	}
	if problem := unlikeKubelets(asked, request); problem != "" {
		return denied("NotAsKubeletsAsk", "%s", problem)
	}
	names, addresses := asked.DNSNames, addressesOf(asked)
	if problem := allowed.refuse(names, addresses); problem != "" {
		return denied("AddressNotAllowed", "%s", problem)
	}
	own, others := ownersOf(nodes, name)
	var reason string
	for _, each := range slices.Concat(names, addresses) {
		switch other := others[each]; {
		case own == nil && other == "":
			reason = fmt.Sprintf("there is no node %s yet", name)
		case !own[each] && other != "":
			return denied("AddressOfAnotherNode", "%s is an address of the node %s", each, other)
		case !own[each]:
			reason = fmt.Sprintf("the node %s does not have the address %s yet", name, each)
		case other != "":
			// A machine that is gone has left its Node and its address behind, or a Node says what is not true.
			reason = fmt.Sprintf("the node %s still has the address %s too", other, each)
		}
	}
	if reason != "" {
		return judgement{later, "", reason}
	}
	return judgement{approve, "OwnAddresses", fmt.Sprintf("all of it are addresses of the node %s", name)}
}

func parse(request []byte) (*x509.CertificateRequest, error) {
	block, rest := pem.Decode(request)
	if block == nil || block.Type != "CERTIFICATE REQUEST" || len(rest) > 0 {
		return nil, fmt.Errorf("it is not one PEM block of the type CERTIFICATE REQUEST")
	}
	asked, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, err
	}
	return asked, asked.CheckSignature()
}

// unlikeKubelets says in what a request differs from those of kubelets; nothing when it does not. See
// https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
func unlikeKubelets(asked *x509.CertificateRequest, request *certificates.CertificateSigningRequest) string {
	subject := asked.Subject
	switch {
	case subject.CommonName != request.Spec.Username:
		return fmt.Sprintf("%s asks for the name %q", request.Spec.Username, subject.CommonName)
	case len(subject.Names) != 2 || !slices.Equal(subject.Organization, []string{nodeGroup}):
		return fmt.Sprintf("its subject is %q; it has to be a name and the one organisation %s", subject, nodeGroup)
	case len(asked.EmailAddresses)+len(asked.URIs) > 0:
		return "it has e-mail addresses or URIs"
	case len(asked.DNSNames)+len(asked.IPAddresses) == 0:
		return "it has neither a DNS name nor an IP address"
	case !isKubeletsUsage(request.Spec.Usages):
		return fmt.Sprintf("its usages are %q", request.Spec.Usages)
	}
	return ""
}

// isKubeletsUsage: with RSA keys kubelets ask for key encipherment too.
func isKubeletsUsage(usages []certificates.KeyUsage) bool {
	wanted := []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageServerAuth}
	without := slices.DeleteFunc(slices.Clone(usages), func(usage certificates.KeyUsage) bool {
		return usage == certificates.UsageKeyEncipherment
	})
	slices.Sort(without)
	return slices.Equal(without, wanted) && len(usages) <= len(wanted)+1
}

// refuse says which of them no machine may have; nothing when any may.
func (allowed allowed) refuse(names, addresses []string) string {
	for _, name := range names {
		if !allowed.names.MatchString(name) {
			return fmt.Sprintf("%q is not a name that machines have", name)
		}
	}
	for _, text := range addresses {
		address, err := netip.ParseAddr(text)
		isInside := func(network netip.Prefix) bool { return network.Contains(address) }
		if err != nil || !slices.ContainsFunc(allowed.networks, isInside) {
			return fmt.Sprintf("%s is in no network of the machines", text)
		}
	}
	return ""
}

// ownersOf gives the addresses of the node of that name, nil if there is none, and each address of the others with its node.
func ownersOf(nodes []*core.Node, name string) (own map[string]bool, others map[string]string) {
	others = map[string]string{}
	for _, node := range nodes {
		known := addressesIn(node)
		if node.Name == name {
			own = known
			continue
		}
		for address := range known {
			others[address] = node.Name
		}
	}
	return own, others
}

func addressesOf(asked *x509.CertificateRequest) []string {
	var addresses []string
	for _, address := range asked.IPAddresses {
		addresses = append(addresses, address.String())
	}
	return addresses
}

// addressesIn gives the names and the IP addresses of a Node, these in the form that Go prints. What it is called is one of
// them, whoever writes its addresses: a kubelet that knows its address asks before the cloud has said how the machine is
// called there, and would wait for a quarter of an hour before it asks again.
func addressesIn(node *core.Node) map[string]bool {
	addresses := map[string]bool{node.Name: true}
	for _, address := range node.Status.Addresses {
		if ip, err := netip.ParseAddr(address.Address); err == nil {
			addresses[ip.Unmap().String()] = true
		} else {
			addresses[address.Address] = true
		}
	}
	return addresses
}
