"""Instance refreshes and the lifecycle hooks of auto-scaling groups, which moto has not: as far as an environment's pools
need them. A refresh launches one machine of the desired version before it takes an old one away; while there is a hook, each
waits until somebody completes it, or its time is over. What AWS does it does slower.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
"""

import copy
import threading
import time
import uuid
from datetime import datetime, timezone

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup, LifecycleHook
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
WAITING = {LAUNCHING: "Pending:Wait", TERMINATING: "Terminating:Wait"}
ACTIVE = ("Pending", "InProgress", "Cancelling", "RollbackInProgress")
LOOK_SECONDS = 0.1

# By a group's name, the first one first.
refreshes: dict[str, list["Refresh"]] = {}
# moto answers in several threads.
lock = threading.RLock()


def hook_of(group, transition):
    hooks = group.autoscaling_backend.describe_lifecycle_hooks(group.name)
    return next((hook for hook in hooks if hook.lifecycle_transition == transition), None)


class Ended(Exception):
    """A refresh is to go no further."""


class Refresh:
    def __init__(self, group, desired, preferences):
        self.id = str(uuid.uuid4())
        self.group = group
        self.desired = desired
        self.preferences = preferences
        self.status = "Pending"
        self.reason = None
        self.done = 0
        self.total = len(group.instance_states)
        self.began = datetime.now(timezone.utc)
        self.asked = None
        threading.Thread(target=self.run, daemon=True).start()

    def described(self):
        found = {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group.name,
            "Status": self.status,
            "StatusReason": self.reason,
            "StartTime": self.began,
            "PercentageComplete": 100 * self.done // max(self.total, 1),
            "InstancesToUpdate": self.total - self.done,
            "DesiredConfiguration": self.desired,
            "Preferences": self.preferences,
        }
        return {key: value for key, value in found.items() if value is not None}

    def run(self):
        old = [state for state in self.group.instance_states if not self.matches(state)]
        self.total, self.status = len(old), "InProgress"
        policy = self.group.mixed_instances_policy
        try:
            for state in old:
                self.enter(self.launch(self.desired["MixedInstancesPolicy"]))
                self.leave(state)
                self.done += 1
            with lock:
                configure(self.group, self.desired["MixedInstancesPolicy"])
            self.status = "Successful"
        except Ended as why:
            self.reason = str(why)
            if self.asked == "Cancelled":
                self.status = "Cancelled"
            elif self.asked == "RolledBack" or self.preferences.get("AutoRollback"):
                self.roll_back(policy)
            else:
                self.status = "Failed"

    def matches(self, state):
        return self.preferences.get("SkipMatching") and state.version == version_in(self.desired["MixedInstancesPolicy"])

    def launch(self, policy):
        with lock:
            own = self.group.mixed_instances_policy
            configure(self.group, policy)
            before = list(self.group.instance_states)
            self.group.replace_autoscaling_group_instances(1, self.group.get_propagated_tags())
            configure(self.group, own)
            return next(state for state in self.group.instance_states if state not in before)

    def enter(self, state):
        while state.lifecycle_state != "InService":
            if state not in self.group.instance_states:
                raise Ended(f"The instance {state.instance_id} was abandoned by the lifecycle hook")
            self.heed()
            time.sleep(LOOK_SECONDS)

    def leave(self, state):
        leave(self.group, state)
        while state in self.group.instance_states:
            time.sleep(LOOK_SECONDS)

    def heed(self):
        if self.asked is not None:
            raise Ended("A user has ended the instance refresh")

    def roll_back(self, policy):
        """What the refresh has made goes; as many as are missing then are made of the group's own version."""
        self.status = "RollbackInProgress"
        version = version_in(self.desired["MixedInstancesPolicy"])
        for state in [each for each in self.group.instance_states if each.version == version]:
            self.leave(state)
        while len(self.group.instance_states) < self.group.desired_capacity:
            self.launch(policy)
        self.status = "RollbackSuccessful"


def version_in(policy):
    return policy["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"]


def configure(group, policy):
    policy = copy.deepcopy(policy)
    # moto writes the name beside the id, and takes one of them only.
    policy["LaunchTemplate"]["LaunchTemplateSpecification"].pop("LaunchTemplateName", None)
    group.mixed_instances_policy = policy
    group._set_launch_configuration(None, None, policy)


def leave(group, state):
    """Takes a machine away when the hook allows it."""
    hook = hook_of(group, TERMINATING)
    if hook is None or state.lifecycle_state == "Pending:Wait":
        remove(group, state)
        return
    state.lifecycle_state = WAITING[TERMINATING]
    when_late(hook, state, remove)


def remove(group, state):
    with lock:
        if state in group.instance_states:
            group.instance_states.remove(state)
            group.ec2_backend.terminate_instances([state.instance_id])


