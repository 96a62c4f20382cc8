package dev.berth.supervise.steering;

/// No program: the kernel's own hash over all members. A roll hands the same socket on instead.
final class NoSteering implements Steering {}
