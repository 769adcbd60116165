// In place of upstream's file of this name: the clients that the services in service_packages_gen.go ask for.
package conns

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/hashicorp/terraform-provider-aws/internal/errs"
	"github.com/hashicorp/terraform-provider-aws/names"
)

// of gives the client of a service; upstream's functions panic too when there is none.
func of[T any](ctx context.Context, c *AWSClient, service string) T {
	return errs.Must(client[T](ctx, c, service, map[string]any{}))
}

func (c *AWSClient) AccountClient(ctx context.Context) *account.Client {
	return of[*account.Client](ctx, c, names.Account)
}

func (c *AWSClient) AutoScalingClient(ctx context.Context) *autoscaling.Client {
	return of[*autoscaling.Client](ctx, c, names.AutoScaling)
}

func (c *AWSClient) CloudWatchClient(ctx context.Context) *cloudwatch.Client {
	return of[*cloudwatch.Client](ctx, c, names.CloudWatch)
}

func (c *AWSClient) LogsClient(ctx context.Context) *cloudwatchlogs.Client {
	return of[*cloudwatchlogs.Client](ctx, c, names.Logs)
}

func (c *AWSClient) EC2Client(ctx context.Context) *ec2.Client {
	return of[*ec2.Client](ctx, c, names.EC2)
}

func (c *AWSClient) ECRClient(ctx context.Context) *ecr.Client {
	return of[*ecr.Client](ctx, c, names.ECR)
}

func (c *AWSClient) ELBClient(ctx context.Context) *elasticloadbalancing.Client {
	return of[*elasticloadbalancing.Client](ctx, c, names.ELB)
}

func (c *AWSClient) ELBV2Client(ctx context.Context) *elasticloadbalancingv2.Client {
	return of[*elasticloadbalancingv2.Client](ctx, c, names.ELBV2)
}

func (c *AWSClient) EventsClient(ctx context.Context) *eventbridge.Client {
	return of[*eventbridge.Client](ctx, c, names.Events)
}

func (c *AWSClient) IAMClient(ctx context.Context) *iam.Client {
	return of[*iam.Client](ctx, c, names.IAM)
}

func (c *AWSClient) KMSClient(ctx context.Context) *kms.Client {
	return of[*kms.Client](ctx, c, names.KMS)
}

func (c *AWSClient) OrganizationsClient(ctx context.Context) *organizations.Client {
	return of[*organizations.Client](ctx, c, names.Organizations)
}

func (c *AWSClient) Route53Client(ctx context.Context) *route53.Client {
	return of[*route53.Client](ctx, c, names.Route53)
}

func (c *AWSClient) S3Client(ctx context.Context) *s3.Client {
	return of[*s3.Client](ctx, c, names.S3)
}

func (c *AWSClient) S3ControlClient(ctx context.Context) *s3control.Client {
	return of[*s3control.Client](ctx, c, names.S3Control)
}

func (c *AWSClient) SecretsManagerClient(ctx context.Context) *secretsmanager.Client {
	return of[*secretsmanager.Client](ctx, c, names.SecretsManager)
}

func (c *AWSClient) ServiceQuotasClient(ctx context.Context) *servicequotas.Client {
	return of[*servicequotas.Client](ctx, c, names.ServiceQuotas)
}

func (c *AWSClient) SNSClient(ctx context.Context) *sns.Client {
	return of[*sns.Client](ctx, c, names.SNS)
}

func (c *AWSClient) SQSClient(ctx context.Context) *sqs.Client {
	return of[*sqs.Client](ctx, c, names.SQS)
}

func (c *AWSClient) SSMClient(ctx context.Context) *ssm.Client {
	return of[*ssm.Client](ctx, c, names.SSM)
}

func (c *AWSClient) STSClient(ctx context.Context) *sts.Client {
	return of[*sts.Client](ctx, c, names.STS)
}
