package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	certificates "k8s.io/api/certificates/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	certificatelisters "k8s.io/client-go/listers/certificates/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// controller judges each request when it comes, and again whenever its Node has other addresses.
type controller struct {
	client    kubernetes.Interface
	allowed   allowed
	informers []informers.SharedInformerFactory
	requests  certificatelisters.CertificateSigningRequestLister
	nodes     corelisters.NodeLister
	synced    []cache.InformerSynced
	// Names of requests.
	queue workqueue.TypedRateLimitingInterface[string]
}

func newController(client kubernetes.Interface, allowed allowed) *controller {
	ours := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(
		func(options *meta.ListOptions) {
			selector := fields.OneTermEqualSelector("spec.signerName", certificates.KubeletServingSignerName)
			options.FieldSelector = selector.String()
		}))
	all := informers.NewSharedInformerFactory(client, 0)
	requests, nodes := ours.Certificates().V1().CertificateSigningRequests(), all.Core().V1().Nodes()
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[string](time.Second, time.Minute)
	controller := &controller{
		client:    client,
		allowed:   allowed,
		informers: []informers.SharedInformerFactory{ours, all},
		requests:  requests.Lister(),
		nodes:     nodes.Lister(),
		synced:    []cache.InformerSynced{requests.Informer().HasSynced, nodes.Informer().HasSynced},
		queue:     workqueue.NewTypedRateLimitingQueue(limiter),
	}
	_, _ = requests.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { controller.enqueue(object.(*certificates.CertificateSigningRequest)) },
	})
	_, _ = nodes.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { controller.enqueueOf(object.(*core.Node)) },
		UpdateFunc: func(before, after any) {
			old, node := before.(*core.Node), after.(*core.Node)
			if !equality.Semantic.DeepEqual(old.Status.Addresses, node.Status.Addresses) {
				controller.enqueueOf(node)
			}
		},
	})
	return controller
}

func (controller *controller) enqueue(request *certificates.CertificateSigningRequest) {
	if isUndecided(request) {
		controller.queue.Add(request.Name)
	}
}

// enqueueOf looks again at the requests that a node made.
func (controller *controller) enqueueOf(node *core.Node) {
	requests, _ := controller.requests.List(labels.Everything())
	for _, request := range requests {
		if nodeOf(request) == node.Name {
			controller.enqueue(request)
		}
	}
}

// run works until the context ends.
func (controller *controller) run(ctx context.Context) error {
	for _, factory := range controller.informers {
		factory.Start(ctx.Done())
	}
	if !cache.WaitForCacheSync(ctx.Done(), controller.synced...) {
		return nil
	}
	slog.Info("watching the kubelets' requests for serving certificates")
	go func() {
		<-ctx.Done()
		controller.queue.ShutDown()
	}()
	for {
		name, isOver := controller.queue.Get()
		if isOver {
			return nil
		}
		switch isDone, err := controller.work(ctx, name); {
		case err != nil:
			slog.Error("will try again", "request", name, "error", err)
			controller.queue.AddRateLimited(name)
		case !isDone:
			controller.queue.AddRateLimited(name)
		default:
			controller.queue.Forget(name)
		}
		controller.queue.Done(name)
	}
}

// work judges a request, and says whether that was the last word on it.
func (controller *controller) work(ctx context.Context, name string) (isDone bool, err error) {
	request, err := controller.requests.Get(name)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	nodes, err := controller.nodes.List(labels.Everything())
	if err != nil {
		return false, err
	}
	judgement := judge(request, nodes, controller.allowed)
	switch judgement.verdict {
	case approve, deny:
		return true, controller.record(ctx, request, judgement)
	case later:
		slog.Info("not yet", "request", name, "why", judgement.message)
		return false, nil
	default:
		return true, nil
	}
}

func (controller *controller) record(
	ctx context.Context, request *certificates.CertificateSigningRequest, judgement judgement,
) error {
	kind, word := certificates.CertificateApproved, "approved"
	if judgement.verdict == deny {
		kind, word = certificates.CertificateDenied, "denied"
	}
	decided := request.DeepCopy()
	decided.Status.Conditions = append(decided.Status.Conditions, certificates.CertificateSigningRequestCondition{
		Type: kind, Status: core.ConditionTrue, Reason: judgement.reason, Message: judgement.message,
	})
	requests := controller.client.CertificatesV1().CertificateSigningRequests()
	_, err := requests.UpdateApproval(ctx, request.Name, decided, meta.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot be %s: %w", word, err)
	}
	slog.Info(word, "request", request.Name, "node", nodeOf(request), "why", judgement.message)
	return nil
}
