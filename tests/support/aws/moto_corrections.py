"""Where moto answers otherwise than AWS, so that what was made would be changed by the next update."""

import xmltodict
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.models.launch_templates import LaunchTemplateBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.s3.responses import S3Response

# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CapacityReservationSpecification.html
FakeAutoScalingGroup.capacity_reservation_specification = {"CapacityReservationPreference": "default"}


def without_own_tags(create):
    """A launch template's own tags are not among those of what is launched."""

    def corrected(self, name, description, template_data, tag_spec):
        launched = [
            found
            for found in template_data.get("TagSpecifications", [])
            if found["ResourceType"] != "launch-template"
        ]
        template_data.pop("TagSpecifications", None)
        data = template_data | ({"TagSpecifications": launched} if launched else {})
        return create(self, name, description, data, tag_spec)

    return corrected


def without_ports(create):
    """Only TCP, UDP and ICMP have ports; without them moto's server fails at every other protocol by its number."""

    def corrected(self, backend, protocol, group, from_port, to_port, *rest, **named):
        if str(protocol) not in ("tcp", "udp", "icmp", "icmpv6", "6", "17", "1", "58", "-1"):
            from_port = to_port = -1
        create(self, backend, protocol, group, from_port, to_port, *rest, **named)

    return corrected


def with_tags(put):
    """A bucket may be created with tags."""

    def corrected(self, request, bucket_name, querystring):
        answer = put(self, request, bucket_name, querystring)
        if not self.body or b"CreateBucketConfiguration" not in as_bytes(self.body):
            return answer
        tags = xmltodict.parse(self.body, force_list=("Tag",))["CreateBucketConfiguration"].get("Tags") or {}
        given = {tag["Key"]: tag["Value"] or "" for tag in tags.get("Tag", [])}
        if given:
            self.backend.put_bucket_tagging(bucket_name, given)
        return answer

    return corrected


def as_bytes(body):
    return body if isinstance(body, bytes) else body.encode()


LaunchTemplateBackend.create_launch_template = without_own_tags(LaunchTemplateBackend.create_launch_template)
SecurityGroupRule.__init__ = without_ports(SecurityGroupRule.__init__)
S3Response._bucket_response_put = with_tags(SecurityGroupRule.__init__ = without_ports(SecurityGroupRule.__init__)
S3Response._bucket_response_put)
