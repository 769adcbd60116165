#!/usr/bin/python3 -B
"""Fetches this machine's part of the cluster's identity from AWS Secrets Manager and writes it, before the bootstrap reads it.

The machine's role gives the credentials. It tries until it has them: a machine can be up before its role can be used
everywhere in AWS.
"""

import os

import slipway_aws as aws


def write(root, file):
    """Never readable by others, not even while it is written."""
    path = root + file["path"]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mode = int(file.get("permissions", "0644"), 8)
    part = f"{path}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf8") as target:
        target.write(file["content"])
    os.chmod(part, mode)
    os.replace(part, path)


def main():
    settings = aws.read_settings()
    aws.console(settings, f"step fetching the secret {settings['SECRETS']}/{aws.role_of(settings)}")
    for file in aws.until_there(settings, aws.Machine.own_files):
        write(settings.get("ROOT", ""), file)


main()
