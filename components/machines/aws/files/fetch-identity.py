#!/usr/bin/python3
"""Fetches this machine's part of the cluster's identity from AWS Secrets Manager and writes them, before the bootstrap reads them.

cloud-init runs it, so Python is there, and Debian's curl signs the request. The machine's role gives the credentials,
over IMDSv2. It tries until it has them: a machine can be up before its role can be used everywhere in AWS. What it
waits for it says on the console, in the words that components/cluster/console.ts understands.
"""

import json
import os
import subprocess
import time

# Has the bootstrap's own settings, of which ROLE is read, and secrets.env: SECRETS, the part of the secrets' names before
# the role's, and for tests SECRETS_ENDPOINT, METADATA, CONSOLE and ROOT, a folder to write below.
SETTINGS_FOLDER = os.environ.get("SLIPWAY_SETTINGS", "/etc/slipway")
LONGEST_PAUSE_SECONDS = 15


class Unavailable(Exception):
    """What has to be tried again, and why."""


def read_settings():
    settings = {}
    for name in ("bootstrap.env", "secrets.env"):
        with open(f"{SETTINGS_FOLDER}/{name}", encoding="utf8") as file:
            pairs = (line.rstrip("\n").split("=", 1) for line in file if "=" in line)
            settings.update({key: value.strip("'") for key, value in pairs})
    return settings


def curl(what, options):
    """Runs curl with its options on stdin: other processes can read arguments, and these hold credentials."""
    config = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options)
    command = ["curl", "--silent", "--show-error", "--connect-timeout", "5", "--max-time", "20", "--config", "-"]
    done = subprocess.run(command, input=config, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{what}: {done.stderr.strip() or f'curl ended with {done.returncode}'}")
    body, _, status = done.stdout.rpartition("\n")
    if status != "200":
        raise Unavailable(f"{what}: HTTP {status} {reason(body)}".rstrip())
    return body


def reason(body):
    """Why the API refused: its error's type and message, and nothing else of what it sent."""
    try:
        answer = json.loads(body)
        return f"{answer.get('__type', '')} {answer.get('message', answer.get('Message', ''))}".strip()
    except (ValueError, AttributeError):
        return ""


def metadata(base):
    """The region, the domain of its services, and the credentials of the machine's role."""
    written = [("write-out", "\n%{http_code}")]
    lifetime = ("header", "X-aws-ec2-metadata-token-ttl-seconds: 300")
    url = f"{base}/latest/api/token"
    token = curl("the metadata service's token", [("url", url), ("request", "PUT"), lifetime, *written])

    def get(path):
        header = ("header", f"X-aws-ec2-metadata-token: {token}")
        return curl(f"the metadata service's {path}", [("url", f"{base}/latest/{path}"), header, *written])

    role = get("meta-data/iam/security-credentials/").split("\n")[0]
    credentials = json.loads(get(f"meta-data/iam/security-credentials/{role}"))
    return get("meta-data/placement/region"), get("meta-data/services/domain"), credentials


def fetch(settings, secret):
    region, domain, credentials = metadata(settings.get("METADATA", "http://169.254.169.254"))
    options = [
        ("url", settings.get("SECRETS_ENDPOINT", f"https://secretsmanager.{region}.{domain}")),
        ("aws-sigv4", f"aws:amz:{region}:secretsmanager"),
        ("user", f"{credentials['AccessKeyId']}:{credentials['SecretAccessKey']}"),
        ("header", f"X-Amz-Security-Token: {credentials['Token']}"),
        ("header", "X-Amz-Target: secretsmanager.GetSecretValue"),
        ("header", "Content-Type: application/x-amz-json-1.1"),
        ("data", json.dumps({"SecretId": secret})),
        ("write-out", "\n%{http_code}"),
    ]
    return json.loads(json.loads(curl(f"the secret {secret}", options))["SecretString"])


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


def fetch_until_there(settings, secret, console):
    pause, told = 1, None
    while True:
        try:
            return fetch(settings, secret)
        except Unavailable as problem:
            why = str(problem)
        except (ValueError, KeyError) as problem:
            # Its text could hold a part of the answer.
            why = f"an answer that can be read ({type(problem).__name__})"
        if why != told:
            console(f"log waiting for {why}"[:400])
        told = why
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def main():
    settings = read_settings()

    def console(words):
        try:
            with open(settings.get("CONSOLE", "/dev/console"), "a", encoding="utf8") as file:
                file.write(f"slipway: {words}\n")
        except OSError:
            pass  # A console that is gone must not stop a boot.

    role = "worker" if settings["ROLE"] == "join-worker" else "control-plane"
    secret = f"{settings['SECRETS']}/{role}"
    console(f"step fetching the secret {secret}")
    for file in fetch_until_there(settings, secret, console):
        write(settings.get("ROOT", ""), file)


main()