def abandon(group, state):
    """A machine that was never let in goes. Another one takes its place, unless a refresh decides that."""
    remove(group, state)
    known = refreshes.get(group.name)
    if not known or known[-1].status not in ACTIVE:
        with lock:
            group.set_desired_capacity(group.desired_capacity)


def when_late(hook, state, act):
    """Acts when a machine waits for a hook whose time is over."""

    def late():
        time.sleep(int(hook.heartbeat_timeout))
        if state.lifecycle_state == WAITING[hook.lifecycle_transition]:
            act(state.auto_scaling_group, state)

    threading.Thread(target=late, daemon=True).start()


def waiting_for_hook(launch):
    """What is launched waits for the hook, and is replaced when its time is over."""

    def corrected(self, count_needed, propagated_tags):
        before = list(self.instance_states)
        launch(self, count_needed, propagated_tags)
        hook = hook_of(self, LAUNCHING)
        for state in [each for each in self.instance_states if each not in before]:
            state.version = self.launch_template_version
            if hook is not None:
                state.lifecycle_state = WAITING[LAUNCHING]
                when_late(hook, state, abandon)

    return corrected


def with_hooks(create):
    """A group's hooks are there before its first machine."""

    def corrected(self):
        for hook in self._get_param("LifecycleHookSpecificationList", []):
            self.autoscaling_backend.create_lifecycle_hook(
                name=hook["LifecycleHookName"],
                as_name=self._get_param("AutoScalingGroupName"),
                transition=hook["LifecycleTransition"],
                timeout=hook.get("HeartbeatTimeout"),
                result=hook.get("DefaultResult"),
            )
        return create(self)

    return corrected


def without_others(init):
    """A hook tells nobody of itself unless it is said whom."""

    def corrected(self, *rest, **named):
        init(self, *rest, **named)
        self.role_arn = self.notification_target_arn = None

    return corrected


def complete_lifecycle_action(self):
    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    instance = self._get_param("InstanceId")
    hooks = self.autoscaling_backend.describe_lifecycle_hooks(
        self._get_param("AutoScalingGroupName"), [self._get_param("LifecycleHookName")]
    )
    waits = WAITING[hooks[0].lifecycle_transition] if hooks else None
    state = next((each for each in (group.instance_states if group else []) if each.instance_id == instance), None)
    if state is None or state.lifecycle_state != waits:
        raise ValidationError(f"No active Lifecycle Action found with instance ID {instance}")
    if waits == WAITING[TERMINATING]:
        remove(group, state)
    elif self._get_param("LifecycleActionResult") == "CONTINUE":
        state.lifecycle_state = "InService"
    else:
        abandon(group, state)
    return EmptyResult()


def start_instance_refresh(self):
    name = self._get_param("AutoScalingGroupName")
    [group] = self.autoscaling_backend.describe_auto_scaling_groups([name])
    known = refreshes.setdefault(name, [])
    if known and known[-1].status in ACTIVE:
        raise AutoscalingClientError("InstanceRefreshInProgress", "An Instance Refresh is already in progress")
    known.append(Refresh(group, self._get_param("DesiredConfiguration"), self._get_param("Preferences", {})))
    return ActionResult({"InstanceRefreshId": known[-1].id})


def describe_instance_refreshes(self):
    known = refreshes.get(self._get_param("AutoScalingGroupName"), [])
    wanted = self._get_param("InstanceRefreshIds", [])
    found = [refresh.described() for refresh in reversed(known) if not wanted or refresh.id in wanted]
    return ActionResult({"InstanceRefreshes": found[: int(self._get_param("MaxRecords") or 50)]})


def ending(how, status):
    def end(self):
        known = refreshes.get(self._get_param("AutoScalingGroupName"), [])
        if not known or known[-1].status not in ACTIVE:
            raise AutoscalingClientError("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found")
        known[-1].asked, known[-1].status = how, status
        return ActionResult({"InstanceRefreshId": known[-1].id})

    return end


def in_all_states(self):
    """A machine that waits for a hook is one of the group's."""
    return [state for state in self.instance_states if not state.lifecycle_state.startswith("Terminating")]


AutoScalingResponse.cancel_instance_refresh = ending("Cancelled", "Cancelling")
AutoScalingResponse.complete_lifecycle_action = complete_lifecycle_action
AutoScalingResponse.create_auto_scaling_group = with_hooks(AutoScalingResponse.create_auto_scaling_group)
AutoScalingResponse.describe_instance_refreshes = describe_instance_refreshes
AutoScalingResponse.rollback_instance_refresh = ending("RolledBack", "RollbackInProgress")
AutoScalingResponse.start_instance_refresh = start_instance_refresh
FakeAutoScalingGroup.active_instances = in_all_states
FakeAutoScalingGroup.replace_autoscaling_group_instances = waiting_for_hook(
    FakeAutoScalingGroup.replace_autoscaling_group_instances
)
LifecycleHook.__init__ = without_others(LifecycleHook.__init__)
