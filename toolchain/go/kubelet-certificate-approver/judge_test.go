package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"net/url"
	"strings"
	"testing"

	certificates "k8s.io/api/certificates/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// asked is what a test changes of a kubelet's request before it is signed and sent.
type asked struct {
	certificate x509.CertificateRequest
	request     certificates.CertificateSigningRequest
}

func (asked *asked) setSANs(names []string, addresses ...string) {
	asked.certificate.DNSNames, asked.certificate.IPAddresses = names, nil
	for _, address := range addresses {
		asked.certificate.IPAddresses = append(asked.certificate.IPAddresses, net.ParseIP(address))
	}
}

// requestOf gives the request of the kubelet of worker-1, changed.
func requestOf(t *testing.T, change func(*asked)) *certificates.CertificateSigningRequest {
	t.Helper()
	asked := asked{
		certificate: x509.CertificateRequest{
			Subject: pkix.Name{CommonName: "system:node:worker-1", Organization: []string{"system:nodes"}},
		},
		request: certificates.CertificateSigningRequest{
			ObjectMeta: meta.ObjectMeta{Name: "csr-1"},
			Spec: certificates.CertificateSigningRequestSpec{
				SignerName: certificates.KubeletServingSignerName,
				Username:   "system:node:worker-1",
				Groups:     []string{"system:nodes", "system:authenticated"},
				Usages:     []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageServerAuth},
			},
		},
	}
	asked.setSANs([]string{"worker-1"}, "10.0.0.11")
	change(&asked)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &asked.certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	if asked.request.Spec.Request == nil {
		asked.request.Spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	}
	return &asked.request
}

func node(name string, addresses ...string) *core.Node {
	node := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name}}
	for _, address := range addresses {
		node.Status.Addresses = append(node.Status.Addresses, core.NodeAddress{Address: address})
	}
	return node
}

var (
	workers = []*core.Node{
		node("worker-1", "10.0.0.11", "worker-1", "fd00::11"),
		node("worker-2", "10.0.0.12", "worker-2"),
	}
	unchanged = func(*asked) {}
)

