package dev.berth.cli.command;

/// Which Berth this is.
public final class Version {
    public static final String TEXT = "0.1.0-SNAPSHOT";

    private Version() {}
}
