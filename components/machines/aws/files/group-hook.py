#!/usr/bin/python3 -B
"""Tells the auto-scaling group of this machine that it may go on: with `enter` when this machine is a ready node, so that it
is taken into service; with `leave` when its pods are elsewhere, so that it is taken away. Nothing else completes the group's
lifecycle hooks: who never becomes a ready node is taken away when its time is over.
"""

import os
import re
import subprocess
import sys
import time
import urllib.parse

import slipway_aws as aws

# Has the labels that its Node gets, by which the pool is known before the API answers.
DOCUMENT = "/etc/slipway/join.yaml"
READY = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
KUBECTL = ["kubectl", "--kubeconfig", "/etc/kubernetes/kubelet.conf", "--request-timeout", "10s"]
PAUSE_SECONDS = 5


def pool(settings):
    with open(settings.get("ROOT", "") + DOCUMENT, encoding="utf8") as file:
        return re.search(r"slipway\.pool=([a-z0-9-]+)", file.read()).group(1)


def is_ready():
    """By its own Node, which a kubelet may read."""
    command = [*KUBECTL, "get", "node", os.uname().nodename, "--output", READY]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "True"


def complete(machine, group, hook):
    instance = machine.instance()
    action = {
        "Action": "CompleteLifecycleAction",
        "Version": "2011-01-01",
        "LifecycleActionResult": "CONTINUE",
        "AutoScalingGroupName": group,
        "LifecycleHookName": hook,
        "InstanceId": instance,
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode(action).encode()
    request = machine.signed("autoscaling", "POST", f"{machine.host('autoscaling')}/", headers, body)
    try:
        aws.opened(f"the lifecycle hook {hook}", request).close()
    except aws.Unavailable as refused:
        # Nobody waits for it: this is not its first boot, or the machine was made before there was the hook.
        if "No active Lifecycle Action" not in str(refused):
            raise


def main():
    settings = aws.read_settings("group")
    if settings["ROLE"] != "join-worker":
        return
    entering = sys.argv[1:] == ["enter"]
    while entering and not is_ready():
        time.sleep(PAUSE_SECONDS)
    group = settings["GROUPS_PREFIX"] + pool(settings)
    hook = settings["ENTER_HOOK" if entering else "LEAVE_HOOK"]
    aws.until_there(settings, lambda machine: complete(machine, group, hook))


main()
