import type { Control } from "./control";
import { controlPlaneControls } from "./control-plane";
import { nodeControls } from "./nodes";
import { policyControls } from "./policies";

/** Every control of the CIS Kubernetes benchmark 1.12, in its order. */
export const controls: readonly Control[] = [...controlPlaneControls, ...nodeControls, ...policyControls];
