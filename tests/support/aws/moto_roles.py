"""What a role's credentials may do at moto. By itself moto lets everybody do everything, or asks rights of everybody.

Requests of the tests' own credentials pass. Of a role's the signature is checked, and its policies are asked: their actions
and resources. Of resources moto knows only those of S3; here it learns of secrets. Conditions it does not understand: a
statement that has one allows nothing.
"""

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import BaseResponse
from moto.iam.access_control import IAMPolicyStatement, IAMRequest, PermissionResult
from moto.secretsmanager.responses import SecretsManagerResponse

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
TEMPORARY = "Credential=ASIA"


def authorize(self: BaseResponse, resource: str = "*") -> None:
    if TEMPORARY in self.headers.get("Authorization", ""):
        query = self.parsed_url.query
        request = IAMRequest(
            account_id=self.current_account,
            method=self.method,
            path=f"{self.raw_path}?{query}" if query else self.raw_path,
            data=self.data,
            body=self.raw_body,
            headers=self.headers,
            action=self._get_action(),
        )
        request.check_signature()
        request.check_action_permitted(resource)


def arn_of_secret(self: SecretsManagerResponse) -> str:
    asked = self._get_param("SecretId") or ""
    secret = self.backend.secrets.get(asked)
    return secret.arn if secret else asked or "*"


def without_conditions(is_permitted):
    def corrected(self, action, resource="*", principal=None, values=None):
        if principal is None and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return is_permitted(self, action, resource, principal, values)

    return corrected


ActionAuthenticatorMixin._authenticate_and_authorize_normal_action = authorize
SecretsManagerResponse._determine_resource = arn_of_secret
IAMPolicyStatement.is_action_permitted = without_conditions(IAMPolicyStatement.is_action_permitted)
