#!/usr/bin/python3 -B
"""Makes a machine of a stock system: fetches the machine's files from the environment's bucket, checks them against the
checksum that the role's secret has, unpacks them, and has them install the rest. An image that is prepared with the same
files is used as it is. It runs first, when there is Python and nothing else that could be counted on.
"""

import hashlib
import os
import subprocess
import time

import slipway_aws as aws

# In the secret: BUCKET, and ARCHIVE, whose folder is the files' key and whose name their SHA-256.
POINTER = "/etc/slipway/machine-archive.env"
# Written by the files' own install-machine, when it is through.
MARKER = "/var/lib/slipway/machine-files-key"
DOWNLOAD = "/var/lib/slipway/machine-files.tar.gz"
INSTALL = "/usr/lib/slipway/install-machine"
CHUNK = 1 << 20
TELL_SECONDS = 10
RETRY_SECONDS = 60


class Failure(Exception):
    """What waiting does not help against."""


def pointer(machine, key):
    """Where the archive is, and its SHA-256: asked each time, as an update may have put another one there."""
    [text] = [file["content"] for file in machine.own_secret() if file["path"] == POINTER] or [""]
    found = aws.parsed(text)
    folder, _, name = found.get("ARCHIVE", "").partition("/")
    if folder != key:
        # An update is under way, or was, and died: the next one brings both together.
        raise aws.Unavailable(f"the machine's files {key}: the secret names {folder or 'none'}")
    return f"{machine.host('s3', found['BUCKET'] + '.')}/{found['ARCHIVE']}", name.partition(".")[0]


def download(machine, key, target, tell):
    """Goes on where the last try ended, if it is the same archive. Gives what its SHA-256 has to be."""
    url, sha256 = pointer(machine, key)
    part = f"{target}.{sha256}.part"
    done = os.path.getsize(part) if os.path.exists(part) else 0
    request = machine.signed("s3", "GET", url, {"range": f"bytes={done}-"} if done else {})
    what = f"the machine's files {key}"
    with aws.opened(what, request) as answer:
        if answer.status != 206:
            done = 0
        total = done + int(answer.headers["Content-Length"])
        mode = "ab" if done else "wb"
        while chunk := answer.read(CHUNK):
            append(part, mode, chunk)
            mode, done = "ab", done + len(chunk)
            tell(done, total)
    if done < total:
        raise aws.Unavailable(f"{what}: they ended after {done} of {total} bytes")
    os.replace(part, target)
    return sha256


def append(path, mode, chunk):
    try:
        with open(path, mode) as file:
            file.write(chunk)
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def install(settings, key, root, tell):
    target = root + DOWNLOAD
    os.makedirs(os.path.dirname(target), exist_ok=True)
    wanted = aws.until_there(settings, lambda machine: download(machine, key, target, tell))
    found = sha256_of(target)
    if found != wanted:
        os.remove(target)
        raise Failure(f"the machine's files {key} have the SHA-256 {found}, and it is to be {wanted}")
    aws.console(settings, "step unpacking the machine's files")
    for command in (
        ["tar", "--extract", "--gzip", "--numeric-owner", "--directory", root or "/", "--file", target],
        [root + INSTALL],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip() or "nothing was said").splitlines()[-1]
            raise Failure(f"{command[0]} ended with {done.returncode}: {last}")
    os.remove(target)


def is_prepared(root, key):
    try:
        with open(root + MARKER, encoding="utf8") as file:
            return file.read().strip() == key
    except OSError:
        return False


def main():
    settings = aws.read_settings("machine-files")
    key, root = settings["KEY"], settings.get("ROOT", "")
    if is_prepared(root, key):
        aws.console(settings, f"step using the image as it is: it has the machine's files {key}")
        return
    step = f"fetching the machine's files {key}"
    told = time.monotonic()

    def tell(done, total):
        nonlocal told
        if time.monotonic() - told >= TELL_SECONDS:
            aws.console(settings, f"step {step}, {done / 1e6:.0f} of {total / 1e6:.0f} MB")
            told = time.monotonic()

    while True:
        aws.console(settings, f"step {step}")
        try:
            return install(settings, key, root, tell)
        except (Failure, OSError) as problem:
            aws.console(settings, f"log {problem}")
            aws.console(settings, "failed making a machine of this system")
        # Somebody may mend it.
        time.sleep(RETRY_SECONDS)


main()
