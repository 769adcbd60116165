export { connect } from "./connect";
export { Membership, type MembershipArgs } from "./membership";
export { drainedAnnotation, uncordon } from "./drain";
