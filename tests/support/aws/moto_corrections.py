"""Where moto answers otherwise than AWS, so that what was made would be changed by the next update, or not at all."""

import xmltodict
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.exceptions import EC2ClientError, InvalidPermissionNotFoundError, InvalidVolumeAttachmentError
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.utils import parse_user_data
from moto.route53.responses import Route53
from moto.ec2.responses.instances import InstanceResponse
from moto.s3.responses import S3Response

# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CapacityReservationSpecification.html
FakeAutoScalingGroup.capacity_reservation_specification = {"CapacityReservationPreference": "default"}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMaintenanceOptions.html
Instance.maintenance_options = {"AutoRecovery": "default"}


def keeping_policy(update):
    """An update that says nothing of what is launched changes nothing of it."""

    def corrected(self, *rest, launch_config_name, launch_template, mixed_instances_policy=None, **named):
        policy = self.mixed_instances_policy
        launched = {"launch_config_name": launch_config_name, "launch_template": launch_template}
        update(self, *rest, **launched, mixed_instances_policy=mixed_instances_policy, **named)
        if not (launch_config_name or launch_template or mixed_instances_policy):
            self.mixed_instances_policy = policy

    return corrected


def going_with_instance(prepare):
    """The interfaces that an instance is made with go with it, and their addresses are free again."""

    def corrected(self, nic_spec, *rest, **named):
        for spec in nic_spec:
            if not spec.get("NetworkInterfaceId"):
                spec.setdefault("DeleteOnTermination", True)
        prepare(self, nic_spec, *rest, **named)

    return corrected


def in_place_of_images(add):
    """A disk that is called as the image's own takes its place, instead of standing beside it for ever."""

    def corrected(self, size, device_path, *rest, **named):
        own = self.block_device_mapping.get(device_path)
        if own:
            self.ec2_backend.detach_volume(own.volume_id, self.id, device_path)
            self.ec2_backend.delete_volume(own.volume_id)
        add(self, size, device_path, *rest, **named)

    return corrected


def none_without_address(association):
    """An interface without a public address has no association, rather than an empty one."""
    return property(lambda self: association.fget(self) or None)


def detached_already(detach):
    """Of a volume that is attached to nothing: the provider takes this answer for a success, after an interrupted update."""

    def corrected(self, volume_id, *rest, **named):
        try:
            return detach(self, volume_id, *rest, **named)
        except InvalidVolumeAttachmentError:
            message = f"Volume '{volume_id}' is in the 'available' state."
            raise EC2ClientError("IncorrectState", message) from None

    return corrected


def with_user_data(create):
    """A template's later versions start machines with their user data, as its first one does."""

    def corrected(self, data, description):
        if type(data.get("UserData")) is str:
            data = data | {"UserData": parse_user_data(data["UserData"])}
        return create(self, data, description)

    return corrected


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


def private_with_vpc(create):
    """A hosted zone that is made for a VPC is private, without saying so."""

    def corrected(self):
        if self._get_param("VPC.VPCId") is not None:
            self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        return create(self)

    return corrected


def with_protection(run):
    """An instance is protected from being terminated when it is started so, not only when it is changed."""

    def corrected(self):
        answer = run(self)
        if self._get_param("DisableApiTermination"):
            started = list(self.ec2_backend.reservations.values())[-1]
            for instance in started.instances:
                instance.disable_api_termination = True
        return answer

    return corrected


def rule_not_found(self):
    """A rule that is named by its id is not found as that: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    EC2ClientError.__init__(
        self, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID does not exist"
    )


def as_bytes(body):
    return body if isinstance(body, bytes) else body.encode()


InvalidPermissionNotFoundError.__init__ = rule_not_found
EBSBackend.detach_volume = detached_already(EBSBackend.detach_volume)
FakeAutoScalingGroup.update = keeping_policy(FakeAutoScalingGroup.update)
Instance.add_block_device = in_place_of_images(Instance.add_block_device)
Instance.prep_nics = going_with_instance(Instance.prep_nics)
LaunchTemplate.create_version = with_user_data(LaunchTemplate.create_version)
InstanceResponse.run_instances = with_protection(InstanceResponse.run_instances)
LaunchTemplateBackend.create_launch_template = without_own_tags(LaunchTemplateBackend.create_launch_template)
NetworkInterface.association = none_without_address(NetworkInterface.association)
Route53.create_hosted_zone = private_with_vpc(Route53.create_hosted_zone)
S3Response._bucket_response_put = with_tags(S3Response._bucket_response_put)
SecurityGroupRule.__init__ = without_ports(SecurityGroupRule.__init__)
