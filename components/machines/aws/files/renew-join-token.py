#!/usr/bin/python3 -B
"""Keeps a token in Secrets Manager by which a new worker joins, and that ends: a machine that AWS launches between two updates
finds one that is good. Every control plane does; a worker has nothing to do. The token is in no argument and in no log.
"""

import json
import secrets
import string
import subprocess
import sys
import time

import slipway_aws as aws

GOOD_SECONDS = 24 * 3600
# Two may fail before a new machine finds one that is over.
BETWEEN_SECONDS = 8 * 3600
AGAIN_SECONDS = 10
KUBECTL = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "--request-timeout", "20s"]


def new_token():
    """https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#token-format"""
    return tuple("".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(n)) for n in (6, 16))


def bootstrap_secret(name, secret, now):
    """What makes a token known to the cluster, for what kubeadm's own are for."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "bootstrap.kubernetes.io/token",
        "metadata": {"name": f"bootstrap-token-{name}", "namespace": "kube-system"},
        "stringData": {
            "token-id": name,
            "token-secret": secret,
            "expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + GOOD_SECONDS)),
            "usage-bootstrap-authentication": "true",
            "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
        },
    }


def renew(settings):
    """First the cluster knows it, then machines do."""
    name, secret = new_token()
    document = json.dumps(bootstrap_secret(name, secret, time.time())).encode()
    subprocess.run([*KUBECTL, "create", "--filename", "-"], input=document, check=True, stdout=subprocess.DEVNULL)
    aws.Machine(settings).ask_secret("join-token", "PutSecretValue", SecretString=f"{name}.{secret}")


def main():
    settings = aws.read_settings()
    if aws.role_of(settings) == "worker":
        return
    while True:
        try:
            renew(settings)
            pause = BETWEEN_SECONDS
        except subprocess.CalledProcessError as failed:
            print(f"kubectl ended with {failed.returncode}", file=sys.stderr)
            pause = AGAIN_SECONDS
        except (aws.Unavailable, ValueError, KeyError, OSError) as problem:
            print(f"no new token: {problem if isinstance(problem, aws.Unavailable) else type(problem).__name__}", file=sys.stderr)
            pause = AGAIN_SECONDS
        time.sleep(pause)


if __name__ == "__main__":
    main()