func TestJudge(t *testing.T) {
	allowed, err := parseAllowed("10.0.0.0/24,fd00::/64", "worker-[0-9]+")
	if err != nil {
		t.Fatal(err)
	}
	usages := func(usages ...certificates.KeyUsage) func(*asked) {
		return func(asked *asked) { asked.request.Spec.Usages = usages }
	}
	sans := func(names []string, addresses ...string) func(*asked) {
		return func(asked *asked) { asked.setSANs(names, addresses...) }
	}
	for _, test := range []struct {
		name    string
		change  func(*asked)
		nodes   []*core.Node
		verdict verdict
		// Reason and message, or their beginnings.
		says string
	}{
		{"its own addresses", unchanged, workers, approve, "OwnAddresses"},
		{"an IPv6 address too", sans([]string{"worker-1"}, "10.0.0.11", "fd00::11"), workers, approve, ""},
		{"addresses alone", sans(nil, "10.0.0.11"), workers, approve, ""},
		{"an RSA key's usages", usages("key encipherment", "digital signature", "server auth"), workers, approve, ""},

		{"no node yet", unchanged, workers[1:], later, "there is no node worker-1 yet"},
		{"no address yet", unchanged, []*core.Node{node("worker-1", "worker-1")}, later,
			"the node worker-1 does not have the address 10.0.0.11 yet"},
		{"its own name, which its addresses no longer have", unchanged,
			[]*core.Node{node("worker-1", "10.0.0.11", "ip-10-0-0-11")}, approve, "OwnAddresses"},
		{"no name yet", sans([]string{"worker-10"}, "10.0.0.11"), []*core.Node{node("worker-1", "10.0.0.11")}, later,
			"the node worker-1 does not have the address worker-10 yet"},
		{"its address, which a node that is gone had", unchanged,
			append([]*core.Node{node("worker-3", "10.0.0.11")}, workers...), later,
			"the node worker-3 still has the address 10.0.0.11 too"},

		{"another node's address", sans([]string{"worker-1"}, "10.0.0.12"), workers, deny,
			"AddressOfAnotherNode: 10.0.0.12 is an address of the node worker-2"},
		{"another node's address beside its own", sans([]string{"worker-1"}, "10.0.0.11", "10.0.0.12"), workers, deny,
			"AddressOfAnotherNode"},
		{"another node's name", sans([]string{"worker-2"}, "10.0.0.11"), workers, deny, "AddressOfAnotherNode"},
		{"another node's name, which its addresses do not have", sans([]string{"worker-2"}, "10.0.0.11"),
			[]*core.Node{workers[0], node("worker-2", "10.0.0.12")}, deny, "AddressOfAnotherNode"},
		{"another node's address before it has a node", sans(nil, "10.0.0.12"), workers[1:], deny,
			"AddressOfAnotherNode"},
		{"an address outside, though its node says that it has it", sans(nil, "10.96.0.1"),
			[]*core.Node{node("worker-1", "10.96.0.1")}, deny, "AddressNotAllowed: 10.96.0.1 is in no network"},
		{"the API server's name, though its node says that it has it", sans([]string{"kubernetes.default.svc"}),
			[]*core.Node{node("worker-1", "kubernetes.default.svc")}, deny, "AddressNotAllowed"},
		{"a name that only contains one of a machine", sans([]string{"worker-1.example.com"}), workers, deny,
			"AddressNotAllowed"},

		{"another node's certificate", func(asked *asked) {
			asked.certificate.Subject.CommonName = "system:node:worker-2"
		}, workers, deny, `NotAsKubeletsAsk: system:node:worker-1 asks for the name "system:node:worker-2"`},
		{"a further organisation", func(asked *asked) {
			asked.certificate.Subject.Organization = []string{"system:nodes", "system:masters"}
		}, workers, deny, "NotAsKubeletsAsk"},
		{"another organisation", func(asked *asked) {
			asked.certificate.Subject.Organization = []string{"system:masters"}
		}, workers, deny, "NotAsKubeletsAsk"},
		{"more in its subject", func(asked *asked) { asked.certificate.Subject.Country = []string{"DE"} },
			workers, deny, "NotAsKubeletsAsk"},
		{"an e-mail address", func(asked *asked) { asked.certificate.EmailAddresses = []string{"a@example.com"} },
			workers, deny, "NotAsKubeletsAsk"},
		{"a URI", func(asked *asked) { asked.certificate.URIs = []*url.URL{{Scheme: "spiffe", Host: "a"}} },
			workers, deny, "NotAsKubeletsAsk"},
		{"no address at all", sans(nil), workers, deny, "NotAsKubeletsAsk"},
		{"a client's usage", usages("digital signature", "client auth"), workers, deny, "NotAsKubeletsAsk"},
		{"a client's usage too", usages("digital signature", "server auth", "client auth"), workers, deny,
			"NotAsKubeletsAsk"},
		{"no usage of a server", usages("digital signature", "key encipherment"), workers, deny, "NotAsKubeletsAsk"},
		{"no PEM", func(asked *asked) { asked.request.Spec.Request = []byte("?") }, workers, deny, "NotARequest"},

		{"another signer's", func(asked *asked) {
			asked.request.Spec.SignerName = certificates.KubeAPIServerClientKubeletSignerName
		}, workers, ignore, ""},
		{"a person's", func(asked *asked) { asked.request.Spec.Username = "ada" }, workers, ignore, ""},
		{"of somebody who is only called like a node", func(asked *asked) { asked.request.Spec.Groups = nil }, workers,
			ignore, ""},
		{"decided already", func(asked *asked) {
			asked.request.Status.Conditions = []certificates.CertificateSigningRequestCondition{{Type: "Denied"}}
		}, workers, ignore, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := judge(requestOf(t, test.change), test.nodes, allowed)
			said := strings.TrimPrefix(seen.reason+": "+seen.message, ": ")
			if seen.verdict != test.verdict || !strings.HasPrefix(said, test.says) {
				t.Errorf("it is judged %d, %q", seen.verdict, said)
			}
		})
	}
}

func TestJudgeChecksTheSignature(t *testing.T) {
	request := requestOf(t, unchanged)
	block, _ := pem.Decode(request.Spec.Request)
	block.Bytes[len(block.Bytes)-1] ^= 1
	request.Spec.Request = pem.EncodeToMemory(block)
	if seen := judge(request, workers, allowed{}); seen.reason != "NotARequest" {
		t.Errorf("it is judged %+v", seen)
	}
}

func TestParseAllowedRefusesWhatWouldAllowNothingOrAnything(t *testing.T) {
	_, err := parseAllowed("10.0.0.0/33,", "")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all three problems are told: %v", err)
	}
	if _, err := parseAllowed("10.0.0.0/24", "("); err == nil {
		t.Error("a broken expression is taken")
	}
}
