package dev.berth.cli;

/// Which Berth this is.
final class Version {
    static final String TEXT = "0.1.0-SNAPSHOT";

    private Version() {}
}
