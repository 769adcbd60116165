package main

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

// fields is where @pulumi/aws differs from what the bridge makes of Terraform's names by itself, and what AWS allows a
// generated name to be.
var fields = map[string]map[string]*tfbridge.SchemaInfo{
	"aws_autoscaling_group":       {"tag": {Name: "tags"}},
	"aws_cloudwatch_metric_alarm": {"alarm_name": tfbridge.AutoName("name", 255, "-")},
	"aws_default_security_group":  {"ingress": {Name: "ingress"}, "egress": {Name: "egress"}},
	"aws_iam_instance_profile":    {"name": tfbridge.AutoName("name", 128, "-")},
	"aws_iam_role":                {"name": tfbridge.AutoName("name", 64, "-")},
	"aws_lb":                      {"name": tfbridge.AutoName("name", 32, "-")},
	"aws_lb_target_group":         {"name": tfbridge.AutoName("name", 32, "-")},
	"aws_route53_record":          routingLists,
	"aws_s3_bucket":               {"bucket": tfbridge.AutoNameTransform("bucket", 63, strings.ToLower)},
	"aws_s3_object":               {"source": {Asset: &tfbridge.AssetTranslation{Kind: tfbridge.FileAsset}}},
	"aws_security_group":          {"ingress": {Name: "ingress"}, "egress": {Name: "egress"}},
	"aws_sns_topic_subscription":  {"topic_arn": {Name: "topic"}},
}

// routingLists are of one element at most by now, which the SDK does not know.
var routingLists = map[string]*tfbridge.SchemaInfo{
	"alias":                      {Name: "aliases", MaxItemsOne: tfbridge.False()},
	"failover_routing_policy":    {MaxItemsOne: tfbridge.False()},
	"geolocation_routing_policy": {MaxItemsOne: tfbridge.False()},
	"latency_routing_policy":     {MaxItemsOne: tfbridge.False()},
	"weighted_routing_policy":    {MaxItemsOne: tfbridge.False()},
}

// dataFields is the same of the look-ups.
var dataFields = map[string]map[string]*tfbridge.SchemaInfo{}
