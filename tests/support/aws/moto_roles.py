"""What a role's credentials may do at moto. By itself moto lets everybody do everything, or asks rights of everybody.

Requests of the tests' own credentials pass. Of a role's the signature is checked, and its policies are asked: their actions
and resources. moto names the resource for S3 alone; here it does so for what machines name. Conditions it does not
understand: a statement that has one allows nothing.
"""

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.core.responses import BaseResponse
from moto.iam.access_control import (
    IAMPolicyStatement,
    IAMRequest,
    IAMRequestBase,
    PermissionResult,
    S3IAMRequest,
)
from moto.secretsmanager.responses import SecretsManagerResponse

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
TEMPORARY = "Credential=ASIA"


def authorize(self: BaseResponse, resource: str = "*", kind: type[IAMRequestBase] = IAMRequest) -> None:
    if TEMPORARY not in self.headers.get("Authorization", ""):
        return
    query = self.parsed_url.query
    request = kind(
        account_id=self.current_account,
        method=self.method,
        path=f"{self.raw_path}?{query}" if query else self.raw_path,
        data=self.data,
        body=self.raw_body,
        headers=self.headers,
        action=self._get_action(),
    )
    request.check_signature()
    try:
        request.check_action_permitted(resource)
    except AccessDeniedError as refused:
        # Services that speak JSON are refused in JSON.
        if self.headers.get("X-Amz-Target"):
            raise JsonRESTError("AccessDeniedException", f"{refused.message} on resource: {resource}") from None
        raise


def authorize_s3(self: BaseResponse, bucket_name: str = "*", key_name: str | None = None) -> None:
    authorize(self, f"arn:aws:s3:::{bucket_name}/{key_name}" if key_name else f"arn:aws:s3:::{bucket_name}", S3IAMRequest)


def arn_of_secret(self: SecretsManagerResponse) -> str:
    asked = self._get_param("SecretId") or "*"
    secret = self.backend.secrets.get(asked)
    return secret.arn if secret else asked


def arn_of_group(self: AutoScalingResponse) -> str:
    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName") or "")
    return group.arn if group else "*"


def without_conditions(is_permitted):
    def corrected(self, action, resource="*", principal=None, values=None):
        if principal is None and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return is_permitted(self, action, resource, principal, values)

    return corrected


ActionAuthenticatorMixin._authenticate_and_authorize_normal_action = authorize
ActionAuthenticatorMixin._authenticate_and_authorize_s3_action = authorize_s3
SecretsManagerResponse._determine_resource = arn_of_secret
AutoScalingResponse._determine_resource = arn_of_group
IAMPolicyStatement.is_action_permitted = without_conditions(IAMPolicyStatement.is_action_permitted)
