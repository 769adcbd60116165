// The least that is a program.
import "@pulumi/pulumi";
