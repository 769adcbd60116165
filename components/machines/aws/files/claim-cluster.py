#!/usr/bin/python3 -B
"""Ends with 0 when this machine may begin a new cluster of the environment's authority, and with 3 when one was begun before
with another disk: then there is one, or its data is to be restored.

Who begins writes it down at AWS first, under the authority's hash, which Secrets Manager takes once: the same words again
are no error, other words are. The words are etcd's file system, so that who was stopped half-way may go on with it.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

import hashlib
import json
import subprocess
import sys

import slipway_aws as aws

AUTHORITY = "/etc/slipway/ca.crt"
MADE_BEFORE = 3


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def etcd_file_system():
    disk = said("findmnt", "--noheadings", "--output", "SOURCE", "/var/lib/etcd")
    return said("blkid", "--probe", "--output", "value", "--match-tag", "UUID", disk)


def claim(machine, secret, authority, file_system):
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.PutSecretValue"}
    words = {"SecretId": secret, "ClientRequestToken": authority, "SecretString": file_system}
    body = json.dumps(words).encode()
    request = machine.signed("secretsmanager", "POST", f"{machine.host('secretsmanager')}/", headers, body)
    try:
        aws.opened(f"the secret {secret}", request).close()
        return 0
    except aws.Unavailable as refused:
        if "ResourceExistsException" in str(refused):
            return MADE_BEFORE
        raise


def main():
    settings = aws.read_settings()
    with open(settings.get("ROOT", "") + AUTHORITY, "rb") as file:
        authority = hashlib.sha256(file.read()).hexdigest()
    file_system = etcd_file_system()
    secret = f"{settings['SECRETS']}/cluster"
    return aws.until_there(settings, lambda machine: claim(machine, secret, authority, file_system))


sys.exit(main())
