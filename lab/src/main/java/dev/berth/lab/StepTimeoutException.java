package dev.berth.lab;

/// A step took longer than permitted.
final class StepTimeoutException extends Exception {
    private static final long serialVersionUID = 1;
}
